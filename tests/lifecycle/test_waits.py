"""Moving or taking back does not give a customer more time to pay, or a request more time to be answered."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.db.models import F

from bookings.lifecycle import Actor, act, reschedule, undo
from bookings.models import ApiKey, Booking
from tests.situations import HOUR, SERVER, a_booking, a_project, a_resource, a_seat, a_session, aged, at

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()
WIDGET = Actor.of_key(ApiKey().pk, is_widget=True)
MINUTE = timedelta(minutes=1)
WAITED = 3 * MINUTE
WAITS = {"instant_payment": 5 * MINUTE, "request": timedelta(days=2)}
A_SECOND = timedelta(seconds=1)


@pytest.fixture(params=WAITS)
def graph(request):
    return request.param


@pytest.fixture
def waiting(graph):
    """Booked some minutes ago."""
    return aged(a_booking(a_resource(), at(10), graph=graph), WAITED)


def to(hour, by):
    return {"start": at(hour), "end": at(hour) + HOUR, "by": by}


@pytest.mark.parametrize("by", [CUSTOMER, WIDGET], ids=["customer", "widget"])
def test_what_a_customer_moves_waits_no_longer_than_before(waiting, graph, by):
    moved = reschedule(reschedule(waiting, **to(14, by)), **to(16, by))
    assert moved.due_at == waiting.due_at == waiting.state_entered_at + WAITS[graph]
    moved.refresh_from_db()
    assert moved.due_at == waiting.due_at
    assert moved.updated_at - moved.due_at < timedelta() < moved.created_at - moved.state_entered_at


def test_what_staff_move_waits_anew(waiting, graph):
    staff = Actor.staff(User.objects.create_user("desk"))
    for hour, by in ((14, staff), (16, SERVER)):
        waiting = reschedule(aged(waiting, MINUTE), **to(hour, by))
        assert waiting.due_at == waiting.state_entered_at + WAITS[graph]
        assert waiting.created_at - waiting.state_entered_at < A_SECOND


def test_a_request_that_would_have_ended_at_its_start_waits_for_as_long_as_any_at_a_later_one():
    soon = a_booking(a_resource(), at(10), graph="request")
    Booking.objects.filter(pk=soon.pk).update(due_at=F("state_entered_at") + HOUR)
    moved = reschedule(Booking.objects.get(pk=soon.pk), **to(14, CUSTOMER))
    assert moved.due_at == soon.state_entered_at + WAITS["request"]


def test_a_seat_that_moves_to_its_own_session_has_no_more_time_to_be_paid():
    doc = a_resource()
    session = a_session(doc, at(10), seats=3, project=a_project(doc, graph="group_customer_payment"))
    seat = aged(a_seat(session, graph="group_customer_payment", project=session.project), WAITED)
    moved = reschedule(seat, by=CUSTOMER, session=session)
    assert moved.due_at == seat.due_at
    assert moved.due_at - moved.created_at < WAITS["instant_payment"] - WAITED + A_SECOND


def test_what_is_settled_begins_anew_where_it_moves():
    booked = aged(a_booking(a_resource(), at(10)), WAITED)
    moved = reschedule(booked, **to(14, CUSTOMER))
    assert moved.created_at - moved.state_entered_at < A_SECOND


def withdrawn(booking):
    """By its customer, some minutes after it was booked."""
    act(booking, "cancel_by_customer", by=CUSTOMER)
    Booking.objects.filter(pk=booking.pk).update(state_entered_at=F("state_entered_at") + WAITED)
    return Booking.objects.get(pk=booking.pk)


@pytest.mark.parametrize("moves", [0, 1, 2])
def test_what_a_customer_takes_back_has_what_was_left_when_it_was_withdrawn(graph, moves):
    booking = a_booking(a_resource(), at(10), graph=graph)
    for number in range(moves):
        booking = reschedule(booking, **to(12 + 2 * number, CUSTOMER))
    back = undo(withdrawn(booking), by=CUSTOMER)
    left = back.due_at - back.created_at
    assert abs(left - (WAITS[graph] - WAITED)) < 5 * A_SECOND


def test_taken_back_again_and_again_it_is_not_kept_for_longer(graph):
    booking = a_booking(a_resource(), at(10), graph=graph)
    first = undo(withdrawn(booking), by=CUSTOMER)
    again = undo(withdrawn(first), by=CUSTOMER)
    assert again.due_at - again.created_at < WAITS[graph] - WAITED


def test_what_the_owner_takes_back_waits_anew():
    booking = a_booking(a_resource(), at(10), graph="request")
    act(booking, "decline", by=Actor.owner())
    back = undo(Booking.objects.get(pk=booking.pk), by=Actor.owner())
    assert back.created_at - back.state_entered_at < A_SECOND
