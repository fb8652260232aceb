"""A server that says of an event that it is gone, and keeps it: the event goes all the same, and is never busy."""

from __future__ import annotations

import pytest

from bookings.calendars import leftovers
from bookings.calendars.errors import ChangedThere
from bookings.calendars.kinds import provider_of
from bookings.calendars.provider import Written
from bookings.lifecycle import Actor, act, undo
from bookings.models import CalendarEntry, Connection, OutboxMessage
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.stand_in import Fault
from tests.calendars.test_bad_days_of_the_worker import Person, a_person, let_in
from tests.calendars.worlds import busy, manage, read_all, write_all
from tests.situations import HOUR, SERVER, a_booking, a_resource

pytestmark = pytest.mark.django_db
GUEST = "marty@example.com"


@pytest.fixture(params=["google", "microsoft", "caldav"])
def person(request):
    yield from a_person(request)


@pytest.fixture
def anna(person):
    resource = a_resource(name="Anna", email="anna@example.org")
    let_in(resource, person)
    read_all()
    return resource


@pytest.fixture
def booked(anna):
    booking = a_booking(anna, soon(10), invite=True, participants=[GUEST])
    write_all()
    return booking


def said_to_be_gone(person: Person, *, looked_at: bool) -> None:
    """Of one that is there: to whoever removes it and, ``looked_at``, to whoever looks whether it stands."""
    look = {"google": "/events/", "microsoft": "/me/events/", "caldav": ".ics"}[Connection.objects.get().kind]
    person.there.faults.append(Fault(404, "notFound", method="DELETE"))
    if looked_at:
        person.there.faults.append(Fault(404, "notFound", method="GET", path=look))


def mailed(person) -> list[str]:
    return [one.what for one in getattr(person.there, "mailed", ())]


@pytest.mark.parametrize("status", [404, 410])
def test_one_that_is_said_to_be_gone_and_is_there_is_not_taken_for_removed(person, booked, status):
    entry = CalendarEntry.objects.get()
    client, calendar = provider_of(Connection.objects.get()), entry.calendar.provider_id
    person.there.faults.append(Fault(status, "notFound", method="DELETE"))
    with pytest.raises(ChangedThere):
        client.remove(calendar, entry.key, Written(entry.event, entry.etag), tell=True)
    assert len(person.stands()) == 1
    assert client.remove(calendar, entry.key, Written(entry.event, entry.etag), tell=True)
    assert person.stands() == {}
    assert not client.remove(calendar, entry.key, Written(entry.event, entry.etag), tell=True)
    assert not client.remove(calendar, entry.key, None, tell=True)


def test_it_is_removed_once_the_server_tells_the_truth(person, booked):
    act(booked, "cancel", by=SERVER)
    for _try in range(2):
        said_to_be_gone(person, looked_at=False)
    write_all()
    assert person.stands() == {}
    assert mailed(person) in (["invited", "cancelled"], [])


def test_what_two_answers_said_to_be_gone_is_found_by_the_next_reading(person, anna, booked):
    act(booked, "cancel", by=SERVER)
    said_to_be_gone(person, looked_at=True)
    write_all()
    assert len(person.stands()) == 1
    read_all()
    assert busy(anna) == []
    write_all()
    assert person.stands() == {}
    assert mailed(person) in (["invited", "cancelled"], [])
    assert not CalendarEntry.objects.conflicting()


def test_one_that_was_made_anew_meanwhile_stays_and_its_forerunner_goes(person, anna, booked):
    """Under its former key it is not taken for somebody else's, which would keep Anna busy."""
    cancelled = act(booked, "cancel_by_customer", by=Actor.customer())
    said_to_be_gone(person, looked_at=True)
    write_all()
    again = undo(cancelled, by=Actor.customer())
    write_all()
    assert len(person.stands()) == 2
    read_all()
    assert busy(anna) == []
    write_all()
    assert list(person.stands().values()) == [(again.start, again.end)]
    read_all()
    assert not CalendarEntry.objects.conflicting()


def test_it_is_taken_away_once_and_what_stands_is_left_alone(person, anna, booked):
    """A reading that began before the removal says nothing of it."""
    act(booked, "cancel", by=SERVER)
    said_to_be_gone(person, looked_at=True)
    write_all()
    other = a_booking(anna, soon(15))
    write_all()
    (removed,) = CalendarEntry.objects.exclude(removed_at=None)
    calendar = removed.calendar
    start = removed.removed_at.replace(hour=0, minute=0, second=0, microsecond=0)
    read = provider_of(calendar.connection).changes(calendar.provider_id, "", start, start + 480 * HOUR)
    assert len(read.ours) == 2
    leftovers.notice(calendar, read.ours, removed.removed_at)
    assert not OutboxMessage.objects.waiting().filter(payload__has_key=leftovers.LEFTOVER)
    read_all()
    read_all()
    (waits,) = OutboxMessage.objects.waiting().filter(payload__has_key=leftovers.LEFTOVER)  # once
    assert waits.payload[leftovers.LEFTOVER] == removed.key
    write_all()
    assert list(person.stands().values()) == [(other.start, other.end)]


def test_nothing_is_removed_where_the_calendar_is_connected_no_more(person, anna, booked):
    act(booked, "cancel", by=SERVER)
    said_to_be_gone(person, looked_at=True)
    write_all()
    read_all()
    assert OutboxMessage.objects.waiting().filter(payload__has_key=leftovers.LEFTOVER).exists()
    manage("disconnect", "--resource", "Anna", "--events", "keep")
    read_all()
    write_all()
    assert len(person.stands()) == 1
    assert not OutboxMessage.objects.waiting().filter(kind="calendar").exists()


@pytest.mark.parametrize("person", ["caldav"], indirect=True)  # the only ones where a person chooses an id
def test_a_strangers_event_under_a_key_that_was_never_ours_is_busy_and_stays(person, anna, booked):
    reference = booked.reference.lower()
    person.account.put("work", an_ics(*lasting(soon(15)), uid=f"booking-{reference}-7"))
    person.account.put("work", an_ics(*lasting(soon(17)), uid="booking-aaaaaaa-1"))
    read_all()
    write_all()
    assert busy(anna) == [(soon(15), soon(16)), (soon(17), soon(18))]
    assert len(person.stands()) == 3
