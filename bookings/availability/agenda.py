"""What a window of time holds, by resource, for whoever draws it: the pieces that are taken, and when it is closed."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import OuterRef, QuerySet, Subquery

from bookings.availability.days import days, seconds
from bookings.availability.hours import Level, exceptions_on, open_hours
from bookings.availability.sources import StoredHours
from bookings.models import Occupancy, Resource


@dataclass(frozen=True, kw_only=True)
class Closed:
    """A span ``[start, end)`` in UTC outside a resource's hours; ``note`` is what a dated exception says of it."""

    start: datetime
    end: datetime
    note: str


def taken(resources: Collection[UUID], start: datetime, end: datetime) -> QuerySet[Occupancy]:
    """The live pieces of these resources that share an instant with ``[start, end)``.

    Strict pieces never overlap each other, so that of those which start earlier only the last can reach into the
    window; the others are found by their end.  However much was ever taken, a window is read along indexes.
    """
    pieces = Occupancy.objects.order_by()
    of_them = pieces.filter(resource__in=resources)
    last = pieces.filter(resource=OuterRef("pk"), strict=True, start__lt=start).order_by("-start")
    reaching = Resource.objects.order_by().filter(pk__in=resources)
    ids = of_them.filter(start__gte=start, start__lt=end).values("pk")
    doubled = of_them.filter(strict=False, end__gt=start, start__lt=start).values("pk")
    before = reaching.annotate(last=Subquery(last.values("pk")[:1])).values("last")
    return (
        Occupancy.objects.live().overlapping(start, end).filter(pk__in=ids.union(doubled, before, all=True))
    )


def closed(resources: Sequence[Resource], start: datetime, end: datetime) -> dict[UUID, list[Closed]]:
    """When within ``[start, end)`` each resource is closed; never, where no hours are kept.

    Two queries, however many resources there are.
    """
    hours = StoredHours(resources)
    return {
        each.pk: list(_closed(hours.levels(each), ZoneInfo(each.timezone), start, end)) for each in resources
    }


def _closed(levels: Sequence[Level], zone: ZoneInfo, start: datetime, end: datetime) -> Iterator[Closed]:
    first, last = (moment.astimezone(zone).date() for moment in (start, end))
    around = days(zone, first - timedelta(days=1), last + timedelta(days=1))
    opened = open_hours(levels, around, zone)
    if opened is None:
        return
    midnights = [day.start for day in around]
    for low, high in _gaps(opened, seconds(start), seconds(end)):
        # By days, since the exception of one says nothing of the next.
        edges = [low, *(one for one in midnights if low < one < high), high]
        for one, other in pairwise(edges):
            begin = datetime.fromtimestamp(one, UTC)
            yield Closed(
                start=begin,
                end=datetime.fromtimestamp(other, UTC),
                note=_note(levels, begin.astimezone(zone)),
            )


def _gaps(opened: Iterable[tuple[int, int]], low: int, high: int) -> Iterator[tuple[int, int]]:
    for start, end in opened:
        if start >= high:
            break
        if start > low:
            yield low, start
        low = max(low, end)
    if low < high:
        yield low, high


def _note(levels: Sequence[Level], moment: datetime) -> str:
    """What the exceptions of that day are for, where they say so."""
    sources: list[Any] = [each.source for each in exceptions_on(levels, moment.date())]
    return next((source.note for source in sources if source.note), "")
