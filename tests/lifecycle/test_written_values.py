"""What the one writing takes as it is, its fields would have stored no differently."""

import json
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import JSONField, Model
from django.utils.translation import gettext_lazy
from psycopg.types.json import Jsonb

from bookings.models import Booking, Customer, HistoryEntry, OutboxMessage, Reservation
from bookings.row_values import columns_of, made
from bookings.written_out import insert, update
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
DRAWN = {"id", "uid", "reference", "nonce"}
SET_ON_SAVING = {"at", "created_at", "updated_at"}


def written(row: Model) -> dict[str, Any]:
    """The value of each column as the statement gets it."""
    columns = columns_of(type(row))
    return {
        field.name: json.loads(value) if isinstance(field, JSONField) and value else value
        for field, value in zip(columns.fields, columns.values(row), strict=True)
        if field.name not in SET_ON_SAVING
    }


def asked(row: Model) -> dict[str, Any]:
    return {
        field.name: _plain(field.get_db_prep_save(field.pre_save(row, True), connection))
        for field in columns_of(type(row)).fields
        if field.name not in SET_ON_SAVING
    }


def _plain(value: Any) -> Any:
    """What is in the driver's wrapping; SQLite's JSON is a text."""
    if isinstance(value, Jsonb):
        return value.obj
    return json.loads(value) if isinstance(value, str) and value[:1] in ("{", "[") else value


@pytest.mark.parametrize("model", [Booking, Customer, HistoryEntry, OutboxMessage])
def test_each_column_gets_what_its_field_would_store(model: type[Model]) -> None:
    a_booking(a_resource(), at(9))
    row = model._default_manager.order_by("pk").first()
    assert row is not None
    assert written(row) == asked(row)


def test_values_of_other_types_are_asked_of_their_fields() -> None:
    booking = a_booking(a_resource(), at(9))
    booking.what = gettext_lazy("Waiting")
    booking.resource_id = str(booking.resource_id)  # type: ignore[assignment]
    booking.min_cancel_time = timedelta(days=1)
    told = written(booking)
    assert told == asked(booking)
    assert type(told["what"]) is str
    assert told["resource"] == asked(Booking.objects.get())["resource"]


def test_what_is_typed_is_cleaned_once_more_before_it_is_written() -> None:
    customer = Customer(name=" Marty\u200b  McFly ", email="marty@example.com")
    assert written(customer)["name"] == "Marty McFly"


def test_moments_of_saving_are_set_and_naive_ones_are_not_taken_as_they_are() -> None:
    booking = a_booking(a_resource(), at(9))
    before, booking.due_at = booking.updated_at, datetime(2027, 3, 1, 12)  # noqa: DTZ001
    with pytest.warns(RuntimeWarning, match="naive"):
        told = written(booking)
    assert booking.updated_at > before
    assert "+00:00" in str(told["due_at"]) or connection.vendor == "sqlite"


@pytest.mark.parametrize("model", [Booking, Customer, HistoryEntry, OutboxMessage])
def test_a_row_that_is_made_begins_as_its_model_says(model: type[Model]) -> None:
    drawn = {
        field.attname
        for field in model._meta.concrete_fields
        if field.attname in DRAWN and field.has_default()
    }
    one, other, theirs = made(model), made(model), model()
    for field in model._meta.concrete_fields:
        mine = getattr(one, field.attname)
        assert (mine == getattr(theirs, field.attname)) is (field.attname not in drawn), field
        if isinstance(mine, dict | list) or field.attname in drawn:
            assert mine is not getattr(other, field.attname), field
    assert one._state.adding


def test_a_row_is_made_with_what_is_given() -> None:
    doc = a_resource()
    booking = made(Booking, resource=doc, what="Lightning", option_id=None)
    assert (booking.resource, booking.resource_id, booking.what) == (doc, doc.pk, "Lightning")
    with pytest.raises(TypeError, match="whatever"):
        made(Booking, whatever=1)


def test_what_is_changed_is_written_and_nothing_else() -> None:
    booking = a_booking(a_resource(), at(9))
    before = booking.updated_at
    booking.what, booking.where, booking.meta, booking.due_at = "Thunder", "elsewhere", {"a": [1]}, None
    update(booking, "what", "meta", "due_at", "updated_at")
    stored = Booking.objects.get(pk=booking.pk)
    assert (stored.what, stored.meta, stored.due_at) == ("Thunder", {"a": [1]}, None)
    assert stored.where != "elsewhere"
    assert stored.updated_at == booking.updated_at > before


def test_a_change_of_a_row_that_is_not_there_is_an_error() -> None:
    booking = a_booking(a_resource(), at(9))
    booking.pk = uuid4()
    with pytest.raises(DatabaseError), transaction.atomic():
        update(booking, "what")


def test_a_row_that_is_inserted_is_what_the_orm_would_have_saved() -> None:
    doc = a_resource()
    held = {"resource": doc, "start": at(9), "end": at(10), "expires_at": at(9), "customer": {"name": "Doc"}}
    one, other = Reservation(**held), Reservation(**held)
    insert(one)
    other.save()
    mine, theirs = (Reservation.objects.filter(pk=row.pk).values().get() for row in (one, other))
    for drawn in ("id", "created_at"):
        assert mine.pop(drawn)
        assert theirs.pop(drawn)
    assert mine == theirs
    assert not one._state.adding
    one.delete()
