"""What a booking says of its place, and the calendar it stands in, when it moves to another resource or session."""

import pytest

from bookings.lifecycle import Actor, reschedule
from bookings.models import Calendar
from tests.situations import (
    SERVER,
    a_booking,
    a_location,
    a_project,
    a_resource,
    a_seat,
    a_session,
    at,
)

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def berlin():
    return a_resource(location=a_location(name="Ateliers", address="Uferstraße 8\nBerlin"))


@pytest.fixture
def london():
    return a_resource(location=a_location(name="Print Room", address="4 Ezra Street\nLondon"))


def test_a_booking_that_moves_to_another_resource_takes_place_where_that_is(berlin, london):
    old = a_booking(berlin, at(10), project=a_project(berlin, london), where=berlin.location.one_line)
    new = reschedule(old, start=at(12), end=at(13), resource=london, by=CUSTOMER)
    new.refresh_from_db()
    assert "London" in new.where
    assert new.calendar == Calendar.objects.get(resource=london)


@pytest.mark.parametrize("in_project", [True, False])
def test_a_place_that_somebody_named_stays(berlin, london, in_project):
    if in_project:
        old = a_booking(berlin, at(10), project=a_project(berlin, london), where="Courthouse")
    else:
        old = a_booking(berlin, at(10), where=berlin.location.one_line)
    new = reschedule(old, start=at(12), end=at(13), resource=london, by=SERVER)
    assert new.where == old.where


def test_another_time_of_the_same_resource_changes_neither_place_nor_calendar(berlin):
    other = Calendar.objects.create(resource=berlin)
    old = a_booking(berlin, at(10), project=a_project(berlin), where="Courthouse", calendar=other)
    new = reschedule(old, start=at(12), end=at(13), by=CUSTOMER)
    assert (new.where, new.calendar) == ("Courthouse", other)


def test_a_seat_says_of_its_place_what_its_next_session_says(berlin, london):
    early = a_session(berlin, at(18), seats=1, where="Ateliers", what="Drawing")
    late = a_session(london, at(20), seats=1, where="Print Room", what="Printing")
    new = reschedule(a_seat(early, description="A chair, please"), session=late, by=CUSTOMER)
    assert (new.where, new.what, new.description) == ("Print Room", "Printing", "A chair, please")


def test_the_seats_of_a_session_that_moves_elsewhere_go_there(berlin, london):
    project = a_project(berlin, london)
    session = a_session(berlin, at(18), seats=2, project=project, where=berlin.location.one_line)
    seat, apart = a_seat(session), a_seat(session, where="By video")
    moved = reschedule(session, start=at(20), end=at(21), resource=london, by=SERVER)
    for one in (seat, apart):
        one.refresh_from_db()
    assert "London" in seat.where
    assert apart.where == "By video"
    assert seat.calendar == moved.calendar == Calendar.objects.get(resource=london)
