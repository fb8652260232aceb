"""A time of several resources, explained: free where the search offers it, booked where it is free, and where it is
not, what would have to change does change it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bookings.availability.explain import NoLength, explain_offering, explain_time
from bookings.availability.explain_sessions import explain_sessions
from bookings.availability.modes import Mode
from bookings.availability.offering import Catalogue
from bookings.availability.permits import Code
from bookings.availability.query import Query
from bookings.availability.search import search
from bookings.availability.verdicts import Explanation, JudgedTime, Remedy
from bookings.errors import BookingError
from bookings.lifecycle import Actor, act, book
from bookings.models import Booking
from tests.availability.test_whole_path import asking, book_as_customer, is_refused, undone
from tests.availability.worlds import World, make, moment, plans
from tests.situations import (
    HOUR,
    a_booking,
    a_project,
    a_resource,
    a_seat,
    a_seat_hold,
    a_session,
    aged,
    at,
    marty,
    own_terms,
)

pytestmark = pytest.mark.django_db
few = settings(max_examples=20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
MINUTES = timedelta(minutes=1)
AS_CUSTOMER = Actor.customer()


@few
@given(plans(request_constraints=[]), st.sampled_from(list(Mode)), st.data())
def test_what_is_explained_as_free_is_what_is_offered_and_what_can_be_booked(plan, mode, data):
    with undone():
        world = make(plan)
        query = asking(world, mode=mode.value)
        offered = {slot.start for slot in search(query, world.now)}
        for start in data.draw(st.lists(near(world, offered), max_size=8, unique=True)):
            explained = explain_time(query, start, None, world.now)
            if world.asked.start * 60 <= start.timestamp() and latest_end(explained) <= world.asked.end * 60:
                assert explained.offered == (start in offered)
            if mode is world.plan.mode:
                assert explained.offered == can_be_booked(world, explained)


def near(world: World, offered: set[datetime]) -> st.SearchStrategy[datetime]:
    """Any minute around the search, often one near an offer."""
    anywhere = st.integers(world.asked.start, world.asked.end - 1).map(moment)
    if not offered:
        return anywhere
    beside = st.tuples(st.sampled_from(sorted(offered)), st.sampled_from([-15, -1, 0, 0, 0, 1, 30, 60]))
    return anywhere | beside.map(lambda drawn: drawn[0] + drawn[1] * MINUTES)


def latest_end(explained: Explanation) -> float:
    return max((one.end.timestamp() for one in explained.times if one.end), default=0)


def can_be_booked(world: World, explained: Explanation) -> bool:
    """Whether a customer books it with one of them, or with all where they are booked together."""
    if explained.needed:
        first, *others = explained.needed
        tries = [(first, [one.resource for one in others])]
    else:
        tries = [(one, []) for one in explained.times]
    return any(not is_refused_to(world, one, companions) for one, companions in tries)


def is_refused_to(world: World, one: JudgedTime, companions) -> bool:
    start, end = (int(each.timestamp()) // 60 for each in (one.start, one.end))
    door = lambda *asked: book_as_customer(*asked, companions)  # noqa: E731
    with undone():
        return is_refused(door, world, one.resource, start, end)


@few
@given(plans(mode=Mode.EXCLUSIVE), st.data())
def test_what_would_have_to_change_once_it_is_changed_passes_the_rule(plan, data):
    with undone():
        world = make(plan)
        query = asking(world)
        start = data.draw(near(world, {slot.start for slot in search(query, world.now)}))
        length = data.draw(st.none() | st.just(17 * MINUTES))
        for one in explain_time(query, start, start + length if length else None, world.now).times:
            for verdict in one.broken:
                for changed in changes(one, verdict.remedy):
                    assert code_passes(query, changed, verdict.code, world.now), (verdict, changed)


def changes(one: JudgedTime, remedy: Remedy | None) -> list[JudgedTime]:
    """The same as the remedy has it, each way."""
    if remedy is None:
        return []
    length = one.end - one.start
    starts = [*remedy.starts, remedy.starts_from, remedy.starts_until, *(low for low, _high in remedy.within)]
    starts += [high - length for _low, high in remedy.within]
    moved = [replace(one, start=start, end=start + length) for start in starts if start]
    return moved + [replace(one, end=end) for end in remedy.ends]


def code_passes(query: Query, one: JudgedTime, code: Code, now: datetime) -> bool:
    alone = replace(query, resources=(one.resource,))
    (time,) = explain_time(alone, one.start, one.end, now).times
    return code not in [verdict.code for verdict in time.broken]


def explained(project, start, now, end=None, **more) -> Explanation:
    catalogue = Catalogue.of(project)
    return explain_offering(catalogue.offering(catalogue.first), start, end, now, **more)


class TestTogether:
    def test_all_have_to_be_free_and_each_says_why_it_is_not(self):
        room, doctor = a_resource(), a_resource()
        project = a_project(room, doctor, availability={"mode": "mutual"})
        a_booking(doctor, at(10))
        told = explained(project, at(10), at(0))
        assert [one.offered for one in told.times] == [True, False]
        assert (told.offered, told.decides) == (False, [Code.BUSY])
        assert explained(project, at(11), at(0)).offered

    def test_it_takes_as_long_as_the_one_that_takes_longest(self):
        room, doctor = a_resource(), a_resource()
        project = a_project(room, doctor, availability={"mode": "mutual"})
        own_terms(project, doctor, length=90 * MINUTES)
        told = explained(project, at(9), at(0))
        assert {one.end for one in told.times} == {at(10, 30)}
        assert told.offered
        assert explained(project, at(9), at(0), at(10)).decides == [Code.LENGTH]


class TestAnyone:
    def test_one_who_is_free_is_enough_and_the_nearest_decides(self):
        one, other = a_resource(), a_resource()
        project = a_project(one, other)
        a_booking(one, at(10))
        assert explained(project, at(10), at(0)).offered
        a_booking(other, at(10))
        told = explained(project, at(10, 7), at(0))
        assert told.decides == [Code.GRID, Code.BUSY]

    def test_who_does_not_do_the_option_is_told_who_does(self):
        one, other = a_resource(), a_resource()
        project = a_project(one, other)
        own_terms(project, other, offered=False)
        told = explained(project, at(10), at(0), undone=[other])
        assert [verdict.code for verdict in told.times[1].broken] == [Code.OPTION]
        assert told.times[1].broken[0].remedy == Remedy(resources=(one.pk,))

    def test_an_end_that_the_customer_may_choose_is_no_wrong_length(self):
        project = a_project(
            a_resource(), availability={"customer_chooses_end": True, "max_length": "3 hours"}
        )
        assert explained(project, at(10), at(0), at(12)).offered
        assert explained(project, at(10), at(0), at(12, 30)).decides == [Code.LENGTH]
        assert explained(project, at(10), at(0), at(14)).decides == [Code.LENGTH]

    def test_it_takes_as_many_queries_for_twenty_as_for_one(self, django_assert_num_queries):
        few, many = a_project(a_resource()), a_project(*[a_resource(daily_cap=9) for _each in range(20)])
        for project, most in ((few, 5), (many, 6)):
            for resource in project.resources.all():
                a_booking(resource, at(10))
            catalogue = Catalogue.of(project)
            offering = catalogue.offering(catalogue.first)
            with django_assert_num_queries(most - 2):
                assert not explain_offering(offering, at(10), None, at(0)).offered


def test_natural_length_needs_an_end():
    room = a_resource()
    query = Query(resources=(room,), start=at(0), end=at(0, days=1), length=None)
    with pytest.raises(NoLength):
        explain_time(query, at(9), None, at(0))
    assert explain_time(query, at(9), at(9, 40), at(0)).offered


class TestSessions:
    @pytest.fixture
    def yoga(self):
        return a_project(a_resource(), graph="group_customer")

    def session(self, project, start, **fields) -> Booking:
        return a_session(project.resources.get(), start, project=project, **({"seats": 1} | fields))

    def told(self, project, start, now=None) -> tuple[bool, list[Code]]:
        found = explain_sessions(project, start, now or at(0, days=-1))
        return found.offered, found.decides

    def test_a_time_at_which_none_begins_leads_to_those_that_do(self, yoga):
        for hour in (8, 10, 17):
            self.session(yoga, at(hour))
        found = explain_sessions(yoga, at(9), at(0))
        assert (found.offered, found.decides) == (False, [Code.SESSION])
        (time,) = found.times
        assert time.broken[0].remedy == Remedy(starts=(at(8), at(10)))
        assert self.told(yoga, at(10)) == (True, [])

    def test_a_full_one_leads_to_one_with_a_seat_left(self, yoga):
        full, other = self.session(yoga, at(9)), self.session(yoga, at(11))
        a_seat(full)
        found = explain_sessions(yoga, at(9), at(0))
        assert found.decides == [Code.SEATS]
        assert found.times[0].broken[0].remedy == Remedy(starts=(other.start,))

    def test_a_seat_is_explained_as_free_just_when_it_can_be_booked(self, yoga):
        now = at(0)
        full = self.session(yoga, at(9))
        seat = a_seat(full)
        held, lapsed = self.session(yoga, at(10)), self.session(yoga, at(11))
        a_seat_hold(held)
        aged(a_seat_hold(lapsed))
        self.session(yoga, at(12), min_booking_time=timedelta(hours=13))
        self.session(yoga, at(13), max_booking_time=HOUR)
        self.session(yoga, at(14), min_booking_time=HOUR, max_booking_time=timedelta(days=1))
        act(self.session(yoga, at(15)), "cancel", by=Actor("staff", "1"))
        self.session(yoga, at(9, days=-1))
        expected = {9: False, 10: False, 11: True, 12: False, 13: False, 14: True, 15: False, 16: False}
        for hour, free in expected.items():
            assert self.told(yoga, at(hour), now)[0] == free == self.takes(yoga, at(hour), now), hour
        assert self.told(yoga, at(9, days=-1), now) == (False, [Code.PAST])
        act(seat, "cancel_by_owner", by=Actor("staff", "1"))
        assert self.told(yoga, at(9), now)[0]

    def takes(self, project, start, now) -> bool:
        session = Booking.objects.sessions().filter(project=project, start=start).first()
        if session is None:
            return False
        with undone():
            try:
                draft = Booking(session=session, project=project)
                book(draft, graph="group_customer", by=AS_CUSTOMER, customer=marty(), now=now)
            except BookingError:
                return False
            return True
