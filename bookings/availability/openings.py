"""When resources are open, for whoever draws a day: the hours alone, without what is taken of them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.availability.days import days, seconds
from bookings.availability.hours import open_hours
from bookings.availability.intervals import merged
from bookings.availability.sources import StoredHours
from bookings.models import Resource

Span = tuple[datetime, datetime]
"""Half-open, in UTC."""


def openings(resources: Sequence[Resource], start: datetime, end: datetime) -> dict[UUID, list[Span]]:
    """By resource the spans of ``[start, end)`` in which it is open; all of it where no hours are kept.

    Two queries at most, however many resources.
    """
    hours = StoredHours(resources)
    found = {}
    for resource in resources:
        zone = ZoneInfo(resource.timezone)
        first, last = (moment.astimezone(zone).date() for moment in (start, end))
        around = days(zone, first - timedelta(days=1), last + timedelta(days=1))
        known = open_hours(hours.levels(resource), around, zone)
        pieces = [(seconds(start), seconds(end))] if known is None else known
        found[resource.pk] = _within(pieces, start, end)
    return found


def free_spans(open_spans: Iterable[Span], taken: Iterable[Span], *, least: timedelta) -> list[Span]:
    """What of the open spans is not taken, in stretches of at least ``least``."""
    busy = merged((seconds(start), seconds(end)) for start, end in taken if start < end)
    found = []
    for start, end in open_spans:
        low, high = seconds(start), seconds(end)
        inside = [(max(one, low), min(other, high)) for one, other in busy if one < high and other > low]
        edges = [low, *(edge for piece in inside for edge in piece), high]
        found += [(one, other) for one, other in list(pairwise(edges))[::2]]
    return [span for one, other in found if (span := _span(one, other))[1] - span[0] >= least]


def _within(pieces: Iterable[tuple[int, int]], start: datetime, end: datetime) -> list[Span]:
    low, high = seconds(start), seconds(end)
    return [_span(max(one, low), min(other, high)) for one, other in pieces if one < high and other > low]


def _span(low: int, high: int) -> Span:
    return datetime.fromtimestamp(low, UTC), datetime.fromtimestamp(high, UTC)
