"""What is read by statements that are written out is what the ORM reads, whichever rows there are."""

import uuid
from datetime import timedelta

import pytest
from django.db.models import Model
from django.utils import timezone

from bookings.forms import named_rows
from bookings.languages import site_of
from bookings.lifecycle.locks import Locks, played_on
from bookings.models import Booking, Location, Reservation, Site
from bookings.visitors.hold_tokens import held_by, hold_token
from tests.situations import (
    HOUR,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_seat_hold,
    a_session,
    at,
)

pytestmark = pytest.mark.django_db


def told(row: Model | None) -> dict[str, object] | None:
    """Every column of a row, in Python's types."""
    return row and {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields}


def same(ours: Model, theirs: Model, *paths: str) -> bool:
    """Whether two readings of a row, and of what they lead to, agree; ours without another query."""
    assert told(ours) == told(theirs)
    for path in paths:
        one, other = ours, theirs
        for name in path.split("__"):
            one = one._state.fields_cache[name]
            other = getattr(other, name, None)
            assert told(one) == told(other), path
            if one is None:
                break
    return True


def with_project(**fields):
    doc = a_resource(location=Location.objects.create(name="Court"))
    return doc, a_project(doc, location=Location.objects.create(name="Square"), **fields)


def test_what_a_verb_plays_on_is_read_in_order_of_id_with_all_that_it_asks():
    doc, project = with_project()
    rows = [a_booking(doc, at(9), meta={"a": [1]}), a_booking(doc, at(10), project=project)]
    played = played_on([one.pk for one in rows])
    assert [one.pk for one, _is_overdue in played] == sorted(one.pk for one in rows)
    for one, _is_overdue in played:
        theirs = Booking.objects.get(pk=one.pk)
        assert same(one, theirs, "state", "version__graph", "resource", "project")


def test_what_is_overdue_is_told_by_the_database():
    doc = a_resource()
    late, ahead, never = (a_booking(doc, at(hour)) for hour in (9, 10, 11))
    now = timezone.now()
    Booking.objects.filter(pk=late.pk).update(due_at=now - HOUR)
    Booking.objects.filter(pk=ahead.pk).update(due_at=now + HOUR)
    told_of = {one.pk: is_overdue for one, is_overdue in played_on([late.pk, ahead.pk, never.pk])}
    assert told_of == {late.pk: True, ahead.pk: False, never.pk: False}


def test_locks_of_bookings_are_all_that_they_take():
    doc, beside, room = a_resource(), a_resource(), a_resource()
    booking = a_booking(doc, at(9))
    booking.companions.set([beside])
    session = a_session(room, at(9), seats=3)
    seat = a_seat(session)
    locks = Locks.of_bookings([booking.pk, seat.pk, session.pk])
    assert locks == Locks.on(
        resources=[doc.pk, beside.pk, room.pk], sessions=[session.pk], bookings=[booking.pk, seat.pk]
    )
    assert locks.take()
    assert not Locks.on(bookings=[booking.pk, uuid.uuid4()]).take()


def test_a_booking_that_is_named_comes_with_its_customer_also_where_there_is_none():
    doc = a_resource()
    named = a_booking(doc, at(9))
    assert same(named_rows.booking(named.pk), Booking.objects.get(pk=named.pk), "version", "customer")
    session = named_rows.booking(a_session(doc, at(12), seats=2).pk)
    assert getattr(session, "customer", None) is None


def test_a_booking_that_is_gone_is_not_found():
    old = a_booking(a_resource(), timezone.now() - timedelta(days=400), disposable=True)
    Booking.objects.filter(pk=old.pk).update(deleted_at=timezone.now())
    assert named_rows.booking(old.pk) is None
    assert named_rows.booking(uuid.uuid4()) is None


def test_a_hold_of_a_page_comes_with_all_that_is_shown_of_it():
    doc, project = with_project()
    plain = a_hold(doc, at(9))
    shown = a_hold(doc, at(11), project=project, option=project.options.get())
    seat = a_seat_hold(a_session(doc, at(14), seats=2))
    used = a_hold(doc, at(16))
    a_booking(doc, at(16), reservation=used)
    for hold in (plain, shown, seat, used):
        found = held_by(hold_token(hold))
        paths = ("resource__location", "project__location", "option", "session", "booking", "graph_version")
        assert same(found, Reservation.objects.get(pk=hold.pk), *paths)
    assert held_by(hold_token(used)).booking is not None
    assert held_by(hold_token(Reservation(pk=uuid.uuid4()))) is None


def test_options_are_in_the_staffs_order():
    _doc, project = with_project()
    for position in (3, 1, 2):
        project.options.create(label=f"No. {position}", length=HOUR, position=position)
    read = named_rows.options(project)
    assert [told(one) for one in read] == [told(one) for one in project.options.all()]
    assert all(one.project is project for one in read)


def test_what_a_form_made_is_found_by_its_token():
    made = a_booking(a_resource(), at(9), form_token="f" * 64)
    assert told(named_rows.made_by_form("f" * 64)) == told(Booking.objects.get(pk=made.pk))
    assert named_rows.made_by_form("e" * 64) is None


@pytest.mark.parametrize("is_saved", [True, False])
def test_the_sites_row_is_read_once_for_a_request(rf, django_assert_num_queries, is_saved):
    Site.objects.all().delete()
    if is_saved:
        Site.objects.create(pk=1, name="Hill Valley")
    for _time in range(2):
        site_of(rf.get("/"))  # prepared from the second time on
    request = rf.get("/")
    with django_assert_num_queries(1):
        assert site_of(request).name == site_of(request).name == ("Hill Valley" if is_saved else Site().name)
