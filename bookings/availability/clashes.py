"""What is in the way of a row of dates, and when it is free instead: for staff, who may take any minute."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from bookings.availability.agenda import closed, taken
from bookings.models import Resource

Span = tuple[datetime, datetime]
"""Half-open, in UTC."""
AROUND = timedelta(days=7)
"""So far from a date that cannot be had another is looked for."""


class Clash(StrEnum):
    TAKEN = "taken"
    CLOSED = "closed"


@dataclass(frozen=True, kw_only=True)
class Window:
    """What is taken of some resources together, and when any of them is closed, over the time that was read."""

    taken: Sequence[Span]
    closed: Sequence[Span]

    @classmethod
    def of(
        cls,
        resources: Sequence[Resource],
        starts: Sequence[datetime],
        length: timedelta,
        *,
        ignoring: Iterable[UUID] = (),
    ) -> Window:
        """Around dates that begin at ``starts``; pieces of the bookings in ``ignoring`` count as free.

        Three queries, however many dates there are.
        """
        low, high = min(starts) - AROUND - timedelta(days=1), max(starts) + length + AROUND
        pieces = taken([one.pk for one in resources], low, high).exclude(booking__in=list(ignoring))
        shut = closed(resources, low, high)
        return cls(
            taken=sorted(pieces.values_list("start", "end")),
            closed=sorted((one.start, one.end) for spans in shut.values() for one in spans),
        )

    def clash(self, start: datetime, end: datetime, *, claimed: Span) -> Clash | None:
        """What is in the way of ``[start, end)`` where ``claimed``, with its buffers, is what would be taken."""
        if _meets(claimed, self.taken):
            return Clash.TAKEN
        return Clash.CLOSED if _meets((start, end), self.closed) else None

    def nearest(
        self,
        start: datetime,
        length: timedelta,
        *,
        before: timedelta = timedelta(),
        after: timedelta = timedelta(),
        now: datetime,
        besides: Sequence[Span] = (),
        most: int = 3,
    ) -> list[datetime]:
        """The free starts nearest to one that cannot be had, in order of distance: right before or after what is busy.

        ``besides`` are further spans that count as taken: the other dates of the row.
        """
        near = (start - AROUND, start + AROUND)
        busy = [span for span in sorted([*self.taken, *besides]) if _meets(near, [span])]
        shut = [span for span in self.closed if _meets(near, [span])]
        edges = {one for one in _edges(busy, length, before, after) if near[0] <= one <= near[1]}
        edges |= {one for one in _edges(shut, length, timedelta(), timedelta()) if near[0] <= one <= near[1]}
        free = (
            one
            for one in sorted(edges, key=lambda each: (abs(each - start), each))
            if one > now
            and not _meets((one - before, one + length + after), busy)
            and not _meets((one, one + length), shut)
        )
        return _first(free, most)


def _edges(
    spans: Iterable[Span], length: timedelta, before: timedelta, after: timedelta
) -> Iterator[datetime]:
    for low, high in spans:
        yield low - after - length
        yield high + before


def _first(found: Iterator[datetime], most: int) -> list[datetime]:
    return [one for _number, one in zip(range(most), found, strict=False)]


def _meets(span: Span, others: Iterable[Span]) -> bool:
    return any(low < span[1] and high > span[0] for low, high in others)
