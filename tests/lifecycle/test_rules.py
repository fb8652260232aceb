"""What binds a customer, asked inside the verb, and does not bind staff and server keys."""

from datetime import UTC, datetime, time, timedelta

import pytest

from bookings.errors import CapReached, OutsideHours, WindowClosed
from bookings.lifecycle import Actor, reschedule
from bookings.models import WeeklyHours
from tests.situations import HOUR, SERVER, a_booking, a_hold, a_project, a_resource, a_seat, a_session, at

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def doc():
    """Open on Mondays from 9 to 17."""
    doc = a_resource()
    WeeklyHours.objects.create(resource=doc, weekday=0, opens=time(9), closes=time(17))
    return doc


def test_a_customer_books_within_the_hours_only(doc):
    project = a_project(doc)
    with pytest.raises(OutsideHours):
        a_booking(doc, at(8, 30), by=CUSTOMER, project=project)
    with pytest.raises(OutsideHours):
        a_hold(doc, at(16, 30), by=CUSTOMER, project=project)
    a_booking(doc, at(9), by=CUSTOMER, project=project)


def test_a_server_key_books_any_free_time_also_in_the_past(doc):
    a_booking(doc, at(3), by=SERVER)
    a_booking(doc, datetime(2018, 8, 12, 21, 30, tzinfo=UTC), by=SERVER)


def test_a_customer_books_the_future_only():
    with pytest.raises(WindowClosed):
        a_booking(a_resource(), datetime(2020, 1, 1, tzinfo=UTC), by=CUSTOMER)


def test_notice_and_horizon_bind_a_customer():
    doc = a_resource()
    with pytest.raises(WindowClosed):
        a_booking(doc, at(10), by=CUSTOMER, max_booking_time=timedelta(days=1))
    with pytest.raises(WindowClosed):
        a_booking(doc, at(10), by=CUSTOMER, min_booking_time=timedelta(days=36500))


def test_a_daily_cap_binds_a_customer_and_frees_when_one_is_cancelled(doc):
    doc.daily_cap = 1
    doc.save()
    a_booking(doc, at(10), by=CUSTOMER)
    with pytest.raises(CapReached):
        a_booking(doc, at(12), by=CUSTOMER)
    a_booking(doc, at(12), by=SERVER)


def test_a_move_does_not_count_its_own_old_time(doc):
    doc.daily_cap = 1
    doc.save()
    booking = a_booking(doc, at(10), by=CUSTOMER)
    assert reschedule(booking, start=at(10, 30), end=at(11, 30), by=CUSTOMER).start == at(10, 30)
    with pytest.raises(OutsideHours):
        reschedule(booking.__class__.objects.latest("created_at"), start=at(20), end=at(21), by=CUSTOMER)


def test_a_seat_is_booked_within_its_sessions_window():
    doc = a_resource()
    late = a_session(doc, at(10), seats=2, min_booking_time=timedelta(days=36500))
    early = a_session(doc, at(12), seats=2, max_booking_time=HOUR)
    for session in (late, early):
        with pytest.raises(WindowClosed):
            a_seat(session, by=CUSTOMER)
        a_seat(session, by=SERVER)
