"""The first free slot of many searches at once is the first that each search by itself would find."""

from datetime import time, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.availability.asked import read_query
from bookings.availability.search import search
from bookings.availability.soonest import soonest
from bookings.models import WeeklyHours
from tests.situations import HOUR, a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
NOW = at(8)
WINDOW = {"from": NOW, "to": NOW + timedelta(days=7)}
LAYERS = [
    {},
    {"buffer": "30 minutes"},
    {"buffer_before": "45 minutes", "buffer_after": "15 minutes"},
    {"mode": "mutual"},
    {"timeslot_increments": "15 minutes", "buffer": "20 minutes"},
]


def query(project):
    return read_query(WINDOW | {"length": "1 hour"}, now=NOW, project=project)


@pytest.fixture
def projects():
    """Projects of two busy resources that keep different distances; one of them has hours of its own."""
    one, other = a_resource(), a_resource(timezone="Asia/Kolkata", daily_cap=4)
    made = [a_project(one, other, availability=layer) for layer in LAYERS]
    WeeklyHours.objects.create(project=made[0], weekday=0, opens=time(10), closes=time(18))
    for hour in (8, 10, 13):
        a_booking(one, at(hour), project=made[2], buffer_after=timedelta(minutes=15))
        a_booking(other, at(hour, 30), HOUR / 2, project=made[1], buffer_after=timedelta(minutes=30))
    return made


def test_it_is_what_each_search_finds_first(projects):
    queries = [query(project) for project in projects]
    assert soonest(queries, NOW) == [search(one, NOW)[0].start for one in queries]
    assert len(set(soonest(queries, NOW))) > 1


def test_a_search_without_a_free_slot_finds_none(projects):
    for weekday in range(7):
        WeeklyHours.objects.create(project=projects[3], weekday=weekday, opens=time(9), closes=time(9, 30))
    found = soonest([query(project) for project in projects], NOW)
    assert [start is None for start in found] == [False, False, False, True, False]
    assert soonest([], NOW) == []


def test_the_number_of_queries_does_not_grow_with_the_searches(projects):
    few, many = [query(projects[0])], [query(project) for project in projects]
    counts = []
    for queries in (few, many):
        with CaptureQueriesContext(connection) as seen:
            soonest(queries, NOW)
        counts.append(len(seen))
    assert counts == [3, 3]
