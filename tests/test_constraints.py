"""The promises as the database has them, also after its tables were rebuilt."""

from datetime import timedelta

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction
from django.db.migrations.autodetector import MigrationAutodetector
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.state import ProjectState

from bookings.constraints import AppendOnly, NoOverlap, violated
from bookings.models import Booking, HistoryEntry, Occupancy
from tests.situations import HOUR, a_booking, a_resource, at

HOURS = {"busy_start": at(10), "busy_end": at(11)}


def overlap_directly():
    piece = Occupancy.objects.latest("pk")
    piece.pk = None
    with transaction.atomic():
        piece.save(force_insert=True)


@pytest.mark.django_db(transaction=True)
def test_the_guards_survive_a_rebuild_of_their_tables():
    a_booking(a_resource(), at(10))
    for model in (Occupancy, HistoryEntry):
        extra = models.BooleanField(default=False)
        extra.set_attributes_from_name("extra")
        extra.model = model
        with connection.schema_editor() as editor:
            editor.add_field(model, extra)
        with connection.schema_editor() as editor:
            editor.remove_field(model, extra)
    with pytest.raises(DatabaseError, match="no_overlap"):
        overlap_directly()
    with pytest.raises(DatabaseError, match="history_is_append_only"), transaction.atomic():
        HistoryEntry.objects.update(action="rewritten")


@pytest.mark.django_db
def test_a_violation_names_its_constraint():
    a_booking(a_resource(), at(10))
    with pytest.raises(IntegrityError) as error:
        overlap_directly()
    assert violated(error.value, Occupancy, "no_overlap")
    assert not violated(error.value, Occupancy, "occupancy_has_one_owner")


@pytest.mark.django_db
def test_a_rewritten_history_names_its_constraint():
    a_booking(a_resource(), at(10))
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        HistoryEntry.objects.update(action="rewritten")
    assert violated(error.value, HistoryEntry, "history_is_append_only")


@pytest.mark.django_db
@pytest.mark.parametrize(("field", "other"), [("form_token", "continues"), ("continues", "form_token")])
def test_a_unique_field_that_is_met_twice_is_told_from_others(field, other):
    """The text of an error quotes values, too: what somebody typed must not pass for a constraint."""
    doc = a_resource()
    value = a_booking(doc, at(8)) if field == "continues" else "continues form_token no_overlap"
    a_booking(doc, at(10), **{field: value})
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        a_booking(doc, at(12), **{field: value})
    assert violated(error.value, Booking, field)
    assert not violated(error.value, Booking, other)


@pytest.mark.django_db
def test_an_error_that_names_no_constraint_is_of_none():
    a_booking(a_resource(), at(10))
    with pytest.raises(IntegrityError) as error, transaction.atomic():
        Booking.objects.update(what=None)
    of_sqlite = IntegrityError("FOREIGN KEY constraint failed")
    for model in (Booking, HistoryEntry, Occupancy):
        names = [one.name for one in model._meta.constraints]
        assert names
        assert not [
            name for name in names if violated(error.value, model, name) or violated(of_sqlite, model, name)
        ]


@pytest.mark.django_db
def test_only_a_disposable_row_of_history_can_be_deleted():
    a_booking(a_resource(), at(10), disposable=True)
    HistoryEntry.objects.all().delete()
    a_booking(a_resource(), at(10))
    with pytest.raises(DatabaseError, match="history_is_append_only"), transaction.atomic():
        HistoryEntry.objects.all().delete()


@pytest.mark.django_db
@pytest.mark.skipif("connection.vendor != 'postgresql'", reason="SQLite has no TRUNCATE")
def test_history_cannot_be_emptied_at_a_stroke():
    a_booking(a_resource(), at(10))
    with (
        pytest.raises(DatabaseError, match="history_is_append_only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f'TRUNCATE "{HistoryEntry._meta.db_table}" CASCADE')


@pytest.mark.django_db
@pytest.mark.parametrize(
    "change",
    [
        {"start": at(11), "end": at(10)},
        {"busy_end": at(11) + timedelta(minutes=1)},
        {"booking": None},
    ],
)
def test_a_piece_that_makes_no_sense_is_refused(change):
    a_booking(a_resource(), at(10))
    with pytest.raises(DatabaseError), transaction.atomic():
        Occupancy.objects.update(**change)


@pytest.mark.django_db
def test_a_session_never_has_more_seats_taken_than_seats():
    booking = a_booking(a_resource(), at(10), HOUR)
    with pytest.raises(DatabaseError, match="seats_taken"), transaction.atomic():
        type(booking).objects.update(seats_taken=1)


@pytest.mark.django_db
def test_migrations_settle_with_the_constraints_in_the_models():
    loader = MigrationLoader(None)
    changes = MigrationAutodetector(loader.project_state(), ProjectState.from_apps(apps)).changes(
        loader.graph
    )
    assert "bookings" not in changes


def test_a_constraint_equals_another_of_the_same_words():
    words = {"name": "n", "resource": "r", "start": "s", "end": "e", "condition": "c"}
    assert NoOverlap(**words) == NoOverlap(**words)
    assert NoOverlap(**words) != NoOverlap(**words | {"end": "x"})
    assert NoOverlap(**words) != AppendOnly(name="n", disposable="d")
