"""Rows as the engine's values: hours by level, stored constraints, and how many bookings a day already has."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookings.availability.days import Day, seconds
from bookings.availability.hours import DatedException, Level, bounds
from bookings.availability.intervals import Interval, Intervals, merged
from bookings.availability.permits import Policy
from bookings.availability.rules import ConstraintsError, Rule, parse_constraints
from bookings.layers import constraint_lists
from bookings.models import DatedHours, Location, Occupancy, Project, Resource, Site, WeeklyHours

_OWNERS = ("resource_id", "location_id", "site_id", "project_id")
_SITE = 1


class StoredHours:
    """The hours of everything that concerns some resources and projects, read by two queries."""

    def __init__(self, resources: Iterable[Resource], projects: Iterable[Project | None] = ()) -> None:
        resources = list(resources)
        concerned = Q(site=_SITE) | Q(resource__in=[each.pk for each in resources])
        concerned |= Q(location__in={each.location_id for each in resources if each.location_id})
        if named := [project.pk for project in projects if project is not None]:
            concerned |= Q(project__in=named)
        weeks: defaultdict[Any, defaultdict[int, list[Interval]]] = defaultdict(lambda: defaultdict(list))
        rows = WeeklyHours.objects.filter(concerned).values_list(*_OWNERS, "weekday", "opens", "closes")
        for resource, location, site, of_project, weekday, opens, closes in rows.order_by():
            weeks[resource or location or site or of_project][weekday].append(bounds(opens, closes))
        dated = defaultdict(list)
        for row in DatedHours.objects.filter(concerned):
            dated[row.resource_id or row.location_id or row.site_id or row.project_id].append(_exception(row))
        self._levels = {
            owner: Level(week=weeks.get(owner, {}), exceptions=dated.get(owner, ()))
            for owner in {*weeks, *dated}
        }

    def levels(self, resource: Resource) -> list[Level]:
        """The resource's own level, its location's and the site's; those without any hours are left out."""
        owners = {Resource: resource.pk, Location: resource.location_id, Site: _SITE}
        return [
            replace(self._levels[key], source=(model, key))
            for model, key in owners.items()
            if key in self._levels
        ]

    def project_levels(self, project: Project | None) -> list[Level]:
        """The project's own level, if it keeps hours; it has no other."""
        if project is None or project.pk not in self._levels:
            return []
        return [replace(self._levels[project.pk], source=(Project, project.pk))]


def _exception(row: DatedHours) -> DatedException:
    open_between = bounds(row.opens, row.closes) if row.opens is not None and row.closes is not None else None
    return DatedException(first=row.first, last=row.last, bounds=open_between, source=row)


def stored_rules(value: object) -> tuple[Rule, ...] | None:
    """Constraints as a row keeps them; ``None`` if they cannot be read, which permits nothing."""
    try:
        return parse_constraints(value)
    except ConstraintsError:
        return None


def project_rules(project: Project | None) -> tuple[Rule, ...] | None:
    """Both lists that a project may keep: its own, and the one among its availability settings."""
    if project is None:
        return ()
    lists = [stored_rules(found) for found in constraint_lists(project)]
    if None in lists:
        return None
    return tuple(rule for rules in lists for rule in rules or ())


def policies(
    resources: Sequence[Resource],
    project: Project | None,
    request_rules: Sequence[Rule] = (),
    hours: StoredHours | None = None,
) -> list[Policy]:
    """Who says when each resource may be booked, in the order given.  Two queries, none where ``hours`` are given."""
    hours = hours or StoredHours(resources, [project])
    from_project = project_rules(project)
    return [
        Policy(
            levels=hours.levels(resource),
            project_levels=hours.project_levels(project),
            resource_rules=stored_rules(resource.availability_constraints),
            project_rules=from_project,
            request_rules=request_rules,
            resource=resource,
            project=project,
        )
        for resource in resources
    ]


def capped_days(
    resources: Sequence[Resource], days: Mapping[UUID, Sequence[Day]], ignoring: Collection[UUID] = ()
) -> dict[UUID, Intervals]:
    """The local days on which each resource has as many bookings and holds as its daily cap allows.

    A booking counts on the day on which it starts.  One query if any resource has a cap, else none.
    """
    capped = [resource for resource in resources if resource.daily_cap is not None]
    if not capped:
        return {}
    low, high = min(days[each.pk][0].start for each in capped), max(days[each.pk][-1].end for each in capped)
    starts = _booked_starts(capped, low, high, ignoring)
    return {
        each.pk: merged(
            (day.start, day.end)
            for day in days[each.pk]
            if bisect_left(starts[each.pk], day.end) - bisect_left(starts[each.pk], day.start)
            >= (each.daily_cap or 0)
        )
        for each in capped
    }


def _booked_starts(
    resources: Sequence[Resource], low: int, high: int, ignoring: Collection[UUID]
) -> dict[UUID, list[int]]:
    """When the bookings and live holds of each resource start, ascending."""
    window = {name: datetime.fromtimestamp(value, UTC) for name, value in (("gte", low), ("lt", high))}
    rows = Occupancy.objects.live().filter(
        resource__in=resources, event=None, busy_start__gte=window["gte"], busy_start__lt=window["lt"]
    )
    if ignoring:
        rows = rows.exclude(booking__in=ignoring).exclude(reservation__in=ignoring)
    found: dict[UUID, list[int]] = {resource.pk: [] for resource in resources}
    for resource, start in rows.order_by("busy_start").values_list("resource_id", "busy_start"):
        found[resource].append(seconds(start))
    return found
