"""What is busy elsewhere is busy here: read by the worker, kept as times alone, written as differences."""

import io
import logging
from datetime import timedelta

import pytest
from django.db.models.functions import Now

from booking_site.metrics import OfTheDatabase
from bookings.errors import SlotTaken
from bookings.lifecycle import busy_elsewhere
from bookings.management.connected import calendars
from bookings.models import Calendar, Connection, Event, Occupancy, Standstill
from tests.calendars.conftest import an_ics, lasting, soon
from tests.calendars.worlds import busy, connected, manage, read_all
from tests.situations import HOUR, a_booking, a_hold, a_resource
from tests.test_canary import everything

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna", email="anna@example.com")


def test_a_time_that_is_busy_elsewhere_is_not_booked(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    read_all()
    assert busy(anna) == [(soon(10), soon(11))]
    with pytest.raises(SlotTaken):
        a_booking(anna, soon(10))
    a_booking(anna, soon(11))


def test_what_moves_and_goes_over_there_moves_and_goes_here(anna, account):
    account.make_calendar("work")
    moves = account.put("work", an_ics(*lasting(soon(8)), uid="moves"))
    goes = account.put("work", an_ics(*lasting(soon(10))))
    stays = account.put("work", an_ics(*lasting(soon(12))))
    connected(anna, account)
    read_all()
    untouched = set(Event.objects.filter(start=soon(12)).values_list("pk", flat=True))
    account.put("work", an_ics(*lasting(soon(14)), uid="moves"), moves)
    account.delete("work", goes)
    read_all()
    assert busy(anna) == [(soon(12), soon(13)), (soon(14), soon(15))]
    assert set(Event.objects.filter(start=soon(12)).values_list("pk", flat=True)) == untouched
    assert stays


def test_a_day_later_everything_is_read_and_only_what_differs_is_written(anna, account):
    account.make_calendar("work")
    for hour in range(8, 12):
        account.put("work", an_ics(*lasting(soon(hour))))
    connected(anna, account)
    read_all()
    before = set(Event.objects.values_list("pk", flat=True))
    Calendar.objects.update(read_whole_at=soon(0, days=-3), cursor="something lost")
    account.put("work", an_ics(*lasting(soon(15))))
    read_all()
    assert len(set(Event.objects.values_list("pk", flat=True)) - before) == 1
    assert before <= set(Event.objects.values_list("pk", flat=True))


def test_days_count_or_do_not_as_whoever_books_wants(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(f"DTSTART;VALUE=DATE:{soon():%Y%m%d}"))
    connected(anna, account)
    read_all()
    with pytest.raises(SlotTaken):
        a_booking(anna, soon(10))
    a_booking(anna, soon(10), ignore_all_day_events=True)


def test_a_booking_that_is_there_stays_beside_what_is_read(anna, account):
    account.make_calendar("work")
    booked = a_booking(anna, soon(10))
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    read_all()
    assert busy(anna) == [(soon(10), soon(11))]
    assert Occupancy.objects.filter(booking=booked, strict=True).count() == 1


def test_only_the_calendars_that_were_chosen_are_read(anna, account):
    for name, hour in (("work", 10), ("private", 12)):
        account.make_calendar(name)
        account.put(name, an_ics(*lasting(soon(hour))))
    connected(anna, account, "--read", "Private")
    read_all()
    assert busy(anna) == [(soon(12), soon(13))]


def test_few_rows_are_written_in_one_transaction_and_the_cursor_comes_last(anna, account, monkeypatch):
    account.make_calendar("work")
    for hour in range(6, 18):
        account.put("work", an_ics(*lasting(soon(hour))))
    connected(anna, account)
    monkeypatch.setattr(busy_elsewhere, "AT_ONCE", {"sqlite": 5, "postgresql": 5})
    parts = []
    note = busy_elsewhere._note

    def dying(calendar, part, marks):
        if len(parts) == 2:
            raise SystemExit
        parts.append(len(part.new))
        assert not marks
        return note(calendar, part, marks)

    monkeypatch.setattr(busy_elsewhere, "_note", dying)
    with pytest.raises(SystemExit):
        read_all()
    assert parts == [5, 5]
    assert Calendar.objects.get(name="work").cursor == ""
    monkeypatch.setattr(busy_elsewhere, "_note", note)
    read_all()
    assert len(busy(anna)) == 12


CANARY = "Zaunkoenig"


def test_of_what_is_not_ours_only_the_times_are_kept(anna, account, httpserver):
    account.make_calendar("work")
    words = (f"SUMMARY:{CANARY}", f"LOCATION:{CANARY}", f"DESCRIPTION:{CANARY}")
    guests = (f"ATTENDEE;CN={CANARY}:mailto:{CANARY}@example.com", f"ORGANIZER:mailto:{CANARY}@example.com")
    account.put("work", an_ics(*lasting(soon(10)), *words, *guests, uid=CANARY), f"{CANARY}.ics")
    account.put("work", an_ics(*lasting(soon(12)), "RRULE:FREQ=MINUTELY", *words, uid=f"{CANARY}-2"))
    text = an_ics(*lasting(soon(14)), *words, *guests, uid=f"{CANARY}-3")
    httpserver.expect_request(f"/{CANARY}/secret.ics").respond_with_data(text)
    logged = io.StringIO()
    handler = logging.StreamHandler(logged)
    handler.addFilter(lambda record: record.name != "werkzeug")  # the server's own
    logging.getLogger().addHandler(handler)
    connected(anna, account)
    manage("connect", "--resource", "anna", "--ics", httpserver.url_for(f"/{CANARY}/secret.ics"))
    read_all()
    logging.getLogger().removeHandler(handler)
    assert len(busy(anna)) == 2
    assert [table for table, row in everything() if CANARY.lower() in row.lower()] == []
    assert CANARY.lower() not in logged.getvalue().lower()
    assert CANARY.lower() not in manage("list").lower()


def test_what_could_not_be_read_is_told(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    account.put("work", an_ics(*lasting(soon(10)), "RRULE:FREQ=MINUTELY"))
    connection = connected(anna, account)
    read_all()
    connection.refresh_from_db()
    assert busy(anna) == [(soon(10), soon(11))]
    assert "could not be read" in connection.remark


def test_a_server_that_fails_is_told_of_asked_less_often_and_what_is_known_stays(anna, account, settings):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connection = connected(anna, account)
    read_all()
    account.request("DELETE", "work/")
    read_all()
    connection.refresh_from_db()
    first = connection.next_due_at
    assert connection.state == Connection.State.FAILS
    assert "not there any more" in connection.last_error
    assert not Connection.objects.troubled()
    read_all()
    assert not Connection.objects.troubled()
    read_all()
    assert list(Connection.objects.troubled()) == [connection]
    connection.refresh_from_db()
    assert connection.next_due_at - first > timedelta(seconds=55)
    assert busy(anna) == [(soon(10), soon(11))]


def test_one_connection_that_fails_leaves_the_others_alone(anna, account, httpserver):
    httpserver.expect_request("/broken.ics").respond_with_data("", 500)
    manage("connect", "--resource", "Anna", "--ics", httpserver.url_for("/broken.ics"))
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    read_all()
    assert busy(anna) == [(soon(10), soon(11))]
    assert set(Connection.objects.values_list("state", flat=True)) == {"works", "fails"}


def test_nothing_is_read_while_the_site_stands_still(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    Standstill.objects.create(pk=1, reason="a test")
    read_all()
    assert busy(anna) == []


def test_disconnecting_frees_what_was_read(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    read_all()
    manage("disconnect", "--resource", "Anna")
    assert busy(anna) == []
    assert not Connection.objects.exists()
    assert [one.name for one in anna.calendars.all()] == ["Bookings"]
    a_booking(anna, soon(10))


def test_a_hold_is_refused_where_it_is_busy_elsewhere(anna, account):
    account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))))
    connected(anna, account)
    read_all()
    with pytest.raises(SlotTaken):
        a_hold(anna, soon(10), HOUR / 2)


def test_a_password_is_nowhere_readable_and_rotates_with_the_key(anna, account, settings):
    account.make_calendar("work")
    connection = connected(anna, account)
    assert all("a secret password" not in row for _table, row in everything())
    before, settings.SECRET_KEY_FALLBACKS = connection.secret, [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key"
    manage("rotate")
    connection.refresh_from_db()
    assert connection.secret != before
    settings.SECRET_KEY_FALLBACKS = []
    read_all()
    connection.refresh_from_db()
    assert connection.state == Connection.State.WORKS


def test_a_lost_key_says_so(anna, account, settings):
    account.make_calendar("work")
    connection = connected(anna, account)
    settings.SECRET_KEY = "another key"
    read_all()
    connection.refresh_from_db()
    assert connection.state == Connection.State.SIGNED_OUT
    assert "SECRET_KEY" in connection.last_error


def test_how_old_the_knowledge_is_stands_in_the_doctor_and_the_metrics(anna, account, settings):
    account.make_calendar("work")
    connection = connected(anna, account)
    read_all()
    assert [good for good, words in calendars()] == [True]
    long_ago = Now() - timedelta(hours=7)
    Connection.objects.update(synced_at=long_ago)
    (finding,) = calendars()
    assert finding[0] is False
    assert "read 420 minutes ago" in finding[1]
    (age,) = OfTheDatabase()._calendars().samples
    assert 7 * 3600 <= age.value < 7 * 3600 + 60
    assert list(Connection.objects.troubled()) == [connection]
    settings.CALENDAR_STALE_HOURS = 8
    assert not Connection.objects.troubled()
