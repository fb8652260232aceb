"""iCalendar text as busy times: what counts, what does not, and what is meant to harm."""

import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest

from bookings.calendars.errors import Unavailable
from bookings.calendars.event_keys import key_of
from bookings.calendars.ics import SOME_UNREAD, Asked, read

NOW = datetime(2026, 11, 29, tzinfo=UTC)
ASKED = Asked(NOW, NOW + timedelta(days=548), "Europe/Berlin", ("anna@example.com",))
FEW_SECONDS = 20.0


def an_event(*lines: str, uid: str = "one") -> str:
    return "\r\n".join(["BEGIN:VEVENT", f"UID:{uid}", *lines, "END:VEVENT", ""])


def a_text(*parts: str) -> bytes:
    whole = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//A person//EN", *(one.strip() for one in parts)]
    return "\r\n".join([*whole, "END:VCALENDAR", ""]).encode()


def spans(*lines: str) -> list[tuple[str, str]]:
    """What an event of these lines keeps busy, in UTC."""
    found = read(a_text(an_event(*lines)), ASKED)
    return [(f"{one.start:%m-%d %H:%M}", f"{one.end:%m-%d %H:%M}") for one in found.busy]


def test_times_of_a_zone_of_none_and_of_utc():
    berlin = ("DTSTART;TZID=Europe/Berlin:20261201T100000", "DTEND;TZID=Europe/Berlin:20261201T110000")
    assert spans(*berlin) == [("12-01 09:00", "12-01 10:00")]
    assert spans("DTSTART:20261201T100000", "DTEND:20261201T110000") == [("12-01 09:00", "12-01 10:00")]
    assert spans("DTSTART:20261201T100000Z", "DURATION:PT1H") == [("12-01 10:00", "12-01 11:00")]


@pytest.mark.parametrize("end", [[], ["DTEND;VALUE=DATE:20261201"], ["DURATION:PT0S"]])
def test_a_whole_day_is_one_of_the_resources_zone(end):
    (found,) = read(a_text(an_event("DTSTART;VALUE=DATE:20261201", *end)), ASKED).busy
    assert found.all_day
    assert (found.start, found.end) == (
        datetime(2026, 11, 30, 23, tzinfo=UTC),
        datetime(2026, 12, 1, 23, tzinfo=UTC),
    )


def test_a_series_keeps_its_clock_over_a_change_and_heeds_its_exceptions():
    series = (
        "DTSTART;TZID=Europe/Berlin:20270315T100000",
        "DTEND;TZID=Europe/Berlin:20270315T110000",
        "RRULE:FREQ=WEEKLY;COUNT=4",
        "EXDATE;TZID=Europe/Berlin:20270322T100000",
    )
    moved = (
        "RECURRENCE-ID;TZID=Europe/Berlin:20270405T100000",
        "DTSTART;TZID=Europe/Berlin:20270406T150000",
        "DTEND;TZID=Europe/Berlin:20270406T160000",
    )
    found = read(a_text(an_event(*series), an_event(*moved)), ASKED).busy
    assert sorted(f"{one.start:%m-%d %H:%M}" for one in found) == [
        "03-15 09:00",
        "03-29 08:00",
        "04-06 13:00",
    ]


@pytest.mark.parametrize(
    "line",
    [
        "TRANSP:TRANSPARENT",
        "STATUS:CANCELLED",
        "X-MICROSOFT-CDO-BUSYSTATUS:FREE",
        "ATTENDEE;PARTSTAT=DECLINED:mailto:Anna@example.com",
    ],
)
def test_what_is_free_cancelled_or_declined_keeps_nothing_busy(line):
    assert spans("DTSTART:20261201T100000Z", "DURATION:PT1H", line) == []


def test_somebody_elses_refusal_frees_nothing():
    lines = ("DTSTART:20261201T100000Z", "DURATION:PT1H", "ATTENDEE;PARTSTAT=DECLINED:mailto:ben@example.com")
    assert len(spans(*lines)) == 1


def test_an_event_of_ours_is_no_busy_time():
    key = key_of("ABCDEFG", 2)
    text = a_text(an_event("DTSTART:20261201T100000Z", "DURATION:PT1H", "SEQUENCE:3", uid=key))
    found = read(text, ASKED, etag='"1"')
    assert found.busy == []
    assert [(one.key, one.sequence, one.etag) for one in found.ours] == [(key, 3, '"1"')]


@pytest.mark.parametrize("lines", [["SEQUENCE:x"], ["SEQUENCE:"], ["SEQUENCE:1", "SEQUENCE:2"]])
def test_a_number_that_is_none_in_an_event_of_ours_hides_no_other(lines):
    key = key_of("ABCDEFGH", 1)
    found = read(a_text(an_event(*HOUR, *lines, uid=key), an_event(*HOUR, uid="a good one")), ASKED)
    assert [one.event for one in found.busy] == ["a good one"]
    assert [(one.key, one.sequence) for one in found.ours] == [(key, 0)]


def test_events_under_one_id_all_count_but_for_a_former_text_of_one():
    others = [
        an_event(f"DTSTART:2026120{day}T100000Z", "DURATION:PT1H", f"SEQUENCE:{number}")
        for day, number in ((1, 1), (2, 1), (3, 0))
    ]
    found = read(a_text(*others), ASKED).busy
    assert [one.start.day for one in found] == [1, 2]


@pytest.mark.parametrize("last", [0, 1])
def test_exceptions_belong_to_the_series_among_events_under_one_id(last):
    series = an_event("DTSTART:20261201T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY;COUNT=3")
    other = an_event("DTSTART:20261210T100000Z", "DURATION:PT1H")
    off = an_event(
        "DTSTART:20261202T100000Z", "DURATION:PT1H", "RECURRENCE-ID:20261202T100000Z", "STATUS:CANCELLED"
    )
    found = read(a_text(*([series, other], [other, series])[last], off), ASKED).busy
    assert sorted(one.start.day for one in found) == [1, 3, 10]


def test_an_event_of_three_years_counts_while_it_lasts():
    assert len(spans("DTSTART:20250101T100000Z", "DTEND:20280101T100000Z")) == 1


HOUR = ("DTSTART:20261201T100000Z", "DURATION:PT1H")
SECONDLY_ZONE = (
    "BEGIN:VTIMEZONE\r\nTZID:Mars\r\nBEGIN:STANDARD\r\nDTSTART:16010101T000000\r\nTZOFFSETFROM:+0100\r\n"
    "TZOFFSETTO:+0200\r\nRRULE:FREQ=SECONDLY\r\nEND:STANDARD\r\nEND:VTIMEZONE"
)
POISON = {
    "ten years by seconds": ["DTSTART:20200101T000000Z", "RRULE:FREQ=SECONDLY;UNTIL=20300101T000000Z"],
    "by minutes": ["DTSTART:20200101T000000Z", "DURATION:PT1M", "RRULE:FREQ=MINUTELY"],
    "each minute of each day": [
        *HOUR,
        "RRULE:FREQ=DAILY;BYHOUR="
        + ",".join(map(str, range(24)))
        + ";BYMINUTE="
        + ",".join(map(str, range(60))),
    ],
    "a day that never comes": [*HOUR, "RRULE:FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30"],
    "a weekday it never falls on": [*HOUR, "RRULE:FREQ=DAILY;INTERVAL=7;BYDAY=MO"],
    "no step at all": [*HOUR, "RRULE:FREQ=DAILY;INTERVAL=0"],
    "since the year 1": ["DTSTART:00010101T100000Z", "DURATION:PT1H", "RRULE:FREQ=DAILY"],
    "a rule that is none": [*HOUR, "RRULE:FREQ=SOMETIMES"],
    "a date that is none": ["DTSTART:tomorrow", "DURATION:PT1H"],
    "dates without end": [
        *HOUR,
        "RDATE:" + ",".join(f"20270101T{i // 3600:02}{i // 60 % 60:02}{i % 60:02}Z" for i in range(60_000)),
    ],
}


@pytest.mark.parametrize("lines", POISON.values(), ids=POISON)
def test_a_poisoned_event_is_told_of_and_the_others_count(lines):
    text = a_text(an_event(*lines), an_event(*HOUR, uid="a good one"))
    begun = time.monotonic()
    found = read(text, ASKED)
    assert time.monotonic() - begun < FEW_SECONDS
    assert [one.event for one in found.busy] == ["a good one"]
    assert found.remark == SOME_UNREAD


@pytest.mark.parametrize("zone", [[], [SECONDLY_ZONE]], ids=["unknown", "poisoned"])
def test_a_time_of_a_zone_that_nobody_knows_is_one_of_the_resources(zone):
    lines = ("DTSTART;TZID=Mars:20261201T100000", "DTEND;TZID=Mars:20261201T110000")
    (found,) = read(a_text(*zone, an_event(*lines)), ASKED).busy
    assert found.start == datetime(2026, 12, 1, 9, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"<html>",
        b"BEGIN:VCALENDAR\r\nEND:VCALENDAR"[:20],
        a_text(an_event(*HOUR))[:-30],
        b"BEGIN:VEVENT\n" * 50_000,
    ],
    ids=["nothing", "a page", "a beginning", "half of it", "a tower"],
)
def test_half_a_calendar_is_none(text):
    with pytest.raises(Unavailable):
        read(text, ASKED)


def test_a_zone_that_never_ends_is_looked_through_once():
    text = a_text("BEGIN:VTIMEZONE\r\n" * 20_000, an_event(*HOUR))
    begun = time.monotonic()
    with suppress(Unavailable):
        read(text, ASKED)
    assert time.monotonic() - begun < FEW_SECONDS


def test_five_thousand_events_are_read():
    events = [
        an_event(f"DTSTART:2026120{number % 9 + 1}T{number % 23:02}0000Z", "DURATION:PT1H", uid=f"{number}")
        for number in range(5_000)
    ]
    assert len(read(a_text(*events), ASKED).busy) == 5_000
