"""What staff moved its customer may change until it begins; what the customer moves has its cut-off again."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.errors import WindowClosed
from bookings.lifecycle import Actor, act, reschedule, undo
from tests.situations import SERVER, a_booking, a_resource, a_seat, a_session, at

pytestmark = pytest.mark.django_db
CUSTOMER, STAFF, OWNER = Actor.customer(), Actor("staff"), Actor.owner()
CUT_OFF = timedelta(days=1)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def booking(db):
    return a_booking(a_resource(), at(10), min_cancel_time=CUT_OFF)


@pytest.mark.parametrize("by", [STAFF, OWNER])
def test_after_a_move_by_staff_the_cut_off_is_the_start(booking, by):
    moved = reschedule(booking, by=by, start=at(14), end=at(15))
    assert moved.change_until == at(14)
    again = reschedule(moved, by=CUSTOMER, start=at(16), end=at(17), now=at(14) - MINUTE)
    assert again.change_until == at(16) - CUT_OFF
    with pytest.raises(WindowClosed):
        act(again, "cancel_by_customer", by=CUSTOMER, now=at(14))


def test_another_resource_is_a_move_too(booking):
    moved = reschedule(booking, by=STAFF, resource=a_resource())
    assert act(moved, "cancel_by_customer", by=CUSTOMER, now=at(10) - MINUTE).state.final


def test_once_it_has_begun_nothing_is_waived(booking):
    moved = reschedule(booking, by=STAFF, start=at(14), end=at(15))
    for too_late in (at(14), at(14) + MINUTE):
        with pytest.raises(WindowClosed):
            act(moved, "cancel_by_customer", by=CUSTOMER, now=too_late)


@pytest.mark.parametrize("by", [CUSTOMER, SERVER])
def test_a_move_by_the_customer_or_for_them_waives_nothing(booking, by):
    moved = reschedule(booking, by=by, start=at(14), end=at(15), now=at(8, days=-3))
    assert moved.change_until == at(14) - CUT_OFF


def test_a_cancellation_that_is_taken_back_leaves_it_as_it_was(booking):
    moved = reschedule(booking, by=STAFF, start=at(14), end=at(15))
    back = undo(act(moved, "cancel_by_customer", by=CUSTOMER), by=CUSTOMER)
    assert back.change_until == at(14)


def test_the_seats_of_a_session_that_staff_moved_are_free_to_go_too():
    session = a_session(a_resource(), at(10), seats=2)
    seat = a_seat(session, min_cancel_time=CUT_OFF)
    reschedule(session, by=STAFF, start=at(14), end=at(15))
    seat.refresh_from_db()
    assert seat.change_until == at(14)
    assert act(seat, "cancel_by_customer", by=CUSTOMER, now=at(14) - MINUTE).state.final


def test_without_a_cut_off_there_is_none_and_the_start_is_the_last_moment():
    free = a_booking(a_resource(), at(10))
    assert free.change_until is None
    with pytest.raises(WindowClosed):
        act(free, "cancel_by_customer", by=CUSTOMER, now=at(10) + MINUTE)
    assert act(free, "cancel_by_customer", by=CUSTOMER, now=timezone.now()).state.final
