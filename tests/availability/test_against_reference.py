"""The engine and a slow reference that asks every rule at every minute give the same slots."""

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability.days import days_around
from bookings.availability.hours import DatedException, Level
from bookings.availability.intervals import Busy, merged
from bookings.availability.modes import Mode
from bookings.availability.permits import Policy
from bookings.availability.rules import parse_constraints
from bookings.availability.slots import raw_slots
from bookings.availability.supplies import Frame, Supply
from tests.availability import reference
from tests.availability.plans import CHANGES, places, windows

thorough = settings(
    max_examples=120, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)
slow = settings(thorough, max_examples=40)
steps = st.none() | st.sampled_from([15, 20, 30, 60]) | st.integers(1, 90)


def level(plan: reference.Level) -> Level:
    """The same hours as the engine reads them: in seconds."""
    return Level(
        week={day: [(low * 60, high * 60) for low, high in bounds] for day, bounds in plan.week.items()},
        exceptions=[
            DatedException(first=first, last=last, bounds=bounds and (bounds[0] * 60, bounds[1] * 60))
            for first, last, bounds in plan.exceptions
        ],
    )


def supply(place: reference.Place, asked: reference.Asked, key=0) -> Supply:
    """What the engine makes of a place."""
    zone = ZoneInfo(place.zone)
    around = days_around(zone, asked.start * 60, asked.end * 60, 2)
    lists = [parse_constraints(each) for each in place.constraints] + [(), (), ()]
    policy = Policy(
        levels=[level(each) for each in place.levels],
        project_levels=[level(each) for each in place.project_levels],
        resource_rules=lists[0],
        project_rules=lists[1],
        request_rules=lists[2],
    )
    claimed = [((each.start - each.before) * 60, (each.end + each.after) * 60) for each in place.busy]
    full = [day for day in around if place.cap is not None and booked_on(place, day.date) >= place.cap]
    return Supply(
        key=key,
        zone=zone,
        days=around,
        length=place.length and place.length * 60,
        open=policy.open(around, zone),
        busy=replace(Busy.of(claimed), before=asked.before * 60, after=asked.after * 60),
        capped=merged((day.start, day.end) for day in full),
    )


def booked_on(place: reference.Place, day: date) -> int:
    zone = ZoneInfo(place.zone)
    return sum(datetime.fromtimestamp(start * 60, zone).date() == day for start in place.booked)


def frame(asked: reference.Asked) -> Frame:
    return Frame(
        start=asked.start * 60,
        end=asked.end * 60,
        earliest=asked.earliest * 60,
        latest=asked.latest * 60,
        step=asked.step and asked.step * 60,
        full_hours=asked.full_hours,
    )


def found(mode: Mode, places: list[reference.Place], asked: reference.Asked, seed=None):
    """What the engine offers, in minutes."""
    supplies = [supply(place, asked, key) for key, place in enumerate(places)]
    return [
        (start / 60, end / 60, keys) for start, end, keys in raw_slots(mode, supplies, frame(asked), seed)
    ]


@st.composite
def searches(draw, number: int = 1, step=steps):
    """Some places with hours, constraints and bookings around a change of the clocks, and a search near it."""
    zone, near = draw(st.sampled_from(CHANGES))
    asked = draw(windows(near))
    asked.step, asked.full_hours = draw(step), draw(st.booleans())
    asked.before, asked.after = (
        draw(st.sampled_from([0, 0, 5, 13, 60])),
        draw(st.sampled_from([0, 0, 10, 47])),
    )
    found = []
    for _each in range(number):
        found.append(draw(places(zone, near)))
        zone = draw(st.sampled_from([zone, "Asia/Kolkata", "Europe/Berlin"]))
    return found, asked


@thorough
@given(searches())
def test_one_resource_has_the_slots_of_the_reference(search):
    (place,), asked = search
    expected = reference.slots(place, asked)
    assert supply(place, asked).slots(frame(asked)) == {low * 60: high * 60 for low, high in expected.items()}


@thorough
@given(searches())
def test_free_stretches_of_natural_length_are_those_of_the_reference(search):
    (place,), asked = search
    place.length = None
    expected = reference.slots(place, asked)
    assert supply(place, asked).slots(frame(asked)) == {low * 60: high * 60 for low, high in expected.items()}


@slow
@given(searches(number=3, step=st.none() | st.integers(5, 90)))
def test_every_free_resource_is_named_in_mode_exclusive(search):
    them, asked = search
    assert found(Mode.EXCLUSIVE, them, asked) == reference.everyone(reference.table(them, asked))


@slow
@given(searches(number=2))
def test_mutual_slots_lie_where_all_are_open_and_free(search):
    them, asked = search
    joint = reference.together([reference.part(place, asked) for place in them])
    expected = [(start, end, (0, 1)) for start, end in reference.slots(joint, asked).items()]
    assert found(Mode.MUTUAL, them, asked) == expected


@slow
@given(searches(number=3, step=st.just(30)))
def test_prioritized_offers_each_start_once_by_the_first_that_is_free(search):
    them, asked = search
    tables = reference.table(them, asked)
    assert found(Mode.PRIORITIZED, them, asked) == reference.first_of_each_start(tables)


@slow
@given(searches(number=3, step=st.just(30)), st.integers())
def test_random_is_stable_and_stays_with_a_resource_while_it_is_free(search, seed):
    them, asked = search
    tables = reference.table(them, asked)
    offered = found(Mode.RANDOM, them, asked, seed)
    assert offered == found(Mode.RANDOM, them, asked, seed)
    assert [start for start, _end, _keys in offered] == sorted(
        {start for each in tables.values() for start in each}
    )
    before = None
    for start, end, (key,) in offered:
        assert tables[key][start] == end
        assert before is None or before == key or start not in tables[before]
        before = key


@thorough
@given(searches(), st.integers(1, 99))
def test_a_search_cut_in_two_finds_the_same_starts(search, percent):
    (place,), asked = search
    middle = asked.start + (asked.end - asked.start) * percent // 100
    length = place.length

    def starts(start: int, end: int) -> set[int]:
        cut = replace(asked, start=start, end=end)
        return {second for each in supply(place, cut).starts(frame(cut)) for second in each}

    early, late = starts(asked.start, min(middle + length, asked.end)), starts(middle, asked.end)
    assert starts(asked.start, asked.end) == early | late


@pytest.mark.parametrize("mode", list(Mode))
def test_no_resources_give_no_slots(mode):
    assert raw_slots(mode, [], frame(reference.Asked(start=0, end=1440))) == []


def test_the_reference_and_the_engine_can_disagree():
    """A control: the comparison above would notice an engine that forgot a booking."""
    place = reference.Place(busy=[reference.Piece(600, 660)])
    asked = reference.Asked(start=0, end=1440)
    expected = reference.slots(place, asked)
    assert {low // 60 for low in supply(place, asked).slots(frame(asked))} == set(expected)
    place.busy = []
    assert {low // 60 for low in supply(place, asked).slots(frame(asked))} != set(expected)
