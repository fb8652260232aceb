"""Sessions to come are listed with the places they have left."""

from datetime import UTC, datetime, timedelta

import pytest

from bookings.availability.sessions import coming_sessions
from bookings.lifecycle import act, release
from tests.situations import HOUR, SERVER, a_resource, a_seat, a_seat_hold, a_session, aged, at

pytestmark = pytest.mark.django_db

LONG_AGO = datetime(2033, 1, 1, tzinfo=UTC)


def places(now=LONG_AGO) -> list[tuple]:
    return [(session.start, session.places_left) for session in coming_sessions(now)]


def test_sessions_come_by_start_with_the_places_left():
    room = a_resource()
    a_session(room, at(12), seats=3)
    early = a_session(room, at(9), seats=2)
    a_seat(early)
    assert places() == [(at(9), 1), (at(12), 3)]


def test_a_live_hold_takes_a_place_and_an_expired_or_released_one_does_not():
    session = a_session(a_resource(), at(9), seats=3)
    a_seat_hold(session)
    release(a_seat_hold(session), by=SERVER)
    aged(a_seat_hold(session))
    assert places() == [(at(9), 2)]
    for _number in range(2):
        a_seat(session)
    assert places() == [(at(9), 0)], "the expired hold was given back, so it is not counted again"
    assert not coming_sessions(LONG_AGO).filter(places_left__gt=0).exists()


def test_a_cancelled_seat_is_free_and_a_cancelled_session_is_gone():
    session = a_session(a_resource(), at(9), seats=1)
    seat = a_seat(session)
    act(seat, "cancel_by_customer", by=SERVER)
    assert places() == [(at(9), 1)]
    session.refresh_from_db()
    act(session, "cancel", by=SERVER)
    assert places() == []


def test_a_session_is_listed_inside_its_booking_window():
    a_session(a_resource(), at(9), seats=1, min_booking_time=HOUR, max_booking_time=timedelta(days=2))
    a_session(a_resource(), at(9, days=1), seats=1)
    assert [start for start, _places in places(at(8, days=-2))] == [at(9, days=1)]
    assert [start for start, _places in places(at(9, days=-2))] == [at(9), at(9, days=1)]
    assert [start for start, _places in places(at(8))] == [at(9), at(9, days=1)]
    assert [start for start, _places in places(at(8, 1))] == [at(9, days=1)]
    assert places(at(9, days=1)) == []


def test_it_is_one_query(django_assert_num_queries):
    for hour in range(3):
        a_session(a_resource(), at(9 + hour), seats=hour + 1)
    with django_assert_num_queries(1):
        assert [left for _start, left in places()] == [1, 2, 3]
