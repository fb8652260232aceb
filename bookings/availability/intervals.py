"""Pure algebra over half-open intervals of whole seconds since 1970-01-01 UTC; knows no zone and no database.

``Intervals`` are sorted, not empty, and neither overlap nor touch.  Seconds, not minutes: offsets of zones
and times typed by programs need not be whole minutes, and integers cost the same.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import accumulate
from operator import itemgetter

Interval = tuple[int, int]
Intervals = list[Interval]

_START, _END = itemgetter(0), itemgetter(1)


# Where slots may lie: origin, first, until, close.  They start at ``origin`` plus whole steps, in ``[first,
# until)``, and end by ``close``.  A plain tuple, since a search makes thousands.
Opening = tuple[int, int, int, int]


@dataclass(frozen=True, kw_only=True)
class Busy:
    """Taken time as two columns: ``starts`` ascending, ``ends`` beside them; pieces may overlap and touch.

    The numbers stay as the database counts: ``unit`` to a second, from ``origin`` (seconds since 1970) on.  A
    slot keeps ``before`` seconds away from each end and ``after`` seconds from each start.
    """

    starts: Sequence[int] = ()
    ends: Sequence[int] = ()
    unit: int = 1
    origin: int = 0
    before: int = 0
    after: int = 0

    @classmethod
    def of(cls, pieces: Iterable[Interval]) -> "Busy":
        """Pieces in seconds since 1970, in any order."""
        ordered = sorted(pieces)
        return cls(starts=[start for start, _ in ordered], ends=[end for _, end in ordered])

    def pieces(self) -> list[Interval]:
        """Where a slot may not lie, in seconds since 1970; cut seconds count as taken."""
        return [
            (self._last_before(start), self._first_after(end))
            for start, end in zip(self.starts, self.ends, strict=True)
        ]

    def gaps(self, length: int, start: int, end: int) -> Intervals:
        """What is left of ``[start, end)`` in stretches of at least ``length`` seconds.

        One comparison a piece and no more: this is the loop that meets every booking of a search.
        """
        if not self.starts:
            return [(start, end)] if end - start >= length else []
        ends = self.ends if is_ascending(self.ends) else list(accumulate(self.ends, max))
        least = (length + self.before + self.after) * self.unit
        inner = [(low, high) for low, high in zip(ends, self.starts[1:], strict=False) if high - low >= least]
        free = [(self._first_after(low), self._last_before(high)) for low, high in inner]
        free.insert(0, (start, self._last_before(self.starts[0])))
        free.append((self._first_after(ends[-1]), end))
        return [
            (low, high)
            for one, other in free
            if (high := min(other, end)) - (low := max(one, start)) >= length
        ]

    def _first_after(self, end: int) -> int:
        return -(-end // self.unit) + self.origin + self.before

    def _last_before(self, start: int) -> int:
        return start // self.unit + self.origin - self.after


def is_ascending(numbers: Sequence[int]) -> bool:
    # Sorting what is sorted takes no more than a look at each number, at the speed of C.
    return numbers == sorted(numbers)


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


def grid(openings: Iterable[Opening], free: Intervals, length: int, step: int) -> list[range]:
    """The starts of all slots of ``length`` inside an opening and inside a stretch of ``free``, ascending."""
    found = []
    for origin, first, until, close in openings:
        for index in range(bisect_right(free, first, key=_END), len(free)):
            low, high = free[index]
            if low >= until:
                break
            # By comparisons, since a search comes here some thousand times.
            earliest = low if low > first else first
            earliest += (origin - earliest) % step
            latest = (high if high < close else close) - length + 1
            if latest > until:
                latest = until
            if earliest < latest:
                found.append(range(earliest, latest, step))
    return found


def starting_within(openings: Iterable[Opening], windows: Intervals) -> list[Opening]:
    """The same openings, cut so that every start lies in one of ``windows``."""
    return [
        (origin, max(first, low), min(until, high), close)
        for origin, first, until, close in openings
        for low, high in windows
        if low < until and first < high
    ]
