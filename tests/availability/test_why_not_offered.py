"""Why nothing of a project can be booked, whatever the day; and nothing is said of one that can."""

from datetime import date, time, timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.utils import timezone

from bookings.availability.why_not_offered import (
    ALL_RETIRED,
    DELETED,
    NO_COMMON_HOURS,
    NO_GRAPH,
    NO_RESOURCE,
    reasons_of,
    why_not_offered,
)
from bookings.models import Site
from tests.situations import a_location, a_project, a_resource

pytestmark = pytest.mark.django_db


def open_on(row: Any, weekday: int, opens: int, closes: int) -> None:
    row.weeklyhours.create(weekday=weekday, opens=time(opens), closes=time(closes))


def test_a_project_with_a_resource_that_is_always_open_can_be_booked():
    assert why_not_offered(a_project(a_resource())) == []


def test_a_project_without_a_resource_cannot():
    assert why_not_offered(a_project()) == [NO_RESOURCE]


def test_a_project_of_retired_resources_cannot_and_one_that_is_left_is_enough():
    gone = a_resource(deleted_at=timezone.now())
    assert why_not_offered(a_project(gone)) == [ALL_RETIRED]
    assert why_not_offered(a_project(gone, a_resource())) == []


def test_all_reasons_are_told_at_once():
    project = a_project(booking={"graph": "no_such_graph"}, deleted_at=timezone.now())
    assert why_not_offered(project) == [DELETED, NO_RESOURCE, NO_GRAPH]


@pytest.mark.parametrize("owner", ["resource", "location", "site"])
def test_hours_that_never_meet_are_a_reason_whoever_keeps_those_of_the_resource(owner):
    place = a_location()
    resource = a_resource(location=place)
    project = a_project(resource)
    open_on({"resource": resource, "location": place, "site": Site.current()}[owner], 0, 9, 17)
    open_on(project, 1, 9, 17)
    assert why_not_offered(project) == [NO_COMMON_HOURS]
    open_on(project, 0, 16, 18)
    assert why_not_offered(project) == []


def test_hours_past_midnight_meet_on_the_next_day_and_over_the_end_of_the_week():
    resource = a_resource()
    open_on(resource, 6, 20, 2)
    project = a_project(resource)
    open_on(project, 0, 1, 3)
    assert why_not_offered(project) == []


def test_an_exception_to_come_may_open_a_day():
    resource = a_resource()
    open_on(resource, 0, 9, 17)
    project = a_project(resource)
    open_on(project, 1, 9, 17)
    day = timezone.now().date() + timedelta(days=9)
    exception = resource.datedhours.create(first=day, last=day, opens=time(9), closes=time(17))
    assert why_not_offered(project) == []
    exception.first = exception.last = date(2020, 1, 1)
    exception.save()
    assert why_not_offered(project) == [NO_COMMON_HOURS]


def test_a_project_of_sessions_is_not_asked_for_hours():
    resource = a_resource()
    open_on(resource, 0, 9, 17)
    project = a_project(resource, graph="group_customer")
    open_on(project, 1, 9, 17)
    assert why_not_offered(project) == []


def test_many_projects_are_asked_about_by_as_many_queries_as_one(django_assert_num_queries):
    projects = [a_project(a_resource(), a_resource()) for _each in range(9)]
    with django_assert_num_queries(5):
        assert not any(reasons_of(projects).values())


def test_the_doctor_names_each_project_that_nobody_can_book_with_the_desks_reason():
    a_project(slug="empty")
    a_project(a_resource(deleted_at=timezone.now()), slug="retired")
    a_project(a_resource(), slug="open")
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", stdout=told)
    assert f"WRONG Project empty: nobody can book it. {NO_RESOURCE}" in told.getvalue()
    assert f"WRONG Project retired: nobody can book it. {ALL_RETIRED}" in told.getvalue()
    assert "Project open" not in told.getvalue()
