"""The engine and a slow reference that asks at every tick give the same slots."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability.days import days_around
from bookings.availability.hours import DatedException, Level
from bookings.availability.intervals import Busy
from bookings.availability.permits import Policy
from bookings.availability.rules import parse_constraints
from bookings.availability.slots import Frame, Mode, Supply, offers
from tests.availability import reference

# A zone and the days in 2027 around a change of its clocks; the last two have none.
CHANGES = [
    ("Europe/Berlin", date(2027, 3, 28)),
    ("Europe/Berlin", date(2027, 10, 31)),
    ("America/New_York", date(2027, 3, 14)),
    ("America/New_York", date(2027, 11, 7)),
    ("Australia/Lord_Howe", date(2027, 4, 4)),
    ("Australia/Lord_Howe", date(2027, 10, 3)),
    ("Africa/Cairo", date(2027, 4, 30)),
    ("Africa/Cairo", date(2027, 10, 29)),
    ("Asia/Beirut", date(2027, 3, 28)),
    ("Asia/Beirut", date(2027, 10, 31)),
    ("America/Havana", date(2027, 3, 14)),
    ("America/Havana", date(2027, 11, 7)),
    ("America/Santiago", date(2027, 4, 4)),
    ("America/Santiago", date(2027, 9, 5)),
    ("Africa/Casablanca", date(2027, 2, 7)),
    ("Africa/Casablanca", date(2027, 3, 14)),
    ("Pacific/Chatham", date(2027, 4, 4)),
    ("Pacific/Chatham", date(2027, 9, 26)),
    ("Asia/Kolkata", date(2027, 5, 5)),
    ("America/Asuncion", date(2027, 10, 3)),
]
slow = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)

quarters = st.integers(0, 95).map(lambda quarter: quarter * 15)
lengths = st.sampled_from([15, 30, 45, 50, 60, 90, 150])


@st.composite
def hour_bounds(draw):
    low = draw(quarters)
    return low, low + draw(st.integers(1, 96)) * 15


weeks = st.dictionaries(st.integers(0, 6), st.lists(hour_bounds(), max_size=2), max_size=7)


@st.composite
def constraint(draw, near: date):
    kind = draw(st.sampled_from(["day_and_time", "hours", "day", "period", "weekdays", "weekends"]))
    given = {}
    if kind in ("day", "day_and_time"):
        given["day"] = draw(st.sampled_from(reference.NAMES)).capitalize()
    if kind in ("hours", "day_and_time"):
        low, high = draw(hour_bounds())
        high = high if high == 1440 else high % 1440
        if low == high:
            high = (low + 30) % 1440
        given |= {
            name: f"{value // 60:02}:{value % 60:02}" for name, value in (("start", low), ("end", high))
        }
    if kind == "period":
        first = near + timedelta(days=draw(st.integers(-2, 2)))
        last = first + timedelta(days=draw(st.integers(1, 3)))
        given = {"start": first.isoformat(), "end": last.isoformat()}
        if draw(st.booleans()):
            given["end"] = f"{last.isoformat()}T{draw(st.integers(0, 23)):02}:15:00+02:00"
    return {f"{draw(st.sampled_from(['allow', 'block']))}_{kind}": given}


@st.composite
def places(draw, zone: str, near: date):
    levels = []
    for _number in range(draw(st.integers(0, 3))):
        exceptions = []
        for _each in range(draw(st.integers(0, 2))):
            first = near + timedelta(days=draw(st.integers(-3, 3)))
            last = first + timedelta(days=draw(st.integers(0, 2)))
            exceptions.append((first, last, draw(st.none() | hour_bounds())))
        levels.append((draw(weeks), exceptions))
    middle = int(datetime(near.year, near.month, near.day, tzinfo=UTC).timestamp())
    busy = []
    for _number in range(draw(st.integers(0, 8))):
        low = middle + draw(st.integers(-200, 200)) * 15 * 60
        busy.append((low, low + draw(st.integers(1, 30)) * 10 * 60))
    return reference.Place(
        zone=zone,
        levels=levels,
        constraints=draw(st.lists(st.lists(constraint(near), max_size=3), max_size=2)),
        busy=busy,
        length=draw(lengths),
    )


def policy(place: reference.Place) -> Policy:
    levels = [
        Level(
            week={day: [(low * 60, high * 60) for low, high in bounds] for day, bounds in week.items()},
            exceptions=[
                DatedException(first=first, last=last, bounds=bounds and (bounds[0] * 60, bounds[1] * 60))
                for first, last, bounds in exceptions
            ],
        )
        for week, exceptions in place.levels
    ]
    lists = [parse_constraints(each) for each in place.constraints] + [(), ()]
    return Policy(levels=levels, resource_rules=lists[0], project_rules=lists[1])


def supply(place: reference.Place, start: int, end: int, key=0) -> Supply:
    zone = ZoneInfo(place.zone)
    around = days_around(zone, start, end, 2)
    return Supply(
        key=key,
        zone=zone,
        days=around,
        length=place.length * 60,
        open=policy(place).open(around, zone),
        busy=Busy.of(place.busy),
    )


def frame(start: int, end: int, **more) -> Frame:
    return Frame(start=start, end=end, earliest=start, latest=end, **more)


@st.composite
def searches(draw, number: int = 1):
    zone, near = draw(st.sampled_from(CHANGES))
    middle = int(datetime(near.year, near.month, near.day, 12, tzinfo=UTC).timestamp())
    start = middle - draw(st.integers(0, 12 * 36)) * 300
    end = middle + draw(st.integers(1, 12 * 36)) * 300
    found = []
    for _each in range(number):
        found.append(draw(places(zone, near)))
        zone = draw(st.sampled_from([zone, "Asia/Kolkata", "Europe/Berlin"]))
    return found, start, end


@slow
@given(searches(), st.none() | st.sampled_from([5, 15, 20, 60]), st.booleans())
def test_one_resource_has_the_slots_of_the_reference(search, step, full_hours):
    (place,), start, end = search
    expected = reference.slots(place, start, end, step=step, full_hours=full_hours)
    found = supply(place, start, end).slots(frame(start, end, step=step and step * 60, full_hours=full_hours))
    assert found == expected


@slow
@given(searches(number=3), st.sampled_from([15, 30]))
def test_every_free_resource_is_named_in_mode_exclusive(search, step):
    them, start, end = search
    expected: dict = {}
    for key, place in enumerate(them):
        for slot in reference.slots(place, start, end, step=step).items():
            expected.setdefault(slot, []).append(key)
    found = offers(
        Mode.EXCLUSIVE,
        [supply(place, start, end, key) for key, place in enumerate(them)],
        frame(start, end, step=step * 60),
    )
    assert [((low, high), list(keys)) for low, high, keys in found] == sorted(expected.items())


@slow
@given(searches(number=2))
def test_mutual_slots_lie_where_all_are_open_and_free(search):
    them, start, end = search
    joint = reference.Place(
        zone=them[0].zone,
        busy=[piece for place in them for piece in place.busy],
        length=max(place.length for place in them),
    )
    expected = reference.slots(
        joint,
        start,
        end,
        open_at=lambda _joint, second: all(reference.is_open(place, second) for place in them),
    )
    found = offers(
        Mode.MUTUAL, [supply(place, start, end, key) for key, place in enumerate(them)], frame(start, end)
    )
    assert [(low, high) for low, high, _keys in found] == list(expected.items())
    assert all(keys == (0, 1) for _low, _high, keys in found)


@slow
@given(searches(number=3))
def test_prioritized_offers_each_start_once_by_the_first_that_is_free(search):
    them, start, end = search
    tables = [reference.slots(place, start, end, step=30) for place in them]
    found = offers(
        Mode.PRIORITIZED,
        [supply(place, start, end, key) for key, place in enumerate(them)],
        frame(start, end, step=1800),
    )
    expected = []
    for begin in sorted({begin for table in tables for begin in table}):
        key = next(key for key, table in enumerate(tables) if begin in table)
        expected.append((begin, tables[key][begin], (key,)))
    assert found == expected


@slow
@given(searches(number=3), st.integers())
def test_random_is_stable_and_stays_with_a_resource_while_it_is_free(search, seed):
    them, start, end = search
    tables = [reference.slots(place, start, end, step=30) for place in them]
    supplies = [supply(place, start, end, key) for key, place in enumerate(them)]
    found = offers(Mode.RANDOM, supplies, frame(start, end, step=1800), seed)
    assert found == offers(Mode.RANDOM, supplies, frame(start, end, step=1800), seed)
    assert [begin for begin, _end, _keys in found] == sorted({begin for table in tables for begin in table})
    before = None
    for begin, finish, (key,) in found:
        assert tables[key][begin] == finish
        assert before is None or before == key or begin not in tables[before]
        before = key


@slow
@given(searches())
def test_a_search_cut_in_two_finds_the_same_starts(search):
    (place,), start, end = search
    middle = (start + end) // 2
    whole = supply(place, start, end).starts(frame(start, end))
    early = supply(place, start, middle + place.length * 60).starts(frame(start, middle + place.length * 60))
    late = supply(place, middle, end).starts(frame(middle, end))
    begins = {second for each in whole for second in each}
    assert begins == {
        second for each in (*early, *late) for second in each if second + place.length * 60 <= end
    }


@pytest.mark.parametrize("mode", list(Mode))
def test_no_resources_give_no_slots(mode):
    assert offers(mode, [], frame(0, 86400)) == []


def test_the_reference_and_the_engine_can_disagree():
    """A control: the comparison above would notice an engine that forgot a booking."""
    place = reference.Place(busy=[(36000, 39600)])
    expected = reference.slots(place, 0, 86400)
    assert supply(place, 0, 86400).slots(frame(0, 86400)) == expected
    place.busy = []
    assert supply(place, 0, 86400).slots(frame(0, 86400)) != expected
