"""When each of many projects is next free, for a list of them: a look at the next days, in a few queries for all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Q

from bookings import limits
from bookings.availability.offering import Offering
from bookings.availability.parameters import ParametersError
from bookings.availability.query import Query
from bookings.availability.sessions import coming_sessions
from bookings.availability.soonest import soonest
from bookings.models import Resource
from bookings.views.home.listed_projects import ListedProject

UTC_ZONE = ZoneInfo("UTC")
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
    with_seats = [one for one in listed if one.takes_seats]
    others = [one for one in listed if not one.takes_seats]
    slots = {pk: NextTime(start=start) for pk, start in _slots(others, chosen, now).items()}
    return _sessions(with_seats, chosen, now) | slots


def _sessions(
    listed: Sequence[ListedProject], chosen: Resource | None, now: datetime
) -> dict[UUID, NextTime]:
    """Of sessions, those of whoever does what the project's own page begins with."""
    if not listed:
        return {}
    projects = [one.project for one in listed]
    open_ones = coming_sessions(now).filter(project__in=projects, start__lt=now + SESSIONS_SOON)
    open_ones = open_ones.filter(Q(places_left__gt=0))
    if chosen:
        open_ones = open_ones.filter(resource=chosen)
    undone = {one.project.pk: _undone(first_offering(one, chosen)) for one in listed}
    rows = open_ones.values_list("project_id", "resource_id", "start", "pk")
    return {
        project: NextTime(start=start, session=pk)
        for project, resource, start, pk in reversed(rows)
        if project and resource not in undone[project]
    }


def _undone(offering: Offering) -> set[UUID]:
    """The resources of its project that do not do it."""
    linked = {link.resource_id for link in offering.catalogue.links}
    return linked - {offer.resource.pk for offer in offering.offers}


def _slots(listed: Sequence[ListedProject], chosen: Resource | None, now: datetime) -> dict[UUID, datetime]:
    queries: dict[UUID, Query] = {}
    searched = 0
    for one in listed:
        query = _query(one, chosen, now)
        searched += len(query.resources) if query else 0  # once for every project that they are in
        if searched > limits.LISTED_NEXT_TIMES.value:
            break
        if query:
            queries[one.project.pk] = query
    # One look at the calendars serves those that agree on all-day events; a rare other one is left to its own page.
    usual = all(query.ignore_all_day_events for query in queries.values())
    queries = {pk: query for pk, query in queries.items() if query.ignore_all_day_events == usual}
    found = zip(queries, soonest(list(queries.values()), now), strict=True)
    return {pk: start for pk, start in found if start is not None}


def first_offering(listed: ListedProject, chosen: Resource | None) -> Offering:
    """What the project's own page begins with: the first option that somebody does, or the one chosen."""
    offerings = listed.catalogue.offerings
    done = (one for one in offerings if any(chosen in (None, offer.resource) for offer in one.offers))
    first = next(done, offerings[0])
    return replace(first, only=first.offer_of(chosen.pk)) if chosen else first


def _query(listed: ListedProject, chosen: Resource | None, now: datetime) -> Query | None:
    """The search that the project's own page begins with, for the next days; None where there is nothing to search."""
    offering = first_offering(listed, chosen)
    if not offering.candidates:
        return None
    try:
        return replace(offering.query(now, now + SOON, zone=UTC_ZONE), length=offering.usual_length)
    except ParametersError:
        return None
