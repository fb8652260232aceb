"""A calendar that fails: others go on, what is known stays, staff are told in minutes, and nobody who books waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.db.models.functions import Now

from bookings import sql
from bookings.admin.today.numbers import numbers_for
from bookings.admin.today.wrong import wrongs_for
from bookings.calendars import reading
from bookings.lifecycle import Actor, act
from bookings.models import Calendar, Connection, Event, OutboxMessage, Site
from bookings.models.connections import PATIENCE
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.stand_in import Fault
from tests.calendars.test_bad_days_of_the_worker import AtGoogle, let_in
from tests.calendars.worlds import busy, manage, read_all, write_all
from tests.situations import HOUR, a_booking, a_resource

pytestmark = pytest.mark.django_db
FEW_MINUTES = timedelta(minutes=5)
FAULTS = {
    "a right that is missing": (Fault(403, "forbidden"), "403"),
    "a calendar deleted": (Fault(404, "notFound", path="/events"), "not there any more"),
    "a quota gone": (Fault(403, "quotaExceeded"), "asked too often"),
    "too many calls": (Fault(429, "rateLimitExceeded", {"Retry-After": "30"}), "asked too often"),
    "a fault of its own": (Fault(500), "fault of its own"),
    "half an answer": (Fault(half=True), "did not answer"),
}


@pytest.fixture
def person(google):
    return AtGoogle(google)


@pytest.fixture
def anna(person):
    resource = a_resource(name="Anna", email="anna@example.org")
    let_in(resource, person)
    return resource


@pytest.fixture
def ben(httpserver):
    """Somebody else, whose calendar answers."""
    text = an_ics(*lasting(soon(9)))
    httpserver.expect_request("/ben.ics").respond_with_data(text)
    manage("connect", "--resource", str(a_resource(name="Ben").pk), "--ics", httpserver.url_for("/ben.ics"))
    return Connection.objects.get(kind="ics").resource


@pytest.fixture
def manager():
    Site.objects.get_or_create(pk=1)
    return User.objects.create_superuser("manager")


def told(manager) -> list[str]:
    found = [one for one in wrongs_for(manager) if "calendar" in one.sentence]
    numbers = numbers_for(manager).kinds
    assert sum(one.count for one in found) == numbers["calendars"] + numbers["untaken"]
    assert all(one.cure and one.url for one in found)
    return [one.sentence for one in found]


def tried_in_vain(connection: Connection) -> timedelta:
    """Read until it is no hiccup any more; returns how long that takes from the first try."""
    waits = timedelta()
    for number in range(PATIENCE):
        Connection.objects.filter(pk=connection.pk).update(next_due_at=Now() - timedelta(seconds=1))
        assert reading.read_next()
        connection.refresh_from_db()
        if number < PATIENCE - 1:
            waits += connection.next_due_at - datetime.now(UTC)
    return waits


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS)
def test_staff_are_told_of_it_in_minutes_and_others_go_on(person, anna, ben, manager, fault, words):
    span = (soon(10), soon(11))
    person.puts(span)
    read_all()
    person.there.faults += [fault] * 20
    assert tried_in_vain(anna.connections.get()) < FEW_MINUTES
    (sentence,) = told(manager)
    assert "Anna" in sentence
    assert words in sentence
    Calendar.objects.filter(resource=ben).update(read_whole_at=None)
    Event.objects.filter(calendar__resource=ben).delete()
    read_all()
    assert (busy(anna), busy(ben)) == ([span], [(soon(9), soon(10))])
    person.there.faults.clear()
    read_all()
    assert told(manager) == []


def test_a_token_that_was_revoked_is_told_at_once(person, anna, manager):
    person.there.end_consent()
    read_all()
    (sentence,) = told(manager)
    assert "onnect again" in sentence


@pytest.mark.parametrize("method", ["POST", "DELETE"])
def test_what_a_calendar_does_not_take_is_told_although_it_can_be_read(person, anna, manager, method):
    booking = a_booking(anna, soon(10))
    if method == "DELETE":
        write_all()
        act(booking, "cancel_by_customer", by=Actor.customer())
    person.there.faults += [Fault(403, "forbidden", method=method)] * 3
    write_all()  # three tries
    read_all()
    assert OutboxMessage.objects.untaken().count() == 1
    (sentence,) = told(manager)
    assert "1 booking of Anna" in sentence
    assert "ask its owner to share it" in sentence
    write_all()
    assert told(manager) == []
    assert len(person.stands()) == (method == "POST")


BERLIN = ZoneInfo("Europe/Berlin")


def in_berlin(day: datetime, hour: int) -> datetime:
    return day.astimezone(BERLIN).replace(hour=hour, minute=0, second=0, microsecond=0)


def a_large_calendar() -> tuple[str, int]:
    """A series of ten years through clock changes, three years on end, one poisoned, and 5 000 events at once."""
    begun = datetime.now(UTC) - timedelta(days=8 * 365)
    series = [
        f"DTSTART;TZID=Europe/Berlin:{begun:%Y%m%d}T090000",
        "DURATION:PT1H",
        "RRULE:FREQ=DAILY;COUNT=3650",
    ]
    long = [
        f"DTSTART:{begun + timedelta(days=7 * 365):%Y%m%d}T000000Z",
        f"DTEND:{soon(0, days=730):%Y%m%d}T000000Z",
    ]
    poison = [f"DTSTART:{begun:%Y%m%d}T000000Z", "RRULE:FREQ=SECONDLY"]
    many = [lasting(soon(0) + number * timedelta(minutes=90)) for number in range(5_000)]
    parts = [
        f"BEGIN:VEVENT\nUID:u{number}\nDTSTAMP:20260101T000000Z\n" + "\n".join(lines) + "\nEND:VEVENT\n"
        for number, lines in enumerate([series, long, poison, *many])
    ]
    whole = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//A person//EN\n{''.join(parts)}END:VCALENDAR\n"
    return whole.replace("\n", "\r\n"), len(many)


class Transactions:
    """How many rows each transaction wrote that keep a resource busy."""

    def __init__(self) -> None:
        self.rows = [0]

    def __call__(self, execute, statement, params, many, context):
        if "SAVEPOINT" in statement:  # each transaction is one within the test's
            self.rows.append(0)
        if "bookings_event" in statement or "bookings_occupancy" in statement:
            if statement.startswith("INSERT"):
                together = "UNNEST" in statement  # then each column is one list
                self.rows[-1] += len(params[0]) if together else statement.count("), (") + 1
            elif statement.startswith("DELETE"):
                self.rows[-1] += len(params)
        return execute(statement, params, many, context)


def test_thousands_of_events_at_once_are_written_few_in_a_transaction(httpserver):
    text, many = a_large_calendar()
    anna = a_resource(name="Anna", timezone="Europe/Berlin")
    httpserver.expect_request("/large.ics").respond_with_data(text)
    manage("connect", "--resource", str(anna.pk), "--ics", httpserver.url_for("/large.ics"))
    counted = Transactions()
    with database.execute_wrapper(counted):
        read_all()
    most = 2000 if sql.is_postgresql() else 200
    assert sum(counted.rows) > 2 * many
    assert max(counted.rows) <= most
    assert len(busy(anna)) > many + 500
    hours = {
        start.astimezone(BERLIN).hour
        for start, end in busy(anna)
        if end - start == HOUR and start.minute == 0
    }
    assert 9 in hours
    assert "could not be read" in Connection.objects.get().remark
    counted.rows = [0]
    Calendar.objects.update(read_whole_at=None, cursor="")
    with database.execute_wrapper(counted):
        read_all()
    assert sum(counted.rows) == 0  # only what differs
