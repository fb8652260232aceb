"""Every clock change on record for 2027 does what is promised: days, opening bounds, repeated and skipped
hours.
"""

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest

from bookings.availability.days import day_start, days, days_around, next_full_hour
from bookings.availability.hours import Level, open_hours
from bookings.availability.supplies import Frame, Supply

# Zone, local date, the local time at which the clock is changed, and what it shows then.
VECTORS = [
    ("Europe/Berlin", "2027-03-28", "02:00", "03:00"),
    ("Europe/Berlin", "2027-10-31", "03:00", "02:00"),
    ("America/New_York", "2027-03-14", "02:00", "03:00"),
    ("America/New_York", "2027-11-07", "02:00", "01:00"),
    ("Australia/Lord_Howe", "2027-04-04", "02:00", "01:30"),
    ("Australia/Lord_Howe", "2027-10-03", "02:00", "02:30"),
    ("Africa/Cairo", "2027-04-30", "00:00", "01:00"),
    ("Africa/Cairo", "2027-10-28", "24:00", "23:00"),
    ("Asia/Beirut", "2027-03-28", "00:00", "01:00"),
    ("Asia/Beirut", "2027-10-30", "24:00", "23:00"),
    ("America/Havana", "2027-03-14", "00:00", "01:00"),
    ("America/Havana", "2027-11-07", "01:00", "00:00"),
    ("America/Santiago", "2027-04-03", "24:00", "23:00"),
    ("America/Santiago", "2027-09-05", "00:00", "01:00"),
    ("Africa/Casablanca", "2027-02-07", "03:00", "02:00"),
    ("Africa/Casablanca", "2027-03-14", "02:00", "03:00"),
    ("Pacific/Chatham", "2027-04-04", "03:45", "02:45"),
    ("Pacific/Chatham", "2027-09-26", "02:45", "03:45"),
]
UNCHANGED = ["Asia/Kolkata", "America/Asuncion"]
MINUTE, HOUR = 60, 3600


def minutes(text: str) -> int:
    hours, rest = text.split(":")
    return int(hours) * 60 + int(rest)


def zone_and_day(name: str, text: str):
    zone = ZoneInfo(name)
    day = date.fromisoformat(text)
    return zone, days(zone, day, day)[0]


def slots(name: str, text: str, low: str, high: str, step: int = 30, length: int = 30) -> list[str]:
    """Local starts of all slots on that date with hours from ``low`` to ``high``, with their offset."""
    zone, day = zone_and_day(name, text)
    around = days_around(zone, day.start, day.end, 2)
    level = Level(week={weekday: [(minutes(low) * MINUTE, minutes(high) * MINUTE)] for weekday in range(7)})
    supply = Supply(
        key=0, zone=zone, days=around, length=length * MINUTE, open=open_hours([level], around, zone) or []
    )
    frame = Frame(start=day.start, end=day.end, earliest=0, latest=day.end, step=step * MINUTE)
    found = [start for each in supply.starts(frame) for start in each]
    return [f"{datetime.fromtimestamp(start, zone):%H:%M%z}" for start in found]


@pytest.mark.parametrize(("name", "text", "before", "after"), VECTORS)
def test_the_installed_zone_data_agrees_with_the_vector(name, text, before, after):
    zone, day = zone_and_day(name, text)
    changes = [
        second
        for second in range(day.start - MINUTE, day.end + MINUTE, MINUTE)
        if datetime.fromtimestamp(second, zone).utcoffset()
        != datetime.fromtimestamp(second - 1, zone).utcoffset()
    ]
    (change,) = changes
    shown = datetime.fromtimestamp(change, zone)
    ahead = datetime.fromtimestamp(change - 1, zone).utcoffset()
    would_show = (datetime.fromtimestamp(change, UTC) + ahead).replace(tzinfo=None)
    midnight = datetime.combine(day.date, time())
    assert (would_show - midnight) // timedelta(minutes=1) == minutes(before)
    assert (shown.replace(tzinfo=None) - midnight) // timedelta(minutes=1) == minutes(after)


@pytest.mark.parametrize(("name", "text", "before", "after"), VECTORS)
def test_a_day_lasts_from_its_first_instant_to_the_next_ones(name, text, before, after):
    zone, day = zone_and_day(name, text)
    assert day.end - day.start == 24 * HOUR - (minutes(after) - minutes(before)) * MINUTE
    assert not day.regular
    assert datetime.fromtimestamp(day.start, zone).date() == day.date
    assert datetime.fromtimestamp(day.start - 1, zone).date() < day.date
    assert datetime.fromtimestamp(day.end - 1, zone).date() == day.date
    assert datetime.fromtimestamp(day.end, zone).date() > day.date


@pytest.mark.parametrize("name", UNCHANGED)
def test_a_zone_without_changes_has_regular_days_all_year(name):
    assert all(day.regular for day in days(ZoneInfo(name), date(2027, 1, 1), date(2027, 12, 31)))


@pytest.mark.parametrize(("name", "text", "before", "after"), VECTORS)
def test_a_whole_open_day_offers_each_of_its_hours_once(name, text, before, after):
    _zone, day = zone_and_day(name, text)
    found = slots(name, text, "00:00", "24:00", step=15, length=15)
    assert len(found) == len(set(found)) == (day.end - day.start) // (15 * MINUTE)


@pytest.mark.parametrize(
    ("name", "text", "before", "after"), [vector for vector in VECTORS if vector[2] not in ("00:00", "24:00")]
)
def test_hours_around_the_change_last_their_elapsed_time(name, text, before, after):
    low, high = f"{max(minutes(before) - 120, 0) // 60:02}:00", "06:00"
    found = slots(name, text, low, high, step=15, length=15)
    elapsed = minutes(high) - minutes(low) - (minutes(after) - minutes(before))
    assert len(found) == elapsed // 15


class TestSkippedHour:
    def test_an_opening_in_it_moves_to_its_end(self):
        assert slots("Europe/Berlin", "2027-03-28", "02:30", "04:00") == ["03:00+0200", "03:30+0200"]

    def test_a_closing_in_it_moves_to_its_end_too(self):
        # The end of the skipped hour is the same instant as its beginning.
        assert slots("Europe/Berlin", "2027-03-28", "01:00", "02:30") == ["01:00+0100", "01:30+0100"]

    def test_hours_inside_it_do_not_exist(self):
        assert slots("Europe/Berlin", "2027-03-28", "02:00", "03:00") == []

    def test_a_slot_across_it_lasts_its_elapsed_time(self):
        assert slots("Europe/Berlin", "2027-03-28", "01:30", "04:00", step=60, length=60) == ["01:30+0100"]

    def test_a_midnight_that_does_not_exist(self):
        assert slots("Africa/Cairo", "2027-04-30", "00:00", "02:00") == ["01:00+0300", "01:30+0300"]
        assert slots("Asia/Beirut", "2027-03-28", "00:30", "02:00") == ["01:00+0300", "01:30+0300"]

    def test_half_an_hour(self):
        found = slots("Australia/Lord_Howe", "2027-10-03", "01:30", "03:00")
        assert found == ["01:30+1030", "02:30+1100"]


class TestRepeatedHour:
    def test_it_is_offered_twice(self):
        found = slots("Europe/Berlin", "2027-10-31", "02:00", "03:00")
        assert found == ["02:00+0200", "02:30+0200", "02:00+0100", "02:30+0100"]

    def test_hours_that_end_within_it_end_twice(self):
        found = slots("Europe/Berlin", "2027-10-31", "01:30", "02:30")
        assert found == ["01:30+0200", "02:00+0200", "02:00+0100"]

    def test_a_midnight_that_comes_twice(self):
        found = slots("America/Havana", "2027-11-07", "00:00", "01:00")
        assert found == ["00:00-0400", "00:30-0400", "00:00-0500", "00:30-0500"]

    def test_the_last_hour_of_a_date(self):
        found = slots("Africa/Cairo", "2027-10-28", "23:00", "24:00")
        assert found == ["23:00+0300", "23:30+0300", "23:00+0200", "23:30+0200"]

    def test_half_an_hour(self):
        found = slots("Australia/Lord_Howe", "2027-04-04", "01:30", "02:00")
        assert found == ["01:30+1100", "01:30+1030"]

    def test_three_quarters_past(self):
        found = slots("Pacific/Chatham", "2027-04-04", "03:00", "04:00", step=15, length=15)
        assert found == [
            *("03:00+1345", "03:15+1345", "03:30+1345"),
            *("03:00+1245", "03:15+1245", "03:30+1245", "03:45+1245"),
        ]


def test_hours_past_midnight_run_through_the_change():
    found = slots("Europe/Berlin", "2027-10-30", "23:00", "24:00")
    assert found == ["23:00+0200", "23:30+0200"]
    zone, day = zone_and_day("Europe/Berlin", "2027-10-31")
    around = days_around(zone, day.start, day.end, 2)
    saturday_night = Level(week={5: [(22 * HOUR, 28 * HOUR)]})
    assert open_hours([saturday_night], around, zone) == [(day.start - 2 * HOUR, day.start + 5 * HOUR)]


def test_the_first_start_moves_to_a_full_local_hour_also_where_the_clock_moves_by_half_of_one():
    zone = ZoneInfo("Australia/Lord_Howe")
    for minute in (1, 20, 30, 45):
        before = int(datetime(2027, 10, 3, 1, minute, tzinfo=zone).timestamp())
        assert f"{datetime.fromtimestamp(next_full_hour(before, zone), zone):%H:%M}" == "03:00"
    chatham = ZoneInfo("Pacific/Chatham")
    noon = int(datetime(2027, 1, 1, 12, tzinfo=chatham).timestamp())
    assert next_full_hour(noon, chatham) == noon


def test_the_first_start_moves_to_the_very_next_full_hour_also_where_the_change_itself_makes_one():
    """Pyongyang went from 23:30 on 4 May 2018 to midnight."""
    zone = ZoneInfo("Asia/Pyongyang")
    before = int(datetime(2018, 5, 4, 23, 10, tzinfo=zone).timestamp())
    assert next_full_hour(before, zone) == before + 20 * MINUTE


def test_a_day_and_night_of_25_hours_keeps_its_grid_and_a_longer_opening_begins_it_anew():
    """From noon to noon, and half an hour more, in the night in which Berlin's clocks are put back."""
    zone = ZoneInfo("Europe/Berlin")
    _zone, day = zone_and_day("Europe/Berlin", "2027-10-31")
    around = days_around(zone, day.start - 12 * HOUR, day.end, 2)

    def starts(closes: int) -> list[str]:
        week = Level(week={5: [(12 * HOUR, closes)]})
        supply = Supply(
            key=0, zone=zone, days=around, length=HOUR, open=open_hours([week], around, zone) or []
        )
        frame = Frame(start=day.start - 12 * HOUR, end=day.end, earliest=0, latest=day.end, step=7 * HOUR)
        found = [start for each in supply.starts(frame) for start in each]
        return [f"{datetime.fromtimestamp(start, zone):%H:%M%z}" for start in found]

    assert starts(36 * HOUR) == ["12:00+0200", "19:00+0200", "02:00+0200", "08:00+0100"]
    assert starts(36 * HOUR + 30 * MINUTE) == ["12:00+0200", "19:00+0200", "00:00+0200", "06:00+0100"]


def test_a_day_that_a_zone_left_out_is_empty():
    """Samoa went from 29 to 31 December 2011."""
    zone = ZoneInfo("Pacific/Apia")
    assert day_start(date(2011, 12, 30), zone) == day_start(date(2011, 12, 31), zone)
    assert days(zone, date(2011, 12, 30), date(2011, 12, 30))[0].end == day_start(date(2011, 12, 31), zone)


def test_a_skipped_stretch_that_began_before_midnight_begins_the_day_late():
    """Toronto went from 23:30 on 30 March 1919 to 00:30 on the 31st."""
    zone = ZoneInfo("America/Toronto")
    first = datetime.fromtimestamp(day_start(date(1919, 3, 31), zone), zone)
    assert f"{first:%d %H:%M}" == "31 00:30"
