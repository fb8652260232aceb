"""When each of many projects is next free, for a list of them: a look at the next days, in a few queries for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from bookings import limits, times
from bookings.availability.offering import usual_length
from bookings.availability.parameters import ParametersError, merged_parameters, parse_parameters
from bookings.availability.query import Query
from bookings.availability.sessions import coming_sessions
from bookings.availability.soonest import soonest
from bookings.models import Project, Resource
from bookings.views.home.listed_projects import ListedProject

SOON = timedelta(days=7)
SESSIONS_SOON = timedelta(days=28)


@dataclass(frozen=True, kw_only=True)
class NextTime:
    """When a project is next free: the start of a slot, or of a session with a seat left."""

    start: datetime
    session: UUID | None = None


def next_times(
    listed: Sequence[ListedProject], chosen: Resource | None, now: datetime
) -> dict[UUID, NextTime]:
    """By project, when the next free time starts; without those that have none in the next days.

    ``chosen`` leaves out all other resources.
    """
    with_seats = [one.project for one in listed if one.takes_seats]
    others = [one.project for one in listed if not one.takes_seats]
    slots = {pk: NextTime(start=start) for pk, start in _slots(others, chosen, now).items()}
    return _sessions(with_seats, chosen, now) | slots


def place_zone(project: Project, chosen: Resource | None) -> str:
    """The zone of the place: where the chosen one is, else the first of the project's."""
    links = project.links.all()
    return chosen.timezone if chosen else links[0].resource.timezone if links else "UTC"


def start_in_words(project: Project, start: datetime, zone: str) -> str:
    """Like "Tuesday 16 March, 09:30", on the clocks of ``zone``, which are named where nobody goes there."""
    said = times.day_and_clock(start, zone)
    return said if project.place == Project.Place.IN_PERSON else f"{said} ({times.zone_name(start, zone)})"


def _sessions(projects: Sequence[Project], chosen: Resource | None, now: datetime) -> dict[UUID, NextTime]:
    if not projects:
        return {}
    open_ones = coming_sessions(now).filter(project__in=projects, start__lt=now + SESSIONS_SOON)
    open_ones = open_ones.filter(Q(places_left__gt=0))
    if chosen:
        open_ones = open_ones.filter(resource=chosen)
    rows = open_ones.values_list("project_id", "start", "pk")
    found = {project_id: NextTime(start=start, session=pk) for project_id, start, pk in reversed(rows)}
    return {project_id: one for project_id, one in found.items() if project_id}


def _slots(projects: Sequence[Project], chosen: Resource | None, now: datetime) -> dict[UUID, datetime]:
    queries: dict[UUID, Query] = {}
    searched = 0
    for project in projects:
        query = _query(project, chosen, now)
        searched += len(query.resources) if query else 0  # once for every project that they are in
        if searched > limits.LISTED_NEXT_TIMES.value:
            break
        if query:
            queries[project.pk] = query
    # One look at the calendars serves those that agree on all-day events; a rare other one is left to its own page.
    usual = all(query.ignore_all_day_events for query in queries.values())
    queries = {pk: query for pk, query in queries.items() if query.ignore_all_day_events == usual}
    found = zip(queries, soonest(list(queries.values()), now), strict=True)
    return {pk: start for pk, start in found if start is not None}


def _query(project: Project, chosen: Resource | None, now: datetime) -> Query | None:
    """The search that the project's own page begins with, for the next days; None where there is nothing to search."""
    links = [link for link in project.links.all() if chosen is None or link.resource_id == chosen.pk]
    option = next(iter(project.options.all()), None)
    asked = {"from": now, "to": now + SOON, "length": usual_length(project, option)}
    try:
        parameters = parse_parameters(merged_parameters(asked, project, option), now)
    except ParametersError:
        return None
    if not links:
        return None
    return Query(
        **vars(parameters),
        resources=tuple(link.resource for link in links),
        lengths={link.resource_id: link.length for link in links if link.length},
        project=project,
    )
