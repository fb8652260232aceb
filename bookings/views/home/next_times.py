"""When each of many projects is next free, for a list of them: a look at the next days, in a few queries for all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.fields.json import KT

from bookings import times
from bookings.availability.offering import usual_length
from bookings.availability.parameters import ParametersError, merged_parameters, parse_parameters
from bookings.availability.query import Query
from bookings.availability.sessions import coming_sessions
from bookings.availability.soonest import soonest
from bookings.models import GraphVersion, Project, ProjectResource, Resource

SOON = timedelta(days=7)
SESSIONS_SOON = timedelta(days=28)
MOST_SEARCHED = 300  # resources, each counted once for every project that it is in


def in_full(projects: QuerySet[Project]) -> QuerySet[Project]:
    """Projects with their options and their resources (as ``links``), which know whether seats are booked in them."""
    links = ProjectResource.objects.filter(resource__deleted_at=None).select_related("resource__location")
    seats = GraphVersion.objects.published().filter(claims=GraphVersion.Claims.SEAT)
    return (
        projects.select_related("location")
        .prefetch_related("options", Prefetch("links", links))
        .annotate(graph_name=KT("booking__graph"))
        .annotate(takes_seats=Exists(seats.filter(graph__name=OuterRef("graph_name"))))
    )


def next_times(projects: Sequence[Project], chosen: Resource | None, now: datetime) -> dict[UUID, str]:
    """By project, in words, when the next free time starts; without those that have none in the next days.

    ``projects`` come from ``in_full``; ``chosen`` leaves out all other resources.
    """
    seats = [project for project in projects if project.takes_seats]  # type: ignore[attr-defined]
    starts = _sessions(seats, chosen, now) | _slots(
        [one for one in projects if one not in seats], chosen, now
    )
    return {project.pk: in_words(project, starts[project.pk]) for project in projects if project.pk in starts}


def in_words(project: Project, start: datetime) -> str:
    """Like "Tuesday 16 March, 09:30", on the clocks of the place, which are named where nobody goes there."""
    links = project.links.all()
    zone = links[0].resource.timezone if links else "UTC"
    said = times.day_and_clock(start, zone)
    return said if project.place == Project.Place.IN_PERSON else f"{said} ({times.zone_name(start, zone)})"


def _sessions(projects: Sequence[Project], chosen: Resource | None, now: datetime) -> dict[UUID, datetime]:
    if not projects:
        return {}
    open_ones = coming_sessions(now).filter(project__in=projects, start__lt=now + SESSIONS_SOON)
    open_ones = open_ones.filter(places_left__gt=0)  # type: ignore[misc]  # an annotation
    if chosen:
        open_ones = open_ones.filter(resource=chosen)
    rows = open_ones.values_list("project_id", "start")
    return {project_id: start for project_id, start in reversed(rows) if project_id}


def _slots(projects: Sequence[Project], chosen: Resource | None, now: datetime) -> dict[UUID, datetime]:
    queries: dict[UUID, Query] = {}
    searched = 0
    for project in projects:
        query = _query(project, chosen, now)
        searched += len(query.resources) if query else 0
        if searched > MOST_SEARCHED:
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
