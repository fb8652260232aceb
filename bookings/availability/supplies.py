"""What one resource supplies to a search: from open and busy time to where its slots start.

Slots start at each opening bound and step in elapsed time; busy time removes slots and never shifts them.  An
opening of more than a day (25 hours) begins its grid anew at each local midnight, so the grid never depends
on the search.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import reduce
from itertools import chain, pairwise
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability.days import Day, next_full_hour
from bookings.availability.intervals import (
    Busy,
    Intervals,
    Opening,
    complement,
    grid,
    intersection,
    merged,
    starting_within,
)

LONG_OPENING = 25 * 3600


Found = tuple[list[Opening], Intervals, Sequence[Day]]
"""Where slots may start, and what that was found from: kept beside it, so that nothing else gets their ids."""


@dataclass(frozen=True, kw_only=True)
class Frame:
    """What holds for all resources of one search.

    Slots lie in ``[start, end)`` and start from ``earliest`` to ``latest``, both included, and those of natural
    length end by ``latest``; ``step`` in seconds (``None``: each slot's length); ``full_hours`` moves the first
    start of each opening to the next full local hour.
    """

    start: int
    end: int
    earliest: int
    latest: int
    step: int | None = None
    full_hours: bool = False
    _possible: dict[tuple[int, int], Found] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def possible(self, opened: Intervals, days: Sequence[Day], zone: ZoneInfo) -> list[Opening]:
        """Where slots may start within what is open, but for days that are full; not to be changed.

        Found once for all whose open time is the same object, as that of resources with the same hours is.
        """
        place = id(opened), id(days)
        if place not in self._possible:
            found = starting_within(openings(opened, days, zone, self), self.windows([]))
            self._possible[place] = found, opened, days
        return self._possible[place][0]

    def windows(self, capped: Intervals) -> Intervals:
        """When a slot may start."""
        low, high = max(self.start, self.earliest), min(self.end, self.latest + 1)
        return complement(capped, low, high) if low < high else []


class Free(NamedTuple):
    """Where one resource's free slots start, ascending, and what gives the end of each."""

    ranges: Sequence[range]
    end: Callable[[int], int]

    @property
    def starts(self) -> Iterator[int]:
        return chain.from_iterable(self.ranges)


@dataclass(frozen=True, kw_only=True)
class Supply:
    """One resource's part in a search.

    ``length`` in seconds (``None``: stretches of natural length); ``open`` where every rule permits; ``busy``
    with the distance to keep already added; ``capped`` the local days on which no further slot may start;
    ``within`` where slots must lie besides (``None``: anywhere), which no grid begins at.
    """

    key: Any
    zone: ZoneInfo
    days: Sequence[Day]
    length: int | None
    open: Intervals
    busy: Busy = field(default_factory=Busy)
    capped: Intervals = field(default_factory=list)
    within: Intervals | None = None
    _found: list[tuple[Frame, list[range]]] = field(
        default_factory=list, init=False, repr=False, compare=False
    )

    def starts(self, frame: Frame) -> list[range]:
        """The starts of all free slots, ascending; found once, though they are counted before slots are made."""
        for known, starts in self._found:
            if known is frame:
                return starts
        self._found.append((frame, self._found_starts(frame)))
        return self._found[-1][1]

    def _found_starts(self, frame: Frame) -> list[range]:
        assert self.length  # noqa: S101  # natural lengths have no grid
        possible = frame.possible(self.open, self.days, self.zone)
        if self.capped:
            possible = starting_within(possible, frame.windows(self.capped))
        if not possible:
            return []
        free = self._gaps(self.length, possible[0][1], frame.end)
        return grid(possible, free, self.length, frame.step or self.length)

    def stretches(self, frame: Frame) -> Intervals:
        """Free time of natural length."""
        free = self._gaps(1, frame.start, min(frame.end, frame.latest))
        return intersection(intersection(self.open, free), frame.windows(self.capped))

    def _gaps(self, length: int, start: int, end: int) -> Intervals:
        gaps = self.busy.gaps(length, start, end)
        return gaps if self.within is None else intersection(gaps, self.within)

    def free(self, frame: Frame) -> Free:
        """All free slots."""
        if self.length is None:
            ends = dict(self.stretches(frame))
            return Free([range(start, start + 1) for start in ends], ends.__getitem__)
        return Free(self.starts(frame), self.length.__add__)

    def slots(self, frame: Frame) -> dict[int, int]:
        """Start to end of every free slot, ascending."""
        free = self.free(frame)
        return {start: free.end(start) for start in free.starts}


def openings(intervals: Intervals, days: Sequence[Day], zone: ZoneInfo, frame: Frame) -> list[Opening]:
    """Where the grid begins within each open interval, and how far a slot may reach from there."""
    result = []
    for low, high in intervals:
        if high <= frame.start or low >= frame.end:
            continue
        bounds = [low, high]
        if high - low > LONG_OPENING:
            bounds[1:1] = [day.start for day in days if low < day.start < high]
        for first, until in pairwise(bounds):
            origin = next_full_hour(first, zone) if frame.full_hours else first
            result.append((origin, origin, until, min(high, frame.end)))
    return result


def is_on_grid(
    start: int, step: int, opened: Intervals, days: Sequence[Day], zone: ZoneInfo, frame: Frame
) -> bool:
    """Whether a slot would begin at ``start``, which lies in ``opened``, where slots begin every ``step``."""
    grid = openings(opened, days, zone, frame)
    return any(
        first <= start < until and (start - origin) % step == 0 for origin, first, until, _close in grid
    )


def together(supplies: Sequence[Supply]) -> Supply:
    """All resources as one that is free when every one is; the longest length, the first one's zone."""
    first = supplies[0]
    opened = reduce(intersection, (supply.open for supply in supplies))
    narrowed = [supply.within for supply in supplies if supply.within is not None]
    pieces = chain.from_iterable(supply.busy.pieces() for supply in supplies)
    lengths = [supply.length for supply in supplies if supply.length]
    return replace(
        first,
        key=tuple(supply.key for supply in supplies),
        length=max(lengths, default=None) if first.length else None,
        open=opened,
        busy=Busy.of(pieces),
        capped=merged(chain.from_iterable(supply.capped for supply in supplies)),
        within=reduce(intersection, narrowed) if narrowed else None,
    )
