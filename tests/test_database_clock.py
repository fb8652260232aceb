"""What is due and what anybody may is judged by the database's clock, whatever this machine's shows."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings import database_clock, sql
from bookings.errors import HoldNotExtendable, NothingToUndo, WindowClosed
from bookings.lifecycle import Actor, act, extend, reserve, undo
from bookings.models import Booking, OutboxMessage, RequestCount, Reservation
from bookings.rate_limits import Counter, spend
from tests.situations import HOUR, a_booking, a_hold, a_project, a_resource

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()
DAY = timedelta(days=1)


@pytest.fixture(params=[timedelta(hours=-30), timedelta(hours=30)], ids=["slow", "fast"])
def skewed(request, time_machine, monkeypatch):
    """A web machine whose clock is wrong by more than a day, and whose process has just begun."""
    monkeypatch.setattr(database_clock, "ASKED_EVERY", 10.0)
    true = timezone.now()
    time_machine.move_to(true + request.param)
    database_clock.forget()
    return true


def near(moment, other) -> bool:
    return abs(moment - other) < timedelta(minutes=1)


def test_the_moment_is_the_databases(skewed):
    assert not near(timezone.now(), skewed)
    assert near(database_clock.now(), skewed)
    assert near(sql.database_now(), skewed)


def test_it_is_asked_once_in_a_while(skewed, django_assert_num_queries):
    with django_assert_num_queries(1):
        moments = [database_clock.now() for _time in range(100)]
    assert moments == sorted(moments)


def test_a_hold_is_made_longer_until_the_cap_and_no_further(skewed, settings):
    settings.MAX_RESERVATION_SECONDS = 1200
    held = a_hold(a_resource(), skewed.replace(microsecond=0) + 3 * DAY)
    assert near(held.created_at, skewed)
    extend(held, hold=timedelta(minutes=15), by=CUSTOMER)
    with pytest.raises(HoldNotExtendable):
        extend(held, hold=timedelta(minutes=25), by=CUSTOMER)


def test_notice_is_counted_from_the_true_moment(skewed):
    resource = a_resource()
    project = a_project(resource, booking={"graph": "instant", "min_booking_time": "4 hours"})
    first = (skewed + HOUR).replace(minute=0, second=0, microsecond=0)
    for hours, allowed in ((1, False), (6, True)):
        start = first + HOUR * hours
        draft = Reservation(resource=resource, project=project, start=start, end=start + HOUR)
        if allowed:
            assert reserve(draft, hold=HOUR, by=CUSTOMER).pk
        else:
            with pytest.raises(WindowClosed):
                reserve(draft, hold=HOUR, by=CUSTOMER)


@pytest.mark.parametrize(("hours", "allowed"), [(1, False), (5, True)])
def test_the_cut_off_of_a_cancellation_is_the_true_one(skewed, hours, allowed):
    start = skewed.replace(microsecond=0) + HOUR * hours
    booking = a_booking(a_resource(), start, min_cancel_time=3 * HOUR)
    if allowed:
        act(booking, "cancel_by_customer", by=CUSTOMER)
    else:
        with pytest.raises(WindowClosed):
            act(booking, "cancel_by_customer", by=CUSTOMER)


def test_a_cancellation_is_undone_within_its_minutes(skewed, settings):
    booking = a_booking(a_resource(), skewed.replace(microsecond=0) + 3 * DAY)
    cancelled = act(booking, "cancel_by_customer", by=CUSTOMER)
    assert near(cancelled.state_entered_at, skewed)
    assert undo(cancelled, by=CUSTOMER).state.occupies
    late = act(Booking.objects.get(continues=cancelled), "cancel_by_customer", by=CUSTOMER)
    Booking.objects.filter(pk=late.pk).update(
        state_entered_at=skewed - timedelta(minutes=settings.UNDO_MINUTES + 1)
    )
    with pytest.raises(NothingToUndo):
        undo(late, by=CUSTOMER)


def test_what_the_clock_plays_is_due_when_it_was_promised(skewed):
    booking = a_booking(a_resource(), skewed.replace(microsecond=0) + 30 * DAY, graph="request")
    assert skewed < booking.due_at <= skewed + 3 * DAY
    assert all(row.run_after <= skewed + HOUR for row in OutboxMessage.objects.filter(kind="mail"))


def test_the_minute_of_a_limit_is_the_databases(skewed, monkeypatch):
    monkeypatch.setattr("bookings.rate_limits.counter", Counter())
    spend("key:a", 5)
    assert near(RequestCount.objects.get().window, skewed)


def test_what_is_due_now_is_due_for_the_very_next_statement():
    message = OutboxMessage.objects.create(kind="mail", dedupe_key="now", run_after=database_clock.now())
    for _time in range(500):
        database_clock.forget()
        OutboxMessage.objects.filter(pk=message.pk).update(run_after=database_clock.now())
        assert OutboxMessage.objects.ready().exists()
