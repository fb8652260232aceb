"""What a page says about a time: day, clock, zone, and the offset of that day."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import translation

from bookings import times
from bookings.money import money

BERLIN = "Europe/Berlin"


@pytest.fixture(autouse=True)
def english():
    with translation.override("en"):
        yield


def at(text):
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_a_day_and_its_clock_are_shown_in_the_zone_asked_for():
    moment = at("2027-03-15T23:30")
    assert times.day(moment, BERLIN) == "Tuesday 16 March 2027"
    assert times.day_and_clock(moment, BERLIN) == "Tuesday 16 March, 00:30"
    assert times.day(moment, "America/New_York") == "Monday 15 March 2027"


def test_the_united_states_read_twelve_hours():
    with translation.override("en-us"):
        assert times.clock(at("2027-03-16T13:30"), "America/New_York") == "9:30\u00a0AM"
        assert times.day(at("2027-03-16T13:30"), "America/New_York") == "Tuesday, March 16, 2027"


def test_an_end_on_the_next_day_says_which():
    assert times.clock_range(at("2027-03-16T08:30"), at("2027-03-16T09:15"), BERLIN) == "09:30–10:15"
    late = times.clock_range(at("2027-03-16T22:30"), at("2027-03-16T23:30"), BERLIN)
    assert late == "23:30–00:30, Wednesday 17 March"


def test_the_midnight_that_closes_a_day_belongs_to_it():
    assert times.clock_range(at("2027-03-16T21:30"), at("2027-03-16T23:00"), BERLIN) == "22:30–00:00"
    whole = times.clock_range(at("2027-03-15T23:00"), at("2027-03-16T23:00"), BERLIN)
    assert whole == "00:00–00:00, Wednesday 17 March"
    over = times.clock_range(at("2027-03-15T21:30"), at("2027-03-16T23:00"), BERLIN)
    assert over == "22:30–00:00, Wednesday 17 March"
    # In Cairo the clocks go from midnight to one on 30 April, and that midnight does not exist.
    late = times.clock_range(at("2027-04-29T21:00"), at("2027-04-29T22:00"), "Africa/Cairo")
    assert late == "23:00–01:00 (UTC+3), Friday 30 April"


@pytest.mark.parametrize(
    ("moment", "zone", "said"),
    [
        ("2027-03-16T12:00", BERLIN, "Berlin time (UTC+1)"),
        ("2027-07-16T12:00", BERLIN, "Berlin time (UTC+2)"),
        ("2027-03-16T12:00", "Europe/London", "London time (UTC)"),
        ("2027-03-16T12:00", "America/St_Johns", "St Johns time (UTC−2:30)"),
        ("2027-03-16T12:00", "Asia/Kolkata", "Kolkata time (UTC+5:30)"),
        ("2027-03-16T12:00", "UTC", "UTC"),
        ("2027-03-16T12:00", "Etc/GMT+6", "UTC−6"),
        ("2027-07-16T12:00", "EST5EDT", "UTC−4"),
        ("2027-03-16T12:00", "Zulu", "UTC"),
        ("2027-03-16T12:00", "Cuba", "Cuba time (UTC−4)"),
    ],
)
def test_the_offset_is_that_of_the_moment_shown(moment, zone, said):
    assert times.zone_and_offset(at(moment), zone) == said


def test_a_repeated_hour_says_which_of_the_two_it_is():
    assert times.repeated_hour(at("2027-10-31T00:30"), BERLIN) == "first time that night"
    assert times.repeated_hour(at("2027-10-31T01:30"), BERLIN) == "second time that night"
    assert times.repeated_hour(at("2027-10-31T02:30"), BERLIN) == ""


def test_an_end_after_a_change_of_the_clocks_says_its_offset():
    assert times.clock_range(at("2027-10-31T00:30"), at("2027-10-31T01:00"), BERLIN) == "02:30–02:00 (UTC+1)"
    assert times.clock_range(at("2027-03-28T00:30"), at("2027-03-28T01:30"), BERLIN) == "01:30–03:30 (UTC+2)"


def test_the_hour_after_a_skipped_one_is_an_ordinary_hour():
    assert times.repeated_hour(at("2027-03-28T01:30"), BERLIN) == ""
    assert times.repeated_hour(at("2027-03-28T00:30"), BERLIN) == ""


def test_a_datetime_without_an_offset_is_refused():
    with pytest.raises(ValueError, match="offset"):
        times.clock(datetime(2027, 3, 16), BERLIN)  # noqa: DTZ001


def test_a_price_has_decimals_only_where_it_needs_them():
    assert money(Decimal("18.00"), "EUR") == "€18"
    assert money(Decimal("24.50"), "CHF") == "CHF\N{NO-BREAK SPACE}24.50"
    assert money(Decimal("1.25"), "KWD") == "KWD\N{NO-BREAK SPACE}1.250"
    assert money(Decimal("1200"), "JPY") == "JP¥1,200"
    with translation.override("de"):
        assert money(Decimal("1024.5"), "EUR") == "1.024,50\N{NO-BREAK SPACE}€"


def test_a_range_is_isolated_where_the_language_runs_from_right_to_left():
    with translation.override("ar"):
        assert (
            times.clock_range(at("2027-03-16T08:30"), at("2027-03-16T09:15"), BERLIN)
            == "\u206709:30–10:15\u2069"
        )
        assert times.offset(at("2027-03-16T08:30"), BERLIN) == "\u2066UTC+1\u2069"


def test_a_week_has_seven_different_headings():
    assert [times.weekday_letters(number) for number in range(7)] == [
        "Mo",
        "Tu",
        "We",
        "Th",
        "Fr",
        "Sa",
        "Su",
    ]


@pytest.mark.parametrize(
    ("duration", "words"),
    [
        (timedelta(minutes=45), "45 minutes"),
        (timedelta(hours=1), "1 hour"),
        (timedelta(minutes=90), "1 hour 30 minutes"),
        (timedelta(days=2), "2 days"),
        (timedelta(seconds=90), "1 minute 30 seconds"),
        (timedelta(0), "0 minutes"),
    ],
)
def test_a_duration_is_said_in_words(duration, words):
    assert times.duration_in_words(duration) == words


def test_a_duration_is_said_in_the_active_language():
    with translation.override("de"):
        assert times.duration_in_words(timedelta(minutes=90)) == "1 Stunde 30 Minuten"
    with translation.override("ar"):
        assert times.duration_in_words(timedelta(minutes=90)) == "ساعة واحدة و30 دقيقة"


def test_an_arrow_points_the_way_in_which_the_language_is_read():
    assert times.onward() == "→"
    with translation.override("ar"):
        assert times.onward() == "←"
