"""Computed opening hours are kept in each process, and every change of a row is seen by the very next search."""

import os
import subprocess
import sys
from contextlib import contextmanager
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path

import pytest

from bookings.availability import permits
from bookings.availability.kept_hours import KeptHours
from bookings.availability.query import Query
from bookings.availability.search import search
from bookings.models import DatedHours, Project, Resource, Site, WeeklyHours
from tests.situations import a_location, a_project, a_resource

ROOT = Path(__file__).parents[2]
NOW = datetime(2033, 1, 1, tzinfo=UTC)
MONDAY = datetime(2033, 3, 14, tzinfo=UTC)


def opened(resource: str, project: str) -> str:
    """What is open in the week, by rows read now."""
    found = search(
        Query(
            resources=(Resource.objects.get(pk=resource),),
            project=Project.objects.get(pk=project),
            start=MONDAY,
            end=MONDAY + timedelta(days=7),
            length=None,
        ),
        NOW,
    )
    return ", ".join(f"{slot.start:%a %H:%M}-{slot.end:%a %H:%M}" for slot in found)


def opened_anew(*ids: str) -> str:
    """The same with nothing kept."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(permits, "KEPT_HOURS", KeptHours(most=0))
        return opened(*ids)


@contextmanager
def another_process(database_url: str):
    """What asks a process that goes on for as long as the block."""
    own = {"TEST_DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.availability.asked_elsewhere"]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(command, cwd=ROOT, env=os.environ | own, text=True, **pipes) as process:

        def ask(*ids: str) -> str:
            print(*ids, file=process.stdin, flush=True)
            return process.stdout.readline().strip()

        yield ask
        process.stdin.close()


def week(opens: int, closes: int, **owner) -> None:
    WeeklyHours.objects.bulk_create(
        WeeklyHours(weekday=weekday, opens=time(opens), closes=time(closes), **owner) for weekday in range(7)
    )


def on(day: int, opens: int | None = None, closes: int | None = None, **owner) -> None:
    times = {"opens": opens and time(opens), "closes": closes and time(closes)}
    DatedHours.objects.create(first=date(2033, 3, day), last=date(2033, 3, day), **times, **owner)


def changes(resource, location, project):
    """One of each kind of row that opening hours are computed from, made, changed and deleted."""
    site = Site.current()
    rows, of_project = Resource.objects.filter(pk=resource.pk), Project.objects.filter(pk=project.pk)
    weekly, dated = (model.objects.filter(resource=resource) for model in (WeeklyHours, DatedHours))
    return {
        "the site's week": lambda: week(8, 20, site=site),
        "the location's week": lambda: week(9, 19, location=location),
        "the resource's week": lambda: week(10, 18, resource=resource),
        "another opening": lambda: weekly.update(opens=time(11)),
        "the site's date": lambda: on(14, site=site),
        "the location's date": lambda: on(14, 12, 13, location=location),
        "the resource's date": lambda: on(14, 14, 15, resource=resource),
        "another closing of the date": lambda: dated.update(closes=time(16)),
        "the project's week": lambda: week(10, 17, project=project),
        "the project's date": lambda: on(15, project=project),
        "the zone": lambda: rows.update(timezone="Europe/Berlin"),
        "the resource's constraints": lambda: rows.update(
            availability_constraints=[{"block_day": {"day": "Wednesday"}}]
        ),
        "the project's constraints": lambda: of_project.update(
            availability_constraints=[{"block_day": {"day": "Thursday"}}]
        ),
        "the project's settings": lambda: of_project.update(
            availability={"constraints": [{"block_day": {"day": "Friday"}}]}
        ),
        "no week of the resource": weekly.delete,
        "no date of the resource": dated.delete,
        "no location": lambda: rows.update(location=None),
    }


@pytest.mark.django_db(transaction=True)
def test_every_change_is_seen_by_the_very_next_search_of_two_processes(database_url):
    location = a_location()
    resource = a_resource(location=location)
    project = a_project(resource)
    ids = str(resource.pk), str(project.pk)
    with another_process(database_url) as ask:
        before = opened(*ids)
        assert ask(*ids) == before
        for name, change in changes(resource, location, project).items():
            change()
            now = opened(*ids)
            assert now != before, name
            assert now == opened_anew(*ids) == ask(*ids), name
            before = now


def test_the_same_is_computed_once():
    kept, computed = KeptHours(most=100), []
    for _time in range(2):
        assert kept.get("rows", lambda: computed.append(1) or [(0, 1)]) == [(0, 1)]
    assert computed == [1]


def test_what_is_kept_stays_below_its_bound_and_the_oldest_leaves():
    kept = KeptHours(most=50)
    for rows in range(10):
        kept.get("first", lambda: [(0, 1)])
        kept.get(rows, lambda: [(0, 1)] * 5)
        assert kept.size <= 50
    assert kept.get("first", list) == [(0, 1)]
    assert kept.get(0, list) == []


def test_what_is_larger_than_the_bound_is_answered_and_not_kept():
    kept = KeptHours(most=50)
    assert len(kept.get("rows", lambda: [(0, 1)] * 90)) == 90
    assert kept.size == 0
