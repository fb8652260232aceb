"""Constraints as the API writes them: what each permits in its resource's zone, and what is refused in words."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bookings.availability.days import days_around
from bookings.availability.rules import ConstraintsError, parse_constraints, permitted

BERLIN = ZoneInfo("Europe/Berlin")
# Monday 7 to Sunday 13 June 2027, in Berlin two hours ahead of UTC.
MONDAY = int(datetime(2027, 6, 7, tzinfo=BERLIN).timestamp())
WEEK = days_around(BERLIN, MONDAY, MONDAY + 7 * 86400, 2)
NAMES = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def open_times(*constraints) -> str:
    """What is permitted in that week, as text of local times."""
    found = permitted(parse_constraints(list(constraints)), WEEK, BERLIN)
    cut = [(max(low, MONDAY), min(high, MONDAY + 7 * 86400)) for low, high in found or []]
    return ", ".join(f"{moment(low)}-{moment(high)}" for low, high in cut if low < high)


def moment(second: int) -> str:
    local = datetime.fromtimestamp(second, BERLIN)
    return f"{NAMES[local.weekday()]} {local:%H:%M}"


@pytest.mark.parametrize(
    ("constraints", "expected"),
    [
        ([{"allow_day": {"day": "Tuesday"}}], "Tue 00:00-Wed 00:00"),
        ([{"allow_day": {"day": "tuesday"}}, {"allow_day": {"day": "Wednesday"}}], "Tue 00:00-Thu 00:00"),
        ([{"block_day": {"day": "Sunday"}}], "Mon 00:00-Sun 00:00"),
        ([{"allow_weekdays": {}}], "Mon 00:00-Sat 00:00"),
        ([{"allow_weekends": []}], "Sat 00:00-Mon 00:00"),
        ([{"allow_weekdays": {}}, {"allow_day": {"day": "Saturday"}}], "Mon 00:00-Sun 00:00"),
        ([{"block_weekdays": {}}], "Sat 00:00-Mon 00:00"),
        ([{"block_weekends": {}}], "Mon 00:00-Sat 00:00"),
        ([{"allow_day": {"day": "Friday"}}, {"allow_hours": {"start": 9, "end": 17}}], "Fri 09:00-Fri 17:00"),
        (
            [{"allow_day": {"day": "Friday"}}, {"block_hours": {"start": "12:30", "end": 13}}],
            "Fri 00:00-Fri 12:30, Fri 13:00-Sat 00:00",
        ),
        ([{"allow_day_and_time": {"day": "Monday", "start": 9, "end": "10:30"}}], "Mon 09:00-Mon 10:30"),
        (
            [
                {"allow_day_and_time": {"day": "Monday", "start": 9, "end": 12}},
                {"allow_day_and_time": {"day": "Monday", "start": 13, "end": 24}},
            ],
            "Mon 09:00-Mon 12:00, Mon 13:00-Tue 00:00",
        ),
        ([{"allow_day_and_time": {"day": "Friday", "start": 22, "end": 2}}], "Fri 22:00-Sat 02:00"),
        (
            [
                {"allow_day": {"day": "Monday"}},
                {"block_day_and_time": {"day": "Sunday", "start": 22, "end": "03:00"}},
            ],
            "Mon 03:00-Tue 00:00",
        ),
        ([{"allow_period": {"start": "2027-06-08", "end": "2027-06-10"}}], "Tue 00:00-Thu 00:00"),
        (
            [{"allow_period": {"start": "2027-06-08T08:00:00Z", "end": "2027-06-08T12:00:00+02:00"}}],
            "Tue 10:00-Tue 12:00",
        ),
        ([{"block_period": {"start": "2027-06-07", "end": "2027-06-13"}}], "Sun 00:00-Mon 00:00"),
        ([{"allow_period": {"start": "2020-01-01", "end": "2020-02-01"}}], ""),
        ([{"allow_hours": {"start": 9, "end": 17}}, {"block_hours": {"start": 0, "end": 24}}], ""),
    ],
)
def test_each_kind_permits_what_it_says(constraints, expected):
    assert open_times(*constraints) == expected


def test_an_empty_list_permits_all():
    assert permitted((), WEEK, BERLIN) is None


def test_a_date_only_period_ends_before_its_last_day():
    """The record's own example: from 1 to 6 May does not block the sixth."""
    zone = ZoneInfo("America/New_York")
    around = days_around(zone, MONDAY - 40 * 86400, MONDAY, 2)
    rules = parse_constraints([{"block_period": {"start": "2027-05-01", "end": "2027-05-06"}}])
    found = permitted(rules, around, zone)
    assert [low for low, _high in found][1:] == [datetime(2027, 5, 6, tzinfo=zone).timestamp()]


@pytest.mark.parametrize(
    ("value", "paths"),
    [
        ({}, [""]),
        (None, [""]),
        ("allow_weekdays", [""]),
        ([[]], ["0"]),
        ([{}], ["0"]),
        ([{"allow_weekdays": {}, "block_weekends": {}}], ["0"]),
        ([{"allow_everything": {}}], ["0"]),
        ([{"weekdays": {}}], ["0"]),
        ([{"allow_allow_day": {"day": "Monday"}}], ["0"]),
        ([{"allow_day": "Monday"}], ["0.allow_day"]),
        ([{"allow_day": {}}], ["0.allow_day.day"]),
        ([{"allow_day": {"day": 1}}], ["0.allow_day.day"]),
        ([{"allow_day": {"day": "Montag"}}], ["0.allow_day.day"]),
        ([{"allow_hours": {}}], ["0.allow_hours.start", "0.allow_hours.end"]),
        ([{"allow_hours": {"start": 9, "end": 9}}], ["0.allow_hours.end"]),
        ([{"allow_hours": {"start": 24, "end": 5}}], ["0.allow_hours.start"]),
        ([{"allow_hours": {"start": 9.5, "end": True}}], ["0.allow_hours.start", "0.allow_hours.end"]),
        ([{"allow_hours": {"start": -1, "end": "24:01"}}], ["0.allow_hours.start", "0.allow_hours.end"]),
        ([{"allow_hours": {"start": "9am", "end": "12:60"}}], ["0.allow_hours.start", "0.allow_hours.end"]),
        (
            [{"block_day_and_time": {"day": "Never", "start": "x", "end": 10**30}}],
            ["0.block_day_and_time.start", "0.block_day_and_time.end", "0.block_day_and_time.day"],
        ),
        ([{"block_period": {"start": "2027-05-01"}}], ["0.block_period.end"]),
        ([{"block_period": {"start": "2027-05-06", "end": "2027-05-06"}}], ["0.block_period.end"]),
        (
            [{"block_period": {"start": "2027-05-01T09:00:00", "end": "2027-02-30"}}],
            ["0.block_period.start", "0.block_period.end"],
        ),
        (
            [{"block_period": {"start": "0001-01-01", "end": "9999-12-31"}}],
            ["0.block_period.start", "0.block_period.end"],
        ),
        ([{"allow_weekdays": {}}] * 1001, [""]),
        (
            [{"allow_day": {}}, {"allow_weekdays": {}}, {"allow_hours": {"start": 1}}],
            ["0.allow_day.day", "2.allow_hours.end"],
        ),
    ],
)
def test_what_cannot_be_read_is_refused_by_place_and_in_words(value, paths):
    with pytest.raises(ConstraintsError) as refusal:
        parse_constraints(value)
    assert list(refusal.value.errors) == paths
    assert all(sentence.endswith(".") for each in refusal.value.errors.values() for sentence in each)


def test_errors_carry_the_name_of_the_field_that_held_the_list():
    with pytest.raises(ConstraintsError) as refusal:
        parse_constraints([{"allow_day": {}}])
    assert list(refusal.value.below("constraints")) == ["constraints.0.allow_day.day"]
    with pytest.raises(ConstraintsError) as refusal:
        parse_constraints({})
    assert list(refusal.value.below("constraints")) == ["constraints"]


anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["allow_day", "block_period", "allow_hours", "day", "start", "end"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=8,
)


@given(st.lists(anything, max_size=3))
def test_no_list_fails_in_another_way(value):
    try:
        rules = parse_constraints(value)
    except ConstraintsError:
        return
    assert len(rules) == len(value)
    permitted(rules, days_around(BERLIN, MONDAY, MONDAY + 86400, 2), BERLIN)


def test_the_zone_of_the_resource_decides():
    rules = parse_constraints([{"allow_day_and_time": {"day": "Monday", "start": 9, "end": 10}}])
    found = []
    for name in ("Asia/Kolkata", "America/New_York"):
        zone = ZoneInfo(name)
        (interval,) = permitted(rules, days_around(zone, MONDAY, MONDAY + 86400, 2), zone)
        found.append(f"{datetime.fromtimestamp(interval[0], UTC):%d %H:%M}")
    assert found == ["07 03:30", "07 13:00"]
    assert WEEK[2].date == date(2027, 6, 7)


def test_the_operator_says_how_many_constraints_are_read(settings):
    settings.CONSTRAINTS = 2
    assert len(parse_constraints([{"allow_weekdays": {}}] * 2)) == 2
    with pytest.raises(ConstraintsError) as refused:
        parse_constraints([{"allow_weekdays": {}}] * 3)
    assert refused.value.errors == {"": ["Too many constraints; 2 are the most."]}
