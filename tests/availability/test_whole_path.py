"""From rows to slots: a search finds in the database what the slow reference finds in the same plan, whatever it
offers can be booked at once, and what it does not is refused.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability.asked import read_query
from bookings.availability.modes import Mode
from bookings.availability.query import Query
from bookings.availability.search import count, dates, search, unavailable
from bookings.availability.soonest import soonest
from bookings.availability.terms import terms_of
from bookings.errors import BookingError
from bookings.lifecycle import Actor, book, reserve
from bookings.models import Reservation, Resource
from tests.availability import reference
from tests.availability.judging import judged
from tests.availability.worlds import World, make, minutes, moment, plans
from tests.situations import a_draft, marty

pytestmark = pytest.mark.django_db

few = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MOST_BOOKED = 12
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000005")


@contextmanager
def a_world(plan: Any) -> Iterator[World]:
    """A world that is gone afterwards: the site's hours would rule the next one too."""
    with undone():
        yield make(plan)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def asking(world: World, **request: Any) -> Query:
    return read_query(world.request | request, now=world.now, project=world.project, seed=1)


def minute(instant: datetime) -> int:
    assert not instant.timestamp() % 60
    return int(instant.timestamp()) // 60


def offered(world: World, **request: Any) -> list[tuple[int, int, tuple[int, ...]]]:
    """Start, end and the numbers of the resources of every slot on offer."""
    numbers = {resource: number for number, resource in enumerate(world.resources)}
    found = search(asking(world, **request), world.now)
    return [(minute(each.start), minute(each.end), tuple(map(numbers.get, each.resources))) for each in found]


def expected(world: World, mode: Mode) -> list[tuple[int, int, tuple[int, ...]]]:
    if mode is Mode.MUTUAL:
        joint = reference.together([reference.part(place, world.asked) for place in world.places])
        everybody = tuple(range(len(world.places)))
        return [(start, end, everybody) for start, end in reference.slots(joint, world.asked).items()]
    tables = reference.table(world.places, world.asked)
    return reference.everyone(tables) if mode is Mode.EXCLUSIVE else reference.first_of_each_start(tables)


@few
@given(plans(), st.sampled_from([Mode.EXCLUSIVE, Mode.MUTUAL, Mode.PRIORITIZED]))
def test_a_search_finds_what_the_reference_finds(plan, mode):
    with a_world(plan) as world:
        assert offered(world, mode=mode.value) == expected(world, mode)
        query, starts = asking(world, mode=mode.value), [start for start, *_rest in expected(world, mode)]
        assert count(query, world.now) == len(starts)
        assert soonest([query], world.now) == [moment(starts[0]) if starts else None]


@few
@given(plans(length=None), st.sampled_from([Mode.EXCLUSIVE, Mode.MUTUAL]))
def test_free_ranges_and_what_is_left_between_them_are_those_of_the_reference(plan, mode):
    with a_world(plan) as world:
        assert offered(world, mode=mode.value) == expected(world, mode)
        query = asking(world, mode=Mode.EXCLUSIVE.value)
        for resource, place in zip(world.resources, world.places, strict=True):
            taken = [each for each in unavailable(query, world.now) if resource in each.resources]
            left = set(range(world.asked.start, world.asked.end))
            left -= reference.stretches(reference.part(place, world.asked), world.asked)
            assert [(minute(each.start), minute(each.end)) for each in taken] == [*reference.runs(left)]


@few
@given(plans(), st.sampled_from(["UTC", "Asia/Kolkata", "America/Havana"]))
def test_days_are_those_on_which_the_reference_finds_slots(plan, zone):
    with a_world(plan) as world:
        query = asking(world, mode=Mode.EXCLUSIVE.value, output_timezone=zone)
        tables = reference.table(world.places, world.asked)
        by_date: dict = {}
        for resource, starts in zip(world.resources, tables.values(), strict=True):
            for day in {moment(start).astimezone(ZoneInfo(zone)).date() for start in starts}:
                by_date.setdefault(day, []).append(resource)
        assert dates(query, world.now) == by_date


@few
@given(plans(request_constraints=[]))
def test_each_offer_books_at_once_for_a_customer(plan):
    with a_world(plan) as world:
        found = offered(world)
        for start, end, numbers in found[:: len(found) // MOST_BOOKED + 1]:
            resource, *companions = [world.resources[number] for number in numbers]
            if world.plan.mode is not Mode.MUTUAL:
                companions = []
            with undone():
                assert book_as_customer(world, resource, start, end, companions).pk


@few
@given(plans(mode=Mode.EXCLUSIVE, request_constraints=[]), st.data())
def test_what_is_not_on_offer_is_explained_and_refused(plan, data):
    with a_world(plan) as world:
        found = {(start, number) for start, _end, numbers in offered(world) for number in numbers}
        query = asking(world)
        for start, number in data.draw(st.lists(near_offers(world, found), max_size=12, unique=True)):
            resource, end = world.resources[number], start + world.places[number].length
            if world.asked.start <= start and end <= world.asked.end:
                time = judged(query, resource, moment(start), moment(end), world.now)
                assert time.offered == ((start, number) in found)
                for door in DOORS:
                    with undone():
                        assert is_refused(door, world, resource, start, end) != ((start, number) in found)


def near_offers(world: World, found: set[tuple[int, int]]) -> st.SearchStrategy[tuple[int, int]]:
    """Any minute of the search for any resource, often one beside an offer."""
    anywhere = st.tuples(
        st.integers(world.asked.start, world.asked.end - 1), st.integers(0, len(world.resources) - 1)
    )
    if not found:
        return anywhere
    step = world.asked.step or max(filter(None, (place.length for place in world.places)), default=1)
    away = st.sampled_from([-1, 0, 0, 1, 15]) | st.integers(-4, 4).map(lambda steps: steps * step)
    beside = st.tuples(st.sampled_from(sorted(found)), away)
    return anywhere | beside.map(lambda drawn: (drawn[0][0] + drawn[1], drawn[0][1]))


def is_refused(door: Any, world: World, resource: Resource, start: int, end: int) -> bool:
    try:
        door(world, resource, start, end)
    except BookingError:
        return True
    return False


def book_as_customer(world: World, resource: Resource, start: int, end: int, companions=()) -> Any:
    return _book(Actor.customer(), world, resource, start, end, companions)


def book_by_widget(world: World, resource: Resource, start: int, end: int) -> Any:
    return _book(WIDGET, world, resource, start, end)


def hold_as_customer(world: World, resource: Resource, start: int, end: int) -> Any:
    wanted = Reservation(
        resource=resource, project=world.project, start=moment(start), end=moment(end), visitor="one"
    )
    buffers = terms_of(world.project)[0].buffers
    return reserve(wanted, hold=minutes(5), by=Actor.customer(), buffers=buffers, now=world.now)


DOORS = [book_as_customer, book_by_widget, hold_as_customer]


def _book(by: Actor, world: World, resource: Resource, start: int, end: int, companions=()) -> Any:
    asked = world.asked
    draft = a_draft(
        resource,
        moment(start),
        minutes(end - start),
        project=world.project,
        buffer_before=minutes(asked.before),
        buffer_after=minutes(asked.after),
        ignore_all_day_events=world.plan.ignore_all_day_events,
    )
    return book(draft, graph="instant", by=by, customer=marty(), companions=companions, now=world.now)
