"""What the one writing takes as it is, its fields would have stored no differently."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.db.models import DateTimeField, JSONField, Model
from django.utils.translation import gettext_lazy

from bookings.lifecycle import writing
from bookings.models import Booking, Customer, HistoryEntry, OutboxMessage
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def written(row: Model) -> dict[str, Any]:
    """The value of each column as the statement gets it; JSON and moments are asked of their fields anyway."""
    _text, values = writing._insert([row])
    return {
        field.name: value
        for field, value in zip(writing._fields(type(row)), values, strict=True)
        if not isinstance(field, JSONField | DateTimeField)
    }


def asked(row: Model) -> dict[str, Any]:
    return {
        field.name: field.get_db_prep_save(field.pre_save(row, True), connection)
        for field in writing._fields(type(row))
        if not isinstance(field, JSONField | DateTimeField)
    }


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
