"""A calendar that fails: others go on, what is known stays, staff are told in minutes, and nobody who books waits."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import User
from django.db import connection as database
from django.db.models import F
from django.db.models.functions import Now

from bookings import sql
from bookings.admin.today.numbers import numbers_for
from bookings.admin.today.wrong import wrongs_for
from bookings.calendars import reading
from bookings.effects import safe_http
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, reschedule
from bookings.management.connected import calendars as doctors
from bookings.management.sending import HANDLERS
from bookings.models import Calendar, CalendarEntry, Connection, Event, OutboxMessage, Site
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.stand_in import Fault
from tests.calendars.test_bad_days_of_the_worker import AtGoogle, let_in
from tests.calendars.worlds import busy, connected, manage, read_all, write_all
from tests.situations import HOUR, SERVER, a_booking, a_resource

pytestmark = pytest.mark.django_db
FEW_MINUTES = timedelta(minutes=5)
A_STEP = timedelta(seconds=15)
FOR_EVER = 100
FAULTS = {
    "a right that is missing": (Fault(403, "forbidden"), "403"),
    "a calendar deleted": (Fault(404, "notFound", path="/events"), "not there any more"),
    "a quota gone": (Fault(403, "quotaExceeded"), "asked too often"),
    "too many calls": (Fault(429, "rateLimitExceeded", {"Retry-After": "30"}), "asked too often"),
    "too many calls, for an hour": (
        Fault(429, "rateLimitExceeded", {"Retry-After": "3600"}),
        "asked too often",
    ),
    "a sync token lost again and again": (Fault(410, "fullSyncRequired"), "not there any more"),
    "a conflict that nobody made": (Fault(409, "conflict"), "looked at again"),
    "a version that nobody has": (Fault(412, "conditionNotMet"), "looked at again"),
    "a fault of its own": (Fault(500), "fault of its own"),
    "a fault of its own, for ten minutes": (Fault(503, headers={"Retry-After": "600"}), "fault of its own"),
    "half an answer": (Fault(half=True), "did not answer"),
    "no answer at all": (Fault(hangs=True, path="/calendar/v3"), "did not answer"),
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
    assert sum(one.count for one in found) == sum(
        numbers[kind] for kind in ("calendars", "unread", "untaken")
    )
    assert all(one.cure and one.url for one in found)
    return [one.sentence for one in found]


def pass_time(length: timedelta) -> None:
    """What waits, rests, is leased or has stood for some time has done so for so much longer."""
    back = {
        Connection: ("next_due_at", "lease_until", "synced_at", "created_at"),
        OutboxMessage: ("run_after", "lease_until", "created_at"),
        CalendarEntry: ("lease_until",),
    }
    for model, names in back.items():
        model.objects.update(**{name: F(name) - length for name in names})


def until_told(manager) -> timedelta:
    """Let workers go on until staff are told; returns how long after the first failure that is."""
    sender = Sender({"calendar": HANDLERS["calendar"]})
    passed, failed_at = timedelta(), None
    while not told(manager):
        while reading.read_next():
            pass
        sender.send_all()
        in_vain = Connection.objects.filter(state="fails").exists()
        if failed_at is None and (in_vain or OutboxMessage.objects.exclude(last_error="").exists()):
            failed_at = passed
        pass_time(A_STEP)
        passed += A_STEP
        assert passed < timedelta(hours=1), "nobody was told"
    return passed - (failed_at or passed)


@pytest.mark.parametrize(("fault", "words"), FAULTS.values(), ids=FAULTS)
def test_staff_are_told_of_it_in_minutes_and_others_go_on(
    person, anna, ben, manager, fault, words, monkeypatch
):
    span = (soon(10), soon(11))
    person.puts(span)
    read_all()
    person.there.faults += [fault] * FOR_EVER
    monkeypatch.setattr(safe_http, "TIMEOUT_SECONDS", 0.4)
    Connection.objects.update(next_due_at=Now() - A_STEP)
    assert until_told(manager) <= FEW_MINUTES
    (sentence,) = told(manager)
    assert "Anna" in sentence
    assert words in sentence
    Calendar.objects.filter(resource=ben).update(read_whole_at=None)
    Event.objects.filter(calendar__resource=ben).delete()
    read_all()
    assert (busy(anna), busy(ben)) == ([span], [(soon(9), soon(10))])
    person.there.faults.clear()
    monkeypatch.undo()
    read_all()
    assert told(manager) == []


@pytest.mark.parametrize(
    "fault",
    [
        Fault(401, "authError", method="PATCH"),
        Fault(403, "forbidden", method="DELETE"),
        Fault(404, "notFound", method="POST", path="/events"),
        Fault(412, "conditionNotMet", method="POST", path="/events"),
        Fault(429, "rateLimitExceeded", {"Retry-After": "3600"}, method="PATCH"),
        Fault(500, method="DELETE"),
        Fault(hangs=True, method="POST", path="/events"),
    ],
    ids=lambda fault: f"{fault.method} {'hangs' if fault.hangs else fault.status}",
)
def test_staff_are_told_in_minutes_of_what_is_not_written(person, anna, manager, fault, monkeypatch):
    monkeypatch.setattr(safe_http, "TIMEOUT_SECONDS", 0.4)
    booking = a_booking(anna, soon(10))
    if fault.method != "POST":
        write_all()
    if fault.method == "PATCH":
        reschedule(booking, by=SERVER, start=soon(12), end=soon(13))
    if fault.method == "DELETE":
        act(booking, "cancel_by_customer", by=Actor.customer())
    person.there.faults += [fault] * FOR_EVER
    assert until_told(manager) <= FEW_MINUTES
    person.there.faults.clear()
    write_all()
    read_all()
    assert told(manager) == []


def test_a_short_fault_that_heals_is_told_to_nobody(person, anna, manager):
    read_all()
    a_booking(anna, soon(10))
    person.there.faults += [Fault(500), Fault(500, method="POST")]
    Connection.objects.update(next_due_at=Now() - A_STEP)
    sender = Sender({"calendar": HANDLERS["calendar"]})
    failures = 0
    for _step in range(20):
        reading.read_next()
        sender.send_all()
        failures += Connection.objects.filter(failures__gt=0).count()
        assert told(manager) == []
        pass_time(A_STEP)
    assert failures
    assert not person.there.faults
    assert len(person.stands()) == 1


def test_a_try_that_hangs_or_that_nobody_makes_is_told_like_one_in_vain(person, anna, manager):
    person.there.faults.append(Fault(500))
    Connection.objects.update(next_due_at=Now() - A_STEP)
    assert reading.read_next()
    assert told(manager) == []
    pass_time(timedelta(minutes=1))
    Connection.objects.update(lease_until=Now() + reading.LEASE)  # a worker reads, and gets no answer
    assert told(manager) == []
    pass_time(timedelta(minutes=2))
    (sentence,) = told(manager)
    assert "Anna" in sentence


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


POISON = [*lasting(soon(9)), "RRULE:FREQ=SECONDLY"]


def test_an_event_that_cannot_be_read_is_told_in_minutes_until_it_can_be(manager, client, ben, httpserver):
    """The address is asked every five minutes; nothing that comes later takes away what was said."""
    read_all()
    assert told(manager) == []
    whole = (
        an_ics(*POISON).partition("END:VCALENDAR")[0]
        + an_ics(*lasting(soon(10))).partition("//EN")[2].lstrip()
    )
    httpserver.clear()
    httpserver.expect_request("/ben.ics").respond_with_data(whole)
    pass_time(FEW_MINUTES)
    client.force_login(manager)
    for _time in range(3):  # twice with nothing new
        assert reading.read_next()
        (sentence,) = told(manager)
        assert "Ben" in sentence
        assert "could not be read" in sentence
        assert "could not be read" in client.get("/admin/").content.decode()
        assert [words for good, words in doctors() if not good and "could not be read" in words]
        pass_time(FEW_MINUTES)
    assert busy(ben) == [(soon(10), soon(11))]
    httpserver.clear()
    httpserver.expect_request("/ben.ics").respond_with_data(an_ics(*lasting(soon(9))))
    assert reading.read_next()
    assert told(manager) == []


def test_what_comes_and_goes_beside_an_unread_event_leaves_it_said(manager, account):
    account.make_calendar("work")
    connected(a_resource(name="Cleo"), account)
    poisoned = account.put("work", an_ics(*POISON))
    read_all()
    other = account.put("work", an_ics(*lasting(soon(12))))
    read_all()
    assert len(told(manager)) == 1
    account.delete("work", other)
    read_all()
    assert len(told(manager)) == 1
    account.delete("work", poisoned)
    read_all()
    assert told(manager) == []


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
