"""A daily cap counts what a day has had, not only what it still has to come."""

import pytest
from django.db.models import F

from bookings import database_clock
from bookings.errors import CapReached
from bookings.lifecycle import Actor, act, book, play_due
from bookings.models import Booking
from tests.situations import HOUR, SERVER, a_booking, a_draft, a_resource, long_ago, marty

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


def noon_now(**fields):
    """A resource on whose clocks it is about noon, whatever the hour is at which this runs, and that moment."""
    now = database_clock.now().replace(microsecond=0)
    ahead = 12 - now.hour
    return a_resource(timezone=f"Etc/GMT{-ahead:+d}", **fields), now


def over(resource, start, *companions):
    """A booking that took place and is over."""
    made = book(a_draft(resource, start), graph="instant", by=SERVER, customer=marty(), companions=companions)
    return act(made, "complete", by=SERVER)


def wanted(resource, start):
    return a_booking(resource, start, by=CUSTOMER)


def test_what_is_over_counts_on_its_day():
    doc, now = noon_now(daily_cap=1)
    over(doc, now - 2 * HOUR)
    with pytest.raises(CapReached):
        wanted(doc, now + HOUR)


def test_what_was_over_a_day_before_does_not_count():
    doc, now = noon_now(daily_cap=1)
    over(doc, now - 26 * HOUR)
    assert wanted(doc, now + HOUR).state.occupies


def test_what_was_cancelled_before_it_began_does_not_count():
    doc, now = noon_now(daily_cap=1)
    gone = act(a_booking(doc, now + HOUR), "cancel", by=SERVER)
    Booking.objects.filter(pk=gone.pk).update(
        start=F("start") - 3 * HOUR,
        end=F("end") - 3 * HOUR,
        state_entered_at=F("state_entered_at") - 4 * HOUR,
    )
    assert wanted(doc, now + HOUR).state.occupies


def test_whoever_was_booked_with_another_had_that_booking_too():
    doc, now = noon_now(daily_cap=1)
    over(a_resource(), now - 2 * HOUR, doc)
    with pytest.raises(CapReached):
        wanted(doc, now + HOUR)


def test_a_request_that_nobody_accepted_before_its_time_does_not_count():
    doc, now = noon_now(daily_cap=1)
    asked = long_ago(a_booking(doc, now + HOUR, graph="confirm_decline", by=CUSTOMER), 3 * HOUR)
    assert play_due() == 1
    asked.refresh_from_db()
    assert asked.state_entered_at > asked.start
    assert wanted(doc, now + HOUR).state.occupies
