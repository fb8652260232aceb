"""Busy times that others changed since they were read: what they said stays, and the calendar says what counts now."""

import pytest

from bookings.errors import EventGone
from bookings.lifecycle import add_event, change_event, count_events
from bookings.models import Calendar, Event, Occupancy, Resource
from tests.situations import a_resource, at

pytestmark = pytest.mark.django_db


@pytest.fixture
def doc() -> Resource:
    return a_resource()


@pytest.fixture
def event(doc: Resource) -> Event:
    """As it was read, before others change it."""
    return add_event(Event(calendar=doc.calendars.get(), start=at(9), end=at(10), where="Courthouse"))


def away(event: Event) -> list[str]:
    event.what = "Away"
    return ["what"]


def test_a_change_leaves_what_it_does_not_name(event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(where="Garage", end=at(12))
    changed = change_event(event, away)
    assert (changed.what, changed.where, changed.end) == ("Away", "Garage", at(12))
    assert Event.objects.filter(what="Away", where="Garage", end=at(12)).exists()
    assert Occupancy.objects.get().end == at(12)


def test_it_stays_in_the_calendar_that_others_put_it_into(doc: Resource, event: Event) -> None:
    other = Calendar.objects.create(resource=a_resource(), name="Elsewhere")
    Event.objects.filter(pk=event.pk).update(calendar=other)
    assert change_event(event, away).calendar == other
    assert Occupancy.objects.get().resource == other.resource


def test_it_takes_no_time_in_a_calendar_that_does_not_count_any_more(doc: Resource, event: Event) -> None:
    doc.calendars.update(provider_sync=False)
    change_event(event, away)
    assert not Occupancy.objects.exists()


def test_neither_does_one_that_is_added_or_moved_there(doc: Resource) -> None:
    read, elsewhere = doc.calendars.get(), a_resource().calendars.get()
    event = add_event(Event(calendar=elsewhere, start=at(9), end=at(10)))
    doc.calendars.update(provider_sync=False)
    add_event(Event(calendar=read, start=at(12), end=at(13)))
    change_event(event, into=read)
    assert not Occupancy.objects.exists()


def test_what_was_removed_is_not_changed(event: Event) -> None:
    Event.objects.get().delete()
    with pytest.raises(EventGone):
        change_event(event, away)


def test_a_calendar_counts_as_it_says_now_whatever_was_read(doc: Resource, event: Event) -> None:
    read = doc.calendars.get()
    doc.calendars.update(provider_sync=False)
    count_events(read)
    assert not Occupancy.objects.exists()
