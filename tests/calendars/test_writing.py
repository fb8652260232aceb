"""A booking stands in its calendar once, moves with it under its id and goes with it, whatever happens on the way."""

import re
from datetime import UTC, datetime

import pytest

from bookings.lifecycle import Actor, act, correct, delete, reschedule, undo
from bookings.models import CalendarEntry, Connection, OutboxMessage
from tests.calendars.conftest import soon
from tests.calendars.worlds import busy, connected, manage, read_all, write_all
from tests.situations import SERVER, a_booking, a_project, a_resource, a_seat, a_session

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna", email="anna@example.com")


@pytest.fixture
def work(anna, account):
    """Anna's calendar, into which her bookings are written."""
    account.make_calendar("work")
    connected(anna, account, "--primary", "work")
    return account


def told(account, calendar: str = "work") -> list[dict[str, str]]:
    """What each event in the calendar says, by property."""
    found = []
    for text in account.texts(calendar):
        lines = text.replace("\r\n ", "").partition("BEGIN:VEVENT")[2].splitlines()
        found.append({re.split("[;:]", line)[0]: line.partition(":")[2] for line in lines if ":" in line})
    return found


def starts(account, calendar: str = "work") -> list[datetime]:
    return [
        datetime.strptime(one["DTSTART"].rstrip("Z"), "%Y%m%dT%H%M%S").replace(tzinfo=UTC)
        for one in told(account, calendar)
    ]


def test_a_booking_stands_there_and_is_not_read_back_as_busy(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    (event,) = told(work)
    assert event["SUMMARY"] == "Catch the lightning – Marty McFly"
    assert event["UID"] == f"booking-{booking.reference.lower()}-1"
    assert starts(work) == [soon(10)]
    read_all()
    assert busy(anna) == []
    assert not CalendarEntry.objects.conflicting()


def test_it_moves_under_its_id_with_a_higher_sequence(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    (before,) = told(work)
    reschedule(booking, by=SERVER, start=soon(15), end=soon(16))
    write_all()
    (after,) = told(work)
    assert after["UID"] == before["UID"]
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])
    assert starts(work) == [soon(15)]
    read_all()
    assert not CalendarEntry.objects.conflicting()


def test_it_goes_when_it_is_cancelled_and_comes_back_anew_when_that_is_undone(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    (before,) = told(work)
    act(booking, "cancel_by_customer", by=Actor.customer())
    write_all()
    assert told(work) == []
    undo(booking, by=Actor.customer())
    write_all()
    (after,) = told(work)
    assert after["UID"] == before["UID"].removesuffix("1") + "2"


def test_a_request_stands_there_once_it_is_accepted(anna, work):
    booking = a_booking(anna, soon(10), graph="request")
    write_all()
    stood = len(told(work))
    assert stood == int(booking.state.occupies)
    act(booking, "confirm", by=SERVER)
    write_all()
    assert starts(work) == [soon(10)]


def test_what_is_corrected_is_corrected_there(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    correct(booking, by=SERVER, changes={"what": "A haircut"}, customer={"name": "Emmett Brown"})
    write_all()
    assert [one["SUMMARY"] for one in told(work)] == ["A haircut – Emmett Brown"]


def test_it_says_as_much_as_its_project_lets_others_see(anna, work):
    project = a_project(anna)
    words = {}
    for hour, chosen in enumerate(("all", "names", "nothing"), 8):
        project.calendar_words = chosen
        project.save()
        a_booking(anna, soon(hour), project=project)
        write_all()
        words[chosen] = next(
            text.replace("\r\n ", "")
            for text in work.texts("work")
            if f"DTSTART:{soon(hour):%Y%m%dT%H%M%SZ}" in text
        )
    assert "marty@example.com" in words["all"]
    assert "marty@example.com" not in words["names"]
    assert "Marty McFly" in words["names"]
    assert "Marty" not in words["nothing"]
    assert "Courthouse" not in words["nothing"]
    assert "/admin/bookings/booking/" in words["nothing"]


def test_an_erased_person_is_erased_there(anna, work):
    booking = a_booking(anna, soon(10))
    write_all()
    CalendarEntry.objects.update(start=soon(10, days=-2))  # it has begun
    booking = act(booking, "complete", by=SERVER)
    write_all()
    assert "Marty" in work.texts("work")[0]
    delete(booking, by=SERVER)
    write_all()
    (text,) = work.texts("work")
    assert "Marty" not in text
    assert "SUMMARY:Booked" in text


def test_a_session_is_one_event_that_says_who_comes(anna, work):
    session = a_session(anna, soon(10), seats=5)
    write_all()
    a_seat(session)
    write_all()
    (event,) = told(work)
    assert "1 of 5" in event["DESCRIPTION"]
    assert "Marty McFly" in event["DESCRIPTION"]


def test_it_stands_in_the_calendar_that_it_names_else_in_the_primary_one(anna, account):
    for name in ("work", "second"):
        account.make_calendar(name)
    connected(anna, account, "--primary", "work", "--write", "second")
    a_booking(anna, soon(10), calendar=anna.calendars.get(name="second"))
    a_booking(anna, soon(12))
    write_all()
    assert (starts(account, "work"), starts(account, "second")) == ([soon(12)], [soon(10)])


def test_each_resource_of_a_booking_has_it_in_its_own_calendar(anna, account):
    for name in ("anna", "room"):
        account.make_calendar(name)
    room = a_resource(name="Room")
    project = a_project(anna, room, availability={"mode": "mutual"})
    connected(room, account, "--primary", "room", "--read", "room")
    anna.refresh_from_db()
    booking = a_booking(anna, soon(10), project=project)
    booking.companions.add(room)
    write_all()
    assert starts(account, "room") == [soon(10)]
    connected(anna, account, "--primary", "anna", "--read", "anna")
    write_all()
    assert starts(account, "anna") == [soon(10)]
    act(booking, "cancel", by=SERVER)
    write_all()
    assert (told(account, "anna"), told(account, "room")) == ([], [])


def test_one_that_goes_to_somebody_else_changes_its_calendar(anna, work):
    ben = a_resource(name="Ben")
    work.make_calendar("ben")
    connected(ben, work, "--primary", "ben", "--read", "ben")
    booking = a_booking(anna, soon(10))
    write_all()
    reschedule(booking, by=SERVER, start=soon(10), end=soon(11), resource=ben)
    write_all()
    assert (told(work), starts(work, "ben")) == ([], [soon(10)])


def test_what_was_booked_before_is_written_when_a_calendar_is_connected(anna, account):
    a_booking(anna, soon(10))
    account.make_calendar("work")
    connected(anna, account, "--primary", "work")
    write_all()
    assert starts(account) == [soon(10)]


def test_what_was_missed_is_found_by_the_next_reading(anna, work):
    booking = a_booking(anna, soon(10))
    OutboxMessage.objects.filter(kind="calendar").delete()
    read_all()
    write_all()
    assert starts(work) == [soon(10)]
    act(booking, "cancel", by=SERVER)
    OutboxMessage.objects.filter(kind="calendar").delete()
    read_all()
    write_all()
    assert told(work) == []


@pytest.mark.parametrize("events", ["keep", "remove"])
def test_disconnecting_asks_what_becomes_of_coming_events(anna, work, events):
    a_booking(anna, soon(10))
    write_all()
    manage("disconnect", "--resource", "Anna", "--events", events)
    write_all()
    read_all()
    assert starts(work) == ([soon(10)] if events == "keep" else [])
    assert not Connection.objects.exists()
    anna.refresh_from_db()
    assert not anna.writes_calendar
    assert anna.calendars.get().primary


def test_nothing_is_enqueued_where_nothing_is_connected(anna):
    a_booking(anna, soon(10))
    assert not OutboxMessage.objects.filter(kind="calendar").exists()


def test_a_server_that_is_down_is_tried_again_and_told_of(anna, work, monkeypatch):
    Connection.objects.update(address="http://127.0.0.1:9/")
    anna.calendars.filter(name="work").update(provider_id="http://127.0.0.1:9/work/")
    a_booking(anna, soon(10))
    write_all()
    message = OutboxMessage.objects.get(kind="calendar", done_at=None)
    assert "did not answer" in message.last_error
    assert "did not answer" in Connection.objects.get().last_error
    anna.calendars.filter(name="work").update(provider_id=f"{work.home}work/")
    write_all()
    assert starts(work) == [soon(10)]
