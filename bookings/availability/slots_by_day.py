"""The slots of a window by local day: how many each day has, and those of one day; none is made before it is asked for.

A page shows a month and the times of one day, so what it costs must not grow with the other days' times.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import date, tzinfo
from itertools import chain

from bookings.availability.days import days_around
from bookings.availability.intervals import Interval
from bookings.availability.slots import count_distinct
from bookings.availability.supplies import Frame, Supply


class SlotsByDay:
    """Slots that start before ``until`` (seconds since 1970), in the days of ``zone``."""

    def __init__(self, supplies: Sequence[Supply], frame: Frame, zone: tzinfo, until: int) -> None:
        self._ends = [_ends_of(supply, frame) for supply in supplies]
        self._ranges: defaultdict[date, list[list[range]]] = defaultdict(lambda: [[] for _one in supplies])
        days = days_around(zone, frame.start, max(until, frame.start + 1), 0)
        begins = [day.start for day in days]
        for number, supply in enumerate(supplies):
            for starts in _ranges_of(supply, frame):
                first, last = (bisect_right(begins, each) - 1 for each in (starts[0], starts[-1]))
                for day in days[first : last + 1]:
                    if within := _cut(starts, day.start, min(day.end, until)):
                        self._ranges[day.date][number].append(within)

    def counts(self) -> dict[date, int]:
        """How many slots each day has that has any, sorted by day."""
        found = {day: count_distinct(chain.from_iterable(of_day)) for day, of_day in self._ranges.items()}
        return dict(sorted(found.items()))

    def on(self, day: date) -> list[Interval]:
        """The slots that start on a day, ascending; where several resources are free, that of the first in order."""
        if day not in self._ranges:
            return []
        slots: dict[int, int] = {}
        for ranges, end in reversed(list(zip(self._ranges[day], self._ends, strict=True))):
            slots.update((start, end(start)) for start in chain.from_iterable(ranges))
        return sorted(slots.items())


def _ranges_of(supply: Supply, frame: Frame) -> list[range]:
    if supply.length is not None:
        return supply.starts(frame)
    return [range(start, start + 1) for start, _end in supply.stretches(frame)]


def _ends_of(supply: Supply, frame: Frame) -> Callable[[int], int]:
    return supply.length.__add__ if supply.length is not None else dict(supply.stretches(frame)).__getitem__


def _cut(starts: range, low: int, high: int) -> range:
    return starts[bisect_left(starts, low) : bisect_left(starts, high)]
