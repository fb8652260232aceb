"""Pure algebra over half-open intervals of whole seconds since 1970-01-01 UTC; knows no zone and no database.

``Intervals`` are sorted, not empty, and neither overlap nor touch.  Seconds, not minutes: offsets of zones
and times typed by programs need not be whole minutes, and integers cost the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from itertools import accumulate
from operator import itemgetter
from typing import NamedTuple

Interval = tuple[int, int]
Intervals = list[Interval]

_START, _END = itemgetter(0), itemgetter(1)


class Opening(NamedTuple):
    """Where slots may lie: they start at ``origin`` plus whole steps, in ``[first, until)``, and end by
    ``close``.
    """

    origin: int
    first: int
    until: int
    close: int


class Busy(NamedTuple):
    """Taken time as two columns: ``starts`` ascending, ``ends`` beside them; pieces may overlap and touch."""

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()

    @classmethod
    def of(cls, pieces: Iterable[Interval]) -> "Busy":
        ordered = sorted(pieces)
        return cls([start for start, _ in ordered], [end for _, end in ordered])

    def pieces(self) -> Iterable[Interval]:
        return zip(self.starts, self.ends, strict=True)


def merged(pieces: Iterable[Interval]) -> Intervals:
    """The same instants as sorted intervals that neither overlap nor touch; empty pieces vanish."""
    result: Intervals = []
    for start, end in sorted(pieces):
        if start >= end:
            continue
        if result and start <= result[-1][1]:
            if end > result[-1][1]:
                result[-1] = (result[-1][0], end)
        else:
            result.append((start, end))
    return result


def intersection(one: Intervals, other: Intervals) -> Intervals:
    """The instants in both."""
    result: Intervals = []
    i = j = 0
    while i < len(one) and j < len(other):
        start = max(one[i][0], other[j][0])
        end = min(one[i][1], other[j][1])
        if start < end:
            result.append((start, end))
        if one[i][1] < other[j][1]:
            i += 1
        else:
            j += 1
    return result


def complement(intervals: Intervals, start: int, end: int) -> Intervals:
    """The instants of ``[start, end)`` that are in none."""
    result: Intervals = []
    for taken_from, taken_to in overlapping(intervals, start, end):
        if start < taken_from:
            result.append((start, taken_from))
        start = taken_to
    if start < end:
        result.append((start, end))
    return result


def difference(one: Intervals, other: Intervals) -> Intervals:
    """The instants in ``one`` and not in ``other``."""
    if not one or not other:
        return one
    return intersection(one, complement(other, one[0][0], one[-1][1]))


def overlapping(intervals: Intervals, start: int, end: int) -> Intervals:
    """Those intervals, uncut, that share an instant with ``[start, end)``."""
    return intervals[bisect_right(intervals, start, key=_END) : bisect_left(intervals, end, key=_START)]


def covers(intervals: Intervals, start: int, end: int) -> bool:
    """Whether every instant of ``[start, end)`` is in one interval."""
    return any(low <= start and end <= high for low, high in overlapping(intervals, start, end))


def gaps(busy: Busy, length: int, start: int, end: int) -> Intervals:
    """What ``busy`` leaves of ``[start, end)`` in one stretch of at least ``length`` seconds (touching pieces
    are one).  One pass with no more Python than a comparison a piece: this is the loop that meets every
    booking.
    """
    if not busy.starts:
        return [(start, end)] if end - start >= length else []
    reached = [start, *accumulate(busy.ends, max)]
    free = [(low, high) for low, high in zip(reached, busy.starts, strict=False) if high - low >= length]
    free.append((reached[-1], end))
    return [
        (max(low, start), min(high, end)) for low, high in free if min(high, end) - max(low, start) >= length
    ]


def grid(openings: Iterable[Opening], free: Intervals, length: int, step: int) -> list[range]:
    """The starts of all slots of ``length`` inside an opening and inside a stretch of ``free``, ascending."""
    found = []
    for origin, first, until, close in openings:
        for index in range(bisect_right(free, first, key=_END), len(free)):
            low, high = free[index]
            if low >= until:
                break
            earliest = max(low, first)
            earliest += (origin - earliest) % step
            latest = min(until, min(high, close) - length + 1)
            if earliest < latest:
                found.append(range(earliest, latest, step))
    return found


def starting_within(openings: Iterable[Opening], windows: Intervals) -> list[Opening]:
    """The same openings, cut so that every start lies in one of ``windows``."""
    return [
        Opening(origin, max(first, low), min(until, high), close)
        for origin, first, until, close in openings
        for low, high in overlapping(windows, first, until)
    ]
