"""Why a time is offered or not: exactly the rule that forbids it, the object that decides, and never another
answer than the search.
"""

from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability.explain import broken_rules, explain_offering
from bookings.availability.offering import offering_with
from bookings.availability.permits import Code
from bookings.availability.query import Query
from bookings.availability.rules import parse_constraints
from bookings.availability.search import search
from bookings.availability.verdicts import Source
from bookings.errors import CapReached, OutsideHours, WindowClosed
from bookings.lifecycle import add_event
from bookings.models import (
    Booking,
    DatedHours,
    Event,
    Location,
    Project,
    Reservation,
    Resource,
    Site,
    WeeklyHours,
)
from tests.availability.judging import judged
from tests.situations import HOUR, a_booking, a_hold, a_location, a_project, a_resource, at

pytestmark = pytest.mark.django_db

MINUTES = timedelta(minutes=1)
LONG_AGO = datetime(2033, 1, 1, tzinfo=UTC)


def nine_to_five(**owner) -> None:
    for weekday in range(7):
        WeeklyHours.objects.create(weekday=weekday, opens=time(9), closes=time(17), **owner)


def query(resource, **fields) -> Query:
    return Query(resources=(resource,), start=at(0), end=at(0, days=1), **fields)


def why_not(resource, start, *, now=LONG_AGO, length=HOUR, **fields) -> dict[Code, tuple[Source, ...]]:
    verdicts = judged(query(resource, **fields), resource, start, start + length, now).verdicts
    return {verdict.code: verdict.sources for verdict in verdicts if not verdict.passed}


def test_a_free_time_is_passed_by_every_rule():
    room = a_resource()
    nine_to_five(resource=room)
    assert why_not(room, at(10)) == {}


class TestExactlyOneRuleForbids:
    def test_hours_of_the_resource(self):
        room = a_resource()
        nine_to_five(resource=room)
        assert why_not(room, at(16, 30)) == {Code.HOURS: (Source(model=Resource, pk=room.pk),)}

    def test_hours_of_its_location(self):
        location = a_location()
        room = a_resource(location=location)
        nine_to_five(location=location)
        assert why_not(room, at(8)) == {Code.HOURS: (Source(model=Location, pk=location.pk),)}

    def test_christmas_of_the_site(self):
        room, site = a_resource(), Site.current()
        nine_to_five(resource=room)
        DatedHours.objects.create(
            site=site, first=date(2033, 3, 14), last=date(2033, 3, 15), note="Christmas"
        )
        assert why_not(room, at(10)) == {Code.HOURS: (Source(model=Site, pk=1, note="Christmas"),)}

    def test_the_day_that_is_closed_decides_where_a_slot_passes_midnight(self):
        room, site = a_resource(), Site.current()
        for weekday in range(7):
            WeeklyHours.objects.create(weekday=weekday, opens=time(0), closes=time(0), resource=room)
        DatedHours.objects.create(
            site=site, first=date(2033, 3, 15), last=date(2033, 3, 15), note="Christmas"
        )
        christmas = {Code.HOURS: (Source(model=Site, pk=1, note="Christmas"),)}
        assert why_not(room, at(23, 30)) == christmas

    def test_hours_past_midnight_are_decided_by_the_day_on_which_they_would_begin(self):
        room, site = a_resource(), Site.current()
        for weekday in range(7):
            WeeklyHours.objects.create(weekday=weekday, opens=time(20), closes=time(2), resource=room)
        DatedHours.objects.create(
            site=site, first=date(2033, 3, 14), last=date(2033, 3, 14), note="Christmas"
        )
        christmas = {Code.HOURS: (Source(model=Site, pk=1, note="Christmas"),)}
        own = {Code.HOURS: (Source(model=Resource, pk=room.pk),)}
        assert why_not(room, at(0, 30, days=1)) == christmas
        assert why_not(room, at(2, 30, days=1)) == own
        assert why_not(room, at(0)) == {}

    def test_hours_of_the_project(self):
        room = a_resource()
        project = a_project(room)
        nine_to_five(project=project)
        assert why_not(room, at(8), project=project) == {
            Code.PROJECT_HOURS: (Source(model=Project, pk=project.pk),)
        }

    def test_constraints_of_resource_project_and_request(self):
        monday = [{"block_day": {"day": "Monday"}}]
        room = a_resource(availability_constraints=monday)
        assert why_not(room, at(8)) == {Code.RESOURCE_CONSTRAINTS: (Source(model=Resource, pk=room.pk),)}
        room = a_resource()
        project = a_project(room, availability_constraints=monday)
        source = Source(model=Project, pk=project.pk)
        assert why_not(room, at(8), project=project) == {Code.PROJECT_CONSTRAINTS: (source,)}
        for name in ("constraints", "narrowing"):
            assert why_not(room, at(8), **{name: parse_constraints(monday)}) == {Code.REQUEST_CONSTRAINTS: ()}

    def test_constraints_that_cannot_be_read_permit_nothing(self):
        room = a_resource(availability_constraints=[{"allow_everything": {}}])
        assert list(why_not(room, at(8))) == [Code.RESOURCE_CONSTRAINTS]
        assert search(query(room), LONG_AGO) == []
        room = a_resource()
        project = a_project(room, availability={"constraints": [{"allow_day": {"day": "Someday"}}]})
        assert list(why_not(room, at(8), project=project)) == [Code.PROJECT_CONSTRAINTS]

    def test_the_past_notice_and_horizon(self):
        room = a_resource()
        assert list(why_not(room, at(8), now=at(8, 1), notice=HOUR)) == [Code.PAST]
        assert list(why_not(room, at(8), now=at(7, 30), notice=HOUR)) == [Code.NOTICE]
        assert list(why_not(room, at(8), now=at(5), horizon=2 * HOUR)) == [Code.HORIZON]

    def test_the_daily_cap(self):
        room = a_resource(daily_cap=1)
        a_booking(room, at(12))
        assert why_not(room, at(8)) == {Code.DAILY_CAP: (Source(model=Resource, pk=room.pk),)}

    def test_length_and_grid(self):
        room = a_resource()
        assert list(why_not(room, at(8), length=2 * HOUR)) == [Code.LENGTH]
        assert list(why_not(room, at(8, 10), step=15 * MINUTES)) == [Code.GRID]

    def test_taken_time_names_who_takes_it(self):
        room = a_resource()
        booking = a_booking(room, at(8))
        hold = a_hold(room, at(9))
        event = add_event(Event(calendar=room.calendars.get(), start=at(9, 30), end=at(11)))
        assert why_not(room, at(8)) == {Code.BUSY: (Source(model=Booking, pk=booking.pk),)}
        assert why_not(room, at(9)) == {
            Code.BUSY: (Source(model=Reservation, pk=hold.pk), Source(model=Event, pk=event.pk))
        }
        assert why_not(room, at(8), ignoring=frozenset({booking.pk})) == {}

    def test_only_what_is_in_the_way_is_named(self):
        room = a_resource()
        before = a_booking(room, at(7), HOUR / 2)
        after = a_booking(room, at(9, 30), HOUR / 2)

        def named(**buffers):
            found = why_not(room, at(8), **buffers).get(Code.BUSY, ())
            return {source.pk for source in found}

        assert named(buffer_before=HOUR) == {before.pk}
        assert named(buffer_after=HOUR) == {after.pk}
        assert named(buffer=HOUR) == {before.pk, after.pk}
        assert named(buffer_before=HOUR / 2, buffer_after=HOUR / 2) == set()

    def test_a_buffer_that_is_too_short(self):
        room = a_resource()
        a_booking(room, at(8))
        assert list(why_not(room, at(9), buffer=15 * MINUTES)) == [Code.BUSY]


def test_every_verdict_is_a_sentence():
    room = a_resource(daily_cap=3)
    project = a_project(
        room, booking={"settings": {"min_booking_time": "1 hour", "max_booking_time": "90 days"}}
    )
    offering = offering_with(project, project.options.get(), room.pk)
    (time,) = explain_offering(offering, at(8), None, at(2)).times
    verdicts = time.verdicts
    assert (time.end, [verdict.code for verdict in verdicts]) == (
        at(9),
        [
            Code.PAST,
            Code.NOTICE,
            Code.HORIZON,
            Code.DAILY_CAP,
            Code.LENGTH,
            Code.GRID,
            Code.BUSY,
        ],
    )
    assert time.offered
    assert all(verdict.sentence.endswith(".") for verdict in verdicts)
    assert Source(model=Resource, pk=room.pk).admin_url_name == "admin:bookings_resource_change"


class TestBrokenRules:
    def test_a_customer_may_take_what_is_offered(self):
        room = a_resource()
        nine_to_five(resource=room)
        assert broken_rules(project=None, resource=room, start=at(10), end=at(11), now=LONG_AGO) == []

    def test_each_broken_rule_is_named_with_its_error(self):
        room = a_resource(daily_cap=1)
        project = a_project(room, booking={"settings": {"min_booking_time": "1 day"}})
        nine_to_five(resource=room)
        a_booking(room, at(10))
        broken = broken_rules(project=project, resource=room, start=at(16), end=at(18), now=at(8))
        assert [verdict.code for verdict in broken] == [Code.NOTICE, Code.HOURS, Code.DAILY_CAP]
        assert [type(verdict.error()) for verdict in broken] == [WindowClosed, OutsideHours, CapReached]

    def test_taken_time_is_left_to_the_claim(self):
        room = a_resource()
        a_booking(room, at(10))
        assert broken_rules(project=None, resource=room, start=at(10), end=at(11), now=LONG_AGO) == []

    def test_companions_are_bound_by_their_own_rules(self):
        room, helper = a_resource(), a_resource()
        nine_to_five(resource=helper)
        broken = broken_rules(
            project=None, resource=room, companions=[helper], start=at(8), end=at(9), now=LONG_AGO
        )
        assert [verdict.sources for verdict in broken] == [(Source(model=Resource, pk=helper.pk),)]

    def test_the_hold_that_becomes_the_booking_does_not_count_against_the_cap(self):
        room = a_resource(daily_cap=1)
        hold = a_hold(room, at(10))
        asked = {"project": None, "resource": room, "start": at(10), "end": at(11), "now": LONG_AGO}
        assert [verdict.code for verdict in broken_rules(**asked)] == [Code.DAILY_CAP]
        assert broken_rules(**asked, ignoring=[hold.pk]) == []

    def test_it_costs_a_query_and_one_more_for_a_cap(self, django_assert_num_queries):
        room = a_resource()
        project = a_project(room)
        with django_assert_num_queries(1):
            broken_rules(project=project, resource=room, start=at(10), end=at(11), now=LONG_AGO)
        room.daily_cap = 5
        with django_assert_num_queries(2):
            broken_rules(project=project, resource=room, start=at(10), end=at(11), now=LONG_AGO)


KEYS = ("allow_weekdays", "block_weekends", "allow_hours", "block_hours", "allow_day", "block_day_and_time")
ARGUMENTS = {
    "allow_hours": {"start": 8, "end": "18:30"},
    "block_hours": {"start": 12, "end": 13},
    "allow_day": {"day": "Tuesday"},
    "block_day_and_time": {"day": "Monday", "start": 9, "end": 11},
}
constraints = st.lists(st.sampled_from(KEYS), max_size=2).map(
    lambda keys: [{key: ARGUMENTS.get(key, {})} for key in keys]
)
minutes = st.integers(0, 24).map(lambda number: number * 5 * MINUTES)
plans = st.fixed_dictionaries(
    {
        "resource": constraints,
        "project": constraints,
        "cap": st.none() | st.integers(0, 3),
        "zone": st.sampled_from(["UTC", "America/New_York", "Asia/Kolkata"]),
        "open": st.booleans(),
        "busy": st.lists(st.tuples(st.integers(0, 47), minutes, minutes), max_size=4),
        "now": st.integers(-24, 30),
    }
)
askings = st.fixed_dictionaries(
    {
        "length": st.sampled_from([30, 45, 60, 90]).map(lambda number: number * MINUTES),
        "step": st.none() | st.sampled_from([15, 30]).map(lambda number: number * MINUTES),
        "buffer": minutes,
        "buffer_before": minutes,
        "buffer_after": minutes,
        "full_hours": st.booleans(),
        "notice": minutes,
        "horizon": st.none() | st.integers(10, 60).map(lambda number: number * HOUR),
    }
)


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(plans, askings)
def test_what_is_explained_as_free_is_what_is_offered(plan, asking):
    room = a_resource(timezone=plan["zone"], daily_cap=plan["cap"], availability_constraints=plan["resource"])
    project = a_project(room, availability_constraints=plan["project"])
    if plan["open"]:
        nine_to_five(resource=room)
    for start, before, after in plan["busy"]:
        a_booking(
            room,
            at(0) + start * HOUR / 2,
            allow_double_bookings=True,
            buffer_before=before,
            buffer_after=after,
        )
    asked = replace(query(room, project=project, **asking), end=at(0, days=2))
    now = at(0) + plan["now"] * HOUR
    offered = {(slot.start, slot.end) for slot in search(asked, now)}
    for number in range(0, 48 * 4, 3):
        start = at(0) + number * 15 * MINUTES
        end = start + asking["length"]
        if end <= asked.end:
            assert judged(asked, room, start, end, now).offered == ((start, end) in offered)
