"""Staff type what the wall clock shows; the clock's changes are their problem only when it is one."""

from datetime import UTC, date, datetime, time
from zoneinfo import ZoneInfo

import pytest

from bookings.admin.fields.wall_clock import WallClockForm, around_the_gap, instants

BERLIN = ZoneInfo("Europe/Berlin")
LORD_HOWE = ZoneInfo("Australia/Lord_Howe")


def form(day: str, clock: str, **more: str) -> WallClockForm:
    bound = WallClockForm({"day": day, "clock": clock} | more)
    bound.is_valid()
    return bound


def test_an_ordinary_time_is_one_instant():
    assert instants(date(2027, 7, 1), time(9, 5), BERLIN) == [datetime(2027, 7, 1, 7, 5, tzinfo=UTC)]


@pytest.mark.parametrize(
    ("zone", "day", "shown", "before", "after"),
    [
        (BERLIN, date(2027, 3, 28), time(2, 30), (0, 59), (1, 0)),
        (LORD_HOWE, date(2027, 10, 3), time(2, 15), (15, 29), (15, 30)),
    ],
)
def test_a_skipped_time_is_no_instant_and_its_neighbours_are_known(zone, day, shown, before, after):
    assert instants(day, shown, zone) == []
    found = around_the_gap(day, shown, zone)
    assert [(one.hour, one.minute) for one in found] == [before, after]


def test_a_skipped_time_is_refused_with_its_neighbours():
    asked = form("2027-03-28", "02:30")
    assert asked.start_in(BERLIN) is None
    assert asked.errors["clock"] == [
        "The clocks skip this time that night. The nearest are 01:59 and 03:00, Berlin time (UTC+2)."
    ]


def test_a_repeated_time_is_asked_about_and_both_are_labelled():
    asked = form("2027-10-31", "02:30")
    assert asked.start_in(BERLIN) is None
    assert asked.asks_which
    labels = [label for _value, label in asked.fields["which"].choices]
    assert labels == [
        "02:30, first time that night (UTC+2)",
        "02:30, second time that night (UTC+1)",
    ]


@pytest.mark.parametrize(("which", "hour"), [("0", 0), ("1", 1)])
def test_a_repeated_time_is_the_one_that_was_chosen(which, hour):
    asked = form("2027-10-31", "02:30", which=which)
    assert asked.start_in(BERLIN) == datetime(2027, 10, 31, hour, 30, tzinfo=UTC)
