"""Durations are read as people and programs write them, and refused in words."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.durations import (
    DurationError,
    DurationNegative,
    DurationNotElapsed,
    DurationTooLong,
    DurationUnitUnknown,
    DurationWithoutUnit,
    Span,
    parse_duration,
    parse_span,
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1 hour", timedelta(hours=1)),
        ("90 minutes", timedelta(minutes=90)),
        ("3 days 2 weeks", timedelta(days=17)),
        ("1 day", timedelta(days=1)),
        ("1 hour and 30 minutes", timedelta(minutes=90)),
        ("1 hour, 30 min", timedelta(minutes=90)),
        ("1h30m", timedelta(minutes=90)),
        ("1.5 hours", timedelta(minutes=90)),
        ("+2 Weeks ", timedelta(weeks=2)),
        ("45 sec", timedelta(seconds=45)),
        ("0 minutes", timedelta(0)),
        ("PT90M", timedelta(minutes=90)),
        ("PT1H30M", timedelta(minutes=90)),
        ("PT0.5H", timedelta(minutes=30)),
        ("P1DT2H", timedelta(hours=26)),
        ("P2W", timedelta(weeks=2)),
        ("pt15m", timedelta(minutes=15)),
    ],
)
def test_a_duration_is_read(text, expected):
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", DurationError),
        ("soon", DurationError),
        ("hour", DurationError),
        ("30", DurationWithoutUnit),
        ("1 hour 30", DurationWithoutUnit),
        ("3 fortnights", DurationUnitUnknown),
        ("1.5 months", DurationUnitUnknown),
        ("-1 hour", DurationNegative),
        ("-PT1H", DurationNegative),
        ("P-1D", DurationNegative),
        ("2 months", DurationNotElapsed),
        ("P1Y", DurationNotElapsed),
        ("999999999 weeks", DurationTooLong),
        ("P9999Y", DurationTooLong),
        ("P", DurationError),
        ("PT", DurationError),
        ("P1DT", DurationError),
        ("1 hour; drop table", DurationError),
        ("9" * 300 + " hours", DurationError),
        (None, DurationError),
        (60, DurationError),
        (True, DurationError),
        (["1 hour"], DurationError),
    ],
)
def test_what_is_no_duration_is_refused_in_a_sentence(text, error):
    with pytest.raises(error) as refusal:
        parse_duration(text)
    assert type(refusal.value) is error
    assert str(refusal.value).endswith(".")


@given(
    st.text(max_size=40)
    | st.from_regex(r"[0-9.]{1,6} ?[a-z]{1,7}( and)? [0-9]{1,3} ?(weeks|h|min)?", fullmatch=True)
)
def test_no_text_fails_in_another_way(text):
    try:
        span = parse_span(text)
    except DurationError:
        return
    assert span.elapsed >= timedelta(0)


@given(st.integers(0, 400), st.integers(0, 23), st.integers(0, 59))
def test_both_spellings_mean_the_same(days, hours, minutes):
    written = parse_duration(f"{days} days {hours} hours {minutes} minutes")
    assert (
        written
        == parse_duration(f"P{days}DT{hours}H{minutes}M")
        == timedelta(days=days, hours=hours, minutes=minutes)
    )


def test_months_follow_the_calendar():
    assert parse_span("6 months") == Span(months=6)
    last_of_august = datetime(2027, 8, 31, 9, tzinfo=UTC)
    assert parse_span("6 months").after(last_of_august) == datetime(2028, 2, 29, 9, tzinfo=UTC)
    assert parse_span("P1Y2M3DT4H").after(last_of_august) == datetime(2028, 11, 3, 13, tzinfo=UTC)
