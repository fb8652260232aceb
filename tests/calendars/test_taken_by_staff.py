"""What staff take of somebody's time stays taken, whatever becomes of the calendars elsewhere."""

import pytest

from bookings.calendars.connecting import disconnect
from bookings.errors import SlotTaken
from bookings.lifecycle import Actor, add_event
from bookings.lifecycle.taking_time import take_time
from bookings.models import Calendar, Event
from tests.calendars.conftest import soon
from tests.calendars.worlds import connected, read_all
from tests.situations import a_booking, a_resource

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def anna():
    return a_resource(name="Anna")


def sick(resource):
    return take_time({resource: (soon(9), soon(17))}, what="Sick")


def refused(resource):
    with pytest.raises(SlotTaken):
        a_booking(resource, soon(10), by=CUSTOMER)


def test_time_that_staff_took_stays_taken_when_the_calendar_is_disconnected(anna, account):
    account.make_calendar("work")
    connection = connected(anna, account, "--primary", "work")
    sick(anna)
    disconnect(connection, keep_events=True)
    read_all()
    refused(anna)


@pytest.mark.parametrize("counts", [True, False])
def test_what_was_put_into_a_connected_calendar_stays_taken_too(anna, account, counts):
    """Where it did not count as busy it is taken once it stands in one that does: the desk shows it there."""
    account.make_calendar("work")
    connection = connected(anna, account, "--primary", "work")
    connection.calendars.update(provider_sync=counts)
    calendar = connection.calendars.get()
    add_event(Event(calendar=calendar, start=soon(9), end=soon(17), what="Sick"))
    disconnect(connection, keep_events=True)
    assert not Calendar.objects.filter(pk=calendar.pk).exists()
    refused(anna)


def test_time_is_taken_also_where_the_primary_calendar_does_not_count_as_busy(anna):
    Calendar.objects.filter(resource=anna).update(provider_sync=False)
    sick(anna)
    refused(anna)
    assert sick(anna) == []
    assert Event.objects.count() == 1
