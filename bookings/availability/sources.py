"""Rows as the engine's values: hours by level, stored constraints, and how many bookings a day already has."""

from bisect import bisect_left, insort
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, time
from functools import cached_property, lru_cache, reduce
from operator import or_
from types import MappingProxyType
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q
from django.db.models.functions import Now

from bookings import configuration, sql
from bookings.availability.days import Day, seconds
from bookings.availability.hours import DatedException, Level, bounds
from bookings.availability.intervals import Interval, Intervals, merged
from bookings.availability.permits import Policy
from bookings.availability.rules import ConstraintsError, Rule, parse_constraints
from bookings.layers import constraint_lists
from bookings.models import (
    Booking,
    Connection,
    DatedHours,
    Location,
    Occupancy,
    Project,
    Resource,
    Site,
    WeeklyHours,
)

Owner = tuple[type[Model], Any]
_OWNERS: dict[str, type[Model]] = {
    "resource_id": Resource,
    "location_id": Location,
    "site_id": Site,
    "project_id": Project,
}
_SITE = 1


class StoredHours:
    """The hours of everything that concerns some resources and projects: one query, two where some are dated; none
    where they are remembered.

    The database says each owner's week in one text, which is read once for all who keep the same hours.
    """

    def __init__(self, resources: Iterable[Resource], projects: Iterable[Project | None] = ()) -> None:
        resources = list(resources)
        self._resources = {each.pk for each in resources}
        owners: set[Owner] = {(Site, _SITE)}
        owners |= {(Resource, each.pk) for each in resources}
        owners |= {(Location, each.location_id) for each in resources if each.location_id}
        owners |= {(Project, project.pk) for project in projects if project is not None}
        found = configuration.kept_each("hours", owners, _levels)
        self._levels = {owner: level for owner, level in found.items() if level is not None}

    def levels(self, resource: Resource) -> tuple[Level, ...]:
        """The resource's own level, its location's and the site's; those without any hours are left out."""
        owners = ((Resource, resource.pk), (Location, resource.location_id), (Site, _SITE))
        return tuple(self._levels[owner] for owner in owners if owner in self._levels)

    def is_stale(self, resource: Resource, project: Project | None) -> bool:
        """Whether the project offers nothing with a resource whose calendar was not read for too long.

        One query, and only where a project is so careful.
        """
        return project is not None and project.needs_fresh_calendars and resource.pk in self._stale

    @cached_property
    def _stale(self) -> frozenset[UUID]:
        rows = Connection.objects.stale().filter(resource__in=self._resources)
        return frozenset(rows.values_list("resource_id", flat=True))

    def project_levels(self, project: Project | None) -> tuple[Level, ...]:
        """The project's own level, if it keeps hours; it has no other."""
        level = None if project is None else self._levels.get((Project, project.pk))
        return (level,) if level else ()


def _levels(owners: Iterable[Owner]) -> dict[Owner, Level | None]:
    """What each owner keeps; None for one without any hours."""
    owners = list(owners)
    concerned = {name: {pk for one, pk in owners if one is kind} for name, kind in _OWNERS.items()}
    weeks, some_are_dated = _weeks(concerned)
    dated = _exceptions(concerned) if some_are_dated else {}
    kept = {
        owner: Level(week=_week(weeks.get(owner, "")), exceptions=tuple(dated.get(owner, ())), source=owner)
        for owner in {*weeks, *dated}
    }
    return dict.fromkeys(owners) | kept


def _weeks(concerned: Mapping[str, Collection[Any]]) -> tuple[dict[Owner, str], bool]:
    """What each owner's week says (see ``_week``), and whether any of them has dated hours."""
    lists = {name: ids for name, ids in concerned.items() if ids and name != "site_id"}
    values = {name: sql.id_list(WeeklyHours, name.removesuffix("_id"), ids) for name, ids in lists.items()}
    with connection.cursor() as cursor:
        cursor.execute(_weeks_statement(tuple(lists)), values)
        rows = cursor.fetchall()
    weeks = {_owner(ids): said for *ids, said in rows if said is not None}
    return weeks, len(weeks) < len(rows)


def _weeks_statement(lists: Iterable[str]) -> str:
    """A row for each owner of a week, and one of nothing where some owner has dated hours."""
    said = "weekday || ' ' || opens || ' ' || closes"
    in_order = f"string_agg({said}, ',' ORDER BY weekday, opens, closes)"
    joined = in_order if sql.is_postgresql() else f"group_concat({said})"
    columns = ", ".join(_OWNERS)
    concerned = " OR ".join([f"site_id = {_SITE}", *(sql.among(name, name) for name in lists)])
    # S608: all of it is our own text and the names of placeholders.
    return (
        f"SELECT {columns}, {joined} FROM {WeeklyHours._meta.db_table} WHERE {concerned} GROUP BY {columns} "  # noqa: S608
        f"UNION ALL SELECT NULL, NULL, NULL, NULL, NULL WHERE EXISTS "
        f"(SELECT 1 FROM {DatedHours._meta.db_table} WHERE {concerned})"
    )


def _owner(ids: Sequence[Any]) -> Owner:
    """The kind and the id of an owner, of which one of the columns is set."""
    kind, pk = next((kind, pk) for kind, pk in zip(_OWNERS.values(), ids, strict=True) if pk is not None)
    return kind, kind._meta.pk.to_python(pk)


@lru_cache(maxsize=4096)
def _week(said: str) -> Mapping[int, Sequence[Interval]]:
    """Bounds by weekday out of ``0 09:00:00 17:00:00,…``."""
    week: defaultdict[int, list[Interval]] = defaultdict(list)
    for piece in filter(None, said.split(",")):
        weekday, opens, closes = piece.split(" ")
        week[int(weekday)].append(bounds(time.fromisoformat(opens), time.fromisoformat(closes)))
    return MappingProxyType(dict(sorted(week.items())))


def _exceptions(concerned: Mapping[str, Collection[Any]]) -> dict[Owner, list[DatedException]]:
    found: defaultdict[Owner, list[DatedException]] = defaultdict(list)
    asked = reduce(or_, (Q(**{f"{name}__in": ids}) for name, ids in concerned.items() if ids))
    for row in DatedHours.objects.filter(asked):
        found[_owner([getattr(row, name) for name in _OWNERS])].append(_exception(row))
    return found


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
    request_rules: tuple[Rule, ...] = (),
    hours: StoredHours | None = None,
) -> list[Policy]:
    """Who says when each resource may be booked, in the order given.  Reads hours, unless they are given."""
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
            is_stale=hours.is_stale(resource, project),
        )
        for resource in resources
    ]


def capped_days(
    resources: Sequence[Resource], days: Mapping[UUID, Sequence[Day]], ignoring: Collection[UUID] = ()
) -> dict[UUID, Intervals]:
    """The local days on which each resource has as many bookings and holds as its daily cap allows.

    A booking counts on the day on which it starts, also once it is over.  One query if any resource has a cap, else
    none.
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
    """When the bookings and live holds of each resource start or started, ascending."""
    since, until = (datetime.fromtimestamp(value, UTC) for value in (low, high))
    pieces = Occupancy.objects.live().filter(
        resource__in=resources, event=None, busy_start__gte=since, busy_start__lt=until
    )
    if ignoring:
        pieces = pieces.exclude(booking__in=ignoring).exclude(reservation__in=ignoring)
    over = Booking.objects.over().filter(start__gte=since, start__lt=until, start__lte=Now())
    over = over.exclude(pk__in=ignoring)
    rows = (
        pieces.order_by()
        .values_list("resource", "busy_start")
        .union(
            over.order_by().filter(resource__in=resources).values_list("resource", "start"),
            over.order_by().filter(companions__in=resources).values_list("companions", "start"),
            all=True,
        )
    )
    found: dict[UUID, list[int]] = {resource.pk: [] for resource in resources}
    for resource, start in rows:
        insort(found[resource], seconds(start))
    return found
