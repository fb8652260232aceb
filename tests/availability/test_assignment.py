"""Who gets a booking for anyone, in a project that shares fairly."""

import re
from dataclasses import replace
from datetime import UTC, timedelta

import pytest
from django.db import connection
from django.db.models import F
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from bookings.availability.asked import read_query
from bookings.availability.assignment import LOOK_BACK, assign
from bookings.availability.free_times import takers
from bookings.availability.offering import Catalogue
from bookings.availability.search import count, search
from bookings.lifecycle import act, add_event
from bookings.models import Booking, Event, Occupancy
from tests.admin.test_bookings_list import assert_by_index
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_session,
    aged,
    at,
    copies,
    own_terms,
)

pytestmark = pytest.mark.django_db
LONG_AGO = at(0, days=-30)


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def ben():
    return a_resource(name="Ben")


@pytest.fixture
def project(anna, ben):
    return a_project(anna, ben, availability={"mode": "balanced"})


def offering(project):
    return Catalogue.of(project).offerings[0]


def order(project, start=None, **more):
    return [one.resource.name for one in assign(offering(project), start or at(14), **more).offers]


def share(project, resource, weight):
    project.links.filter(resource=resource).update(weight=weight)


def test_whoever_has_the_fewest_minutes_that_day_comes_first(project, anna, ben):
    a_booking(anna, at(9), 2 * HOUR)
    a_booking(ben, at(9), HOUR)
    assert order(project) == ["Ben", "Anna"]
    a_booking(ben, at(11), 2 * HOUR)
    assert order(project) == ["Anna", "Ben"]


def test_of_as_few_minutes_the_one_unbooked_for_longest_then_the_list(project, anna, ben):
    assert order(project) == ["Anna", "Ben"]
    a_booking(anna, at(9, days=-1))
    assert order(project) == ["Ben", "Anna"]
    a_booking(ben, at(10, days=-1))
    assert order(project) == ["Anna", "Ben"]


def test_what_lies_further_back_than_four_weeks_is_not_asked(project, anna):
    a_booking(anna, at(0) - LOOK_BACK - HOUR)
    assert order(project) == ["Anna", "Ben"]
    a_booking(anna, at(0) - LOOK_BACK)
    assert order(project) == ["Ben", "Anna"]


def test_minutes_are_divided_by_the_weight_in_the_project(project, anna, ben):
    share(project, anna, 2)
    a_booking(anna, at(8), timedelta(minutes=110))
    a_booking(ben, at(8), HOUR)
    assert order(project) == ["Anna", "Ben"]
    a_booking(anna, at(10), timedelta(minutes=11))
    assert order(project) == ["Ben", "Anna"]
    other = a_project(anna, ben, availability={"mode": "balanced"})
    share(other, anna, 3)
    assert order(other) == ["Anna", "Ben"]


def test_the_day_is_that_of_each_resources_own_zone(project, anna, ben):
    """At 23:30 UTC it is Tuesday in Tokyo, where Ben is, and still Monday with Anna."""
    type(ben).objects.filter(pk=ben.pk).update(timezone="Asia/Tokyo")
    a_booking(anna, at(1, days=1))
    a_booking(ben, at(14))
    assert order(project, at(23, 30)) == ["Anna", "Ben"]
    a_booking(anna, at(9))
    assert order(project, at(23, 30)) == ["Ben", "Anna"]
    a_booking(ben, at(16))
    a_booking(ben, at(2, days=1))
    assert order(project, at(23, 30)) == ["Anna", "Ben"]


def test_a_cancelled_booking_does_not_count(project, anna):
    booking = a_booking(anna, at(9))
    assert order(project) == ["Ben", "Anna"]
    act(booking, "cancel", by=SERVER)
    assert order(project) == ["Anna", "Ben"]


def test_what_took_place_today_counts_though_it_takes_nothing_any_more(project, anna, ben):
    """It was completed early, and so gave its time back."""
    booking = a_booking(anna, at(9))
    act(booking, "complete", by=SERVER)
    assert not Occupancy.objects.filter(booking=booking).exists()
    assert order(project) == ["Anna", "Ben"], "ended before it began, like what is cancelled"
    Booking.objects.filter(pk=booking.pk).update(state_entered_at=F("start") + HOUR / 2)
    assert order(project) == ["Ben", "Anna"]
    assert order(project, at(9, days=1)) == ["Ben", "Anna"], "and it was booked last"
    Booking.objects.filter(pk=booking.pk).update(deleted_at=timezone.now())
    assert order(project) == ["Anna", "Ben"]


def test_holds_count_while_they_live_and_ones_own_does_not(project, anna):
    hold = a_hold(anna, at(9))
    assert order(project) == ["Ben", "Anna"]
    assert order(project, ignoring=[hold.pk]) == ["Anna", "Ben"]
    aged(hold)
    assert order(project) == ["Anna", "Ben"]


def test_a_session_counts_and_an_event_of_a_calendar_does_not(project, anna, ben):
    calendar = anna.calendars.get()
    add_event(Event(calendar=calendar, start=at(9), end=at(12)))
    assert Occupancy.objects.filter(resource=anna).exists()
    assert order(project) == ["Anna", "Ben"]
    session = a_session(anna, at(15), seats=3)
    assert order(project) == ["Ben", "Anna"]
    a_booking(ben, at(15), HOUR / 2)
    a_seat(session)
    assert order(project) == ["Ben", "Anna"], "its seats are no bookings of their own"


def test_only_the_bare_time_of_what_begins_that_day_counts(project, anna, ben):
    a_booking(anna, at(0), timedelta(minutes=50), buffer_before=HOUR)
    a_booking(ben, at(9), HOUR)
    assert order(project) == ["Anna", "Ben"], "its buffer begins the day before"
    a_booking(ben, at(23, days=-1), timedelta(minutes=50))
    a_booking(anna, at(3), timedelta(minutes=20))
    assert order(project) == ["Ben", "Anna"], "what began the day before is that day's"


def test_whoever_does_not_do_it_is_not_asked(project, anna, ben):
    own_terms(project, anna, offered=False)
    assert order(project) == ["Ben"]


def test_where_there_is_nothing_to_decide_nothing_is_asked(project, anna, ben):
    found = offering(project)
    with CaptureQueriesContext(connection) as asked:
        assert not assign(replace(found, only=found.offers[1]), at(14)).loads
    assert not asked.captured_queries
    for mode in ("roundrobin_random", "roundrobin_prioritized", "mutual", "exclusive"):
        project.availability = {"mode": mode}
        project.save()
        other = offering(project)
        with CaptureQueriesContext(connection) as asked:
            chosen = assign(other, at(14))
        assert (len(asked), chosen.loads) == (0, {})
        assert [one.resource for one in chosen.offers] == [anna, ben]


def test_it_is_one_query_however_many_they_are_and_along_indexes(project, ben):
    type(ben).objects.filter(pk=ben.pk).update(timezone="Asia/Tokyo")
    for position in range(2, 12):
        project.links.create(resource=a_resource(), position=position)
    many_booked(ben)
    found = offering(project)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("ANALYZE")
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as asked:
            assign(found, at(14))
        assert len(asked) == 1
        assert_by_index_of(cursor, asked.captured_queries[0]["sql"])


def many_booked(resource):
    """So much booked that a planner can tell a resource's few days from all that follow one graph or are no event's."""
    booking = a_booking(resource, at(9))
    made = Booking.objects.bulk_create(copies(booking, 2000, every=HOUR))
    pieces = copies(Occupancy.objects.get(booking=booking), 2000, every=HOUR, id=None)
    for piece, one in zip(pieces, made, strict=True):
        piece.booking_id = one.pk
    Occupancy.objects.bulk_create(pieces)


def assert_by_index_of(cursor, statement):
    """No table is read through, and the two that are big are read by resource and start."""
    if connection.vendor == "postgresql":
        assert_by_index(cursor, statement)
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(words for (words,) in cursor.fetchall())
        conditions = re.findall(r"Index Cond: (.*)", plan)
        assert sum("resource_id" in one and "start" in one for one in conditions) == 4, plan
    else:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        plan = [words for *_ids, words in cursor.fetchall()]
        assert not [words for words in plan if words.startswith("SCAN") and "CONSTANT" not in words], plan
        bounded = [words for words in plan if "resource_id=? AND start>? AND start<?" in words]
        assert len(bounded) == 4, plan


def found_with(project, start, end, **more):
    query = read_query({"from": start, "to": end, **more}, now=LONG_AGO, project=project)
    return {slot.start.astimezone(UTC): slot.resources[0].name for slot in search(query, LONG_AGO)}


def test_a_search_finds_whatever_anybody_has_and_names_whose_turn_it_is_that_day(project, anna, ben):
    a_booking(anna, at(9), 2 * HOUR)
    a_booking(ben, at(9), HOUR)
    a_booking(ben, at(13), HOUR / 2)
    a_booking(ben, at(9, days=1), 3 * HOUR)
    found = found_with(project, at(9), at(15, days=1), timeslot_increments="1 hour")
    today = {start.hour: name for start, name in found.items() if start < at(0, days=1)}
    tomorrow = {start.hour: name for start, name in found.items() if start >= at(0, days=1)}
    assert 9 not in today
    assert (today[10], today[12], today[13], today[14]) == ("Ben", "Ben", "Anna", "Ben")
    assert set(tomorrow.values()) == {"Anna"}
    every = {slot.start for slot in _exclusive(project, at(9), at(15, days=1))}
    assert set(found) == every


def _exclusive(project, start, end):
    asked = {"from": start, "to": end, "mode": "exclusive", "timeslot_increments": "1 hour"}
    return search(read_query(asked, now=LONG_AGO, project=project), LONG_AGO)


def test_a_search_names_whom_a_hold_of_that_time_would_come_to(project, anna, ben):
    share(project, ben, 2)
    type(ben).objects.filter(pk=ben.pk).update(timezone="Asia/Tokyo")
    for hour, who in ((1, anna), (3, ben), (5, ben), (18, anna), (27, ben), (31, ben), (50, anna)):
        a_booking(who, at(0) + hour * HOUR, HOUR)
    offered = offering(project)
    found = found_with(project, at(0), at(0, days=4))
    assert len(set(found.values())) == 2
    for start, name in found.items():
        free = takers(
            replace(offered, terms=replace(offered.terms, longest=HOUR)), start, start + HOUR, now=LONG_AGO
        )
        assert assign(offered, start, offers=free).offers[0].resource.name == name


def test_a_search_asks_two_queries_more_and_counting_none(project, django_assert_num_queries):
    query = read_query({"from": at(9), "to": at(15, days=7)}, now=LONG_AGO, project=project)
    with CaptureQueriesContext(connection) as asked:
        slots = search(query, LONG_AGO)
    with CaptureQueriesContext(connection) as in_order:
        search(replace(query, mode="roundrobin_prioritized"), LONG_AGO)
    assert len(asked) == len(in_order) + 2
    with django_assert_num_queries(len(in_order)):
        assert count(query, LONG_AGO) == len(slots)


class Shares(TestCase):
    """Ten bookings after each other, each to whoever's turn it is."""

    def booked(self, number, weights):
        people = [a_resource() for _weight in weights]
        project = a_project(*people, availability={"mode": "balanced"})
        for one, weight in zip(people, weights, strict=True):
            share(project, one, weight)
        had = dict.fromkeys((one.pk for one in people), 0)
        for turn in range(number):
            first = assign(offering(project), at(9)).offers[0].resource
            a_booking(first, at(0) + turn * HOUR / 2, HOUR / 2)
            had[first.pk] += 1
        return list(had.values())

    @settings(max_examples=8)
    @given(st.integers(1, 12), st.integers(2, 4))
    def test_of_equal_weights_nobody_has_a_length_more_than_another(self, number, people):
        had = self.booked(number, [1] * people)
        assert sum(had) == number
        assert max(had) - min(had) <= 1

    @settings(max_examples=8)
    @given(st.lists(st.integers(1, 3), min_size=2, max_size=3), st.integers(1, 3))
    def test_each_has_a_share_by_its_weight(self, weights, rounds):
        number = sum(weights) * rounds
        for count_of_one, weight in zip(self.booked(number, weights), weights, strict=True):
            assert count_of_one == weight * rounds
