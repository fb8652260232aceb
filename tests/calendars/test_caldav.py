"""CalDAV against a real server: what is found, read, written and removed."""

import re
from contextlib import nullcontext
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network

import pytest
from icalendar import Calendar

from bookings.calendars.caldav import CalDav
from bookings.calendars.errors import (
    CalendarError,
    CalendarGone,
    ChangedThere,
    LeadsElsewhere,
    NotAllowed,
    SignedOut,
)
from bookings.calendars.event_keys import key_of
from bookings.calendars.event_text import event_text, says_the_same
from bookings.calendars.http import call
from bookings.calendars.provider import Busy, Guest, ToWrite
from tests.calendars.conftest import PASSWORD, Account, an_ics, lasting, soon

NOW = datetime.now(UTC)
AHEAD = NOW + timedelta(days=548)
KEY = key_of("ABCDEFG", 1)


def client(account: Account, **more) -> CalDav:
    return CalDav(account.url, account.user, PASSWORD, **more)


def read(account: Account, calendar: str, since: str = ""):
    return client(account).changes(calendar, since, NOW, AHEAD)


def a_booking(start: datetime, sequence: int = 1, **more) -> ToWrite:
    texts = {"title": "Haircut – Marty", "description": "", "where": "", "zone": "Europe/Berlin"}
    return ToWrite(KEY, start, start + timedelta(hours=1), sequence=sequence, **(texts | more))


def test_what_was_pasted_into_a_booking_is_text_that_every_server_takes():
    pasted = "first\x0bsecond\x0c\rATTENDEE:mailto:eve@example.com\x1f\r\nthird"
    text = event_text(a_booking(soon(10), description=pasted), organizer="")
    assert not re.search(rb"[\x00-\x09\x0b\x0c\x0e-\x1f\x7f]", text)
    told = str(Calendar.from_ical(text).events[0]["DESCRIPTION"])
    assert told.split() == ["first", "second", "ATTENDEE:mailto:eve@example.com", "third"]
    assert told.splitlines()[1:] == ["third"]


def test_an_events_times_are_written_in_utc_and_no_zone_beside_them():
    """Outlook reads no RDATE, and would show a booking in summer an hour late."""
    summer = datetime(2033, 7, 27, 8, 30, 0, 999_999, tzinfo=UTC)
    text = event_text(a_booking(summer), organizer="")
    for written in (b"\r\nDTSTART:20330727T083000Z\r\n", b"\r\nDTEND:20330727T093000Z\r\n"):
        assert written in text
    assert b"TZID" not in text
    assert says_the_same(text, a_booking(summer))


def test_calendars_are_found_from_the_servers_bare_address(account):
    account.make_calendar("work")
    account.make_calendar("home")
    found = client(account).calendars()
    assert {(one.name, one.writable) for one in found} == {("work", True), ("home", True)}
    assert {one.id for one in found} == {f"{account.home}work/", f"{account.home}home/"}


def test_a_wrong_password_says_what_to_do(account):
    with pytest.raises(SignedOut, match="app password"):
        CalDav(account.url, account.user, "wrong").calendars()


def test_what_is_busy_is_read_and_what_is_free_is_not(account):
    calendar = account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon(10))), "busy.ics")
    account.put("work", an_ics(*lasting(soon(12)), "TRANSP:TRANSPARENT"))
    account.put("work", an_ics(*lasting(soon(14)), "STATUS:CANCELLED"))
    account.put("work", an_ics(*lasting(soon(16, days=-30))))
    found = read(account, calendar)
    assert found.whole
    assert list(found.busy) == [Busy(f"{calendar}busy.ics", soon(10), soon(11))]


def test_only_what_differs_is_read_the_next_time(account):
    calendar = account.make_calendar("work")
    stays = account.put("work", an_ics(*lasting(soon(8))))
    moves = account.put("work", an_ics(*lasting(soon(10)), uid="moves"))
    goes = account.put("work", an_ics(*lasting(soon(12))))
    first = read(account, calendar)
    assert read(account, calendar, first.token).busy == ()
    account.put("work", an_ics(*lasting(soon(14)), uid="moves"), moves)
    account.delete("work", goes)
    then = read(account, calendar, first.token)
    assert not then.whole
    assert [one.start for one in then.busy] == [soon(14)]
    assert list(then.gone) == [f"{calendar}{goes}"]
    assert stays not in str(then)


def test_a_lost_token_reads_everything(account):
    calendar = account.make_calendar("work")
    account.put("work", an_ics(*lasting(soon())))
    found = read(account, calendar, '{"sync": "http://radicale.org/ns/sync/' + "0" * 64 + '"}')
    assert found.whole
    assert len(found.busy) == 1


def test_an_event_is_written_once_however_often_and_moves_under_its_id(account):
    calendar = account.make_calendar("work")
    caldav = client(account)
    caldav.write(calendar, a_booking(soon(10)), None)
    written = caldav.write(calendar, a_booking(soon(10)), None)  # the first answer never arrived
    caldav.write(calendar, a_booking(soon(15), 2), written)
    (text,) = account.texts("work")
    assert f"UID:{KEY}" in text
    assert "SEQUENCE:2" in text
    assert "METHOD" not in text
    (ours,) = read(account, calendar).ours
    assert (ours.key, ours.start, ours.sequence) == (KEY, soon(15), 2)
    assert read(account, calendar).busy == []


def test_what_somebody_changed_meanwhile_is_not_written_over(account):
    calendar = account.make_calendar("work")
    written = client(account).write(calendar, a_booking(soon(10)), None)
    account.put("work", an_ics(*lasting(soon(12)), uid=KEY), f"{KEY}.ics")
    with pytest.raises(ChangedThere):
        client(account).write(calendar, a_booking(soon(15), 2), written)
    (ours,) = read(account, calendar).ours
    assert ours.start == soon(12)


def test_an_event_goes_and_one_that_is_gone_is_no_error(account):
    calendar = account.make_calendar("work")
    written = client(account).write(calendar, a_booking(soon(10)), None)
    first = read(account, calendar)
    for _twice in range(2):
        client(account).remove(calendar, KEY, written, tell=False)
    assert account.texts("work") == []
    assert list(read(account, calendar, first.token).gone) == [KEY]


@pytest.mark.parametrize("invite", [True, False])
def test_the_server_mails_guests_only_where_it_is_to_invite(account, invite):
    calendar = account.make_calendar("work")
    caldav = client(account, addresses=["anna@example.com"])
    event = a_booking(soon(), guests=[Guest("marty@example.com", "Marty")], invite=invite)
    caldav.write(calendar, event, None)
    text = account.texts("work")[0].replace("\r\n ", "")
    assert "mailto:marty@example.com" in text
    assert "ORGANIZER:mailto:anna@example.com" in text
    assert ("SCHEDULE-AGENT=CLIENT" in text) is not invite


def test_a_calendar_that_was_deleted_says_so(account):
    calendar = account.make_calendar("work")
    account.request("DELETE", "work/")
    with pytest.raises(CalendarGone):
        read(account, calendar)


def test_no_server_in_the_house_is_called_without_the_operators_leave(account, settings):
    settings.CALENDAR_PRIVATE_NETWORKS = []
    with pytest.raises(NotAllowed, match="CALENDAR_PRIVATE_NETWORKS"):
        client(account).calendars()


BOMB = (
    b'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>'
    b"<multistatus>&b;</multistatus>"
)


@pytest.mark.parametrize("body", [BOMB, b"<html>", b"", b"<x/>", b"\xff\xfe", b"[" * 100_000])
def test_answers_that_are_no_answer_are_told_in_words(httpserver, body):
    httpserver.expect_request("/dav/").respond_with_data(body, status=207, content_type="application/xml")
    with pytest.raises(CalendarError):
        CalDav(httpserver.url_for("/dav/"), "anna", PASSWORD).calendars()


@pytest.mark.parametrize(
    ("host", "refused"), [("localhost", nullcontext()), ("127.0.0.1", pytest.raises(LeadsElsewhere))]
)
def test_a_redirect_takes_the_password_to_no_other_host(httpserver, settings, host, refused):
    settings.CALENDAR_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    elsewhere = f"http://{host}:{httpserver.port}/there/"
    httpserver.expect_request("/here/").respond_with_data("", status=302, headers={"Location": elsewhere})
    httpserver.expect_request("/there/").respond_with_data("")
    with refused:
        call("GET", f"http://localhost:{httpserver.port}/here/", auth=("anna", PASSWORD))
    asked = [request.host.partition(":")[0] for request, _answer in httpserver.log]
    assert asked == ["localhost"] * (2 if host == "localhost" else 1)


def test_an_address_that_leads_to_another_server_says_so(httpserver, settings):
    settings.CALENDAR_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]
    elsewhere = {"Location": f"http://127.0.0.1:{httpserver.port}/"}
    httpserver.expect_request("/.well-known/caldav").respond_with_data("", status=301, headers=elsewhere)
    with pytest.raises(LeadsElsewhere, match="enter the address of that one"):
        CalDav(f"http://localhost:{httpserver.port}/", "anna", PASSWORD).calendars()
