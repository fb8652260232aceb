"""From open and busy time to the slots on offer: the grid, and what each mode makes of several resources.

Slots start at each opening bound and step in elapsed time; busy time removes slots and never shifts them.  An
opening of more than a day (25 hours) begins its grid anew at each local midnight, so the grid never depends
on the search.
"""

import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache, reduce
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from bookings.availability.days import Day, next_full_hour
from bookings.availability.intervals import (
    Busy,
    Interval,
    Intervals,
    Opening,
    complement,
    grid,
    intersection,
    merged,
    starting_within,
)
from bookings.availability.modes import Mode

LONG_OPENING = 25 * 3600


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
    _possible: dict[tuple[int, int], tuple[Any, ...]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def possible(self, opened: Intervals, days: Sequence[Day], zone: ZoneInfo) -> list[Opening]:
        """Where slots may start within what is open, but for days that are full; not to be changed.

        Found once for all whose open time is the same object, as that of resources with the same hours is.
        """
        known = self._possible.get((id(opened), id(days)))
        if known is None:
            found = starting_within(openings(opened, days, zone, self), self.windows([]))
            known = self._possible[id(opened), id(days)] = (found, opened, days)  # kept, so are their ids
        return known[0]  # type: ignore[no-any-return]

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


Turns = Mapping[Any, Sequence[tuple[int, Any]]]
"""For each resource, by its key, since when which turn is its own: the smaller, the earlier it comes."""


class RawSlot(NamedTuple):
    """A free slot ``[start, end)`` and the keys of the resources that can take it."""

    start: int
    end: int
    keys: tuple[Any, ...]


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


def raw_slots(
    mode: Mode,
    supplies: Sequence[Supply],
    frame: Frame,
    seed: int | str | None = None,
    turns: Turns | None = None,
    distinct: Iterable[range] | None = None,
) -> list[RawSlot]:
    """Every free slot, sorted by start and end, none twice.

    ``seed`` settles the order of ``RANDOM``, ``turns`` that of ``BALANCED``: without them it is the order given.
    ``distinct`` are ``distinct_starts`` where they are known.
    """
    if not supplies:
        return []
    if mode is Mode.MUTUAL:
        joint = together(supplies)
        return [RawSlot(start, end, joint.key) for start, end in joint.slots(frame).items()]
    if mode is Mode.EXCLUSIVE:
        return _everyone(supplies, frame)
    if mode is Mode.BALANCED and turns:
        return _in_turn(supplies, frame, turns)
    if mode in {Mode.PRIORITIZED, Mode.BALANCED}:
        return _first(supplies, frame, distinct)
    # The seed is for fairness between resources and keeps no secret.
    return _sticking(random.Random(seed).sample(supplies, len(supplies)), frame, distinct)  # noqa: S311


def start_ranges(mode: Mode, supplies: Sequence[Supply], frame: Frame) -> list[list[range]]:
    """For each resource (``Mode.MUTUAL``: for all as one) where its slots start, none of them made yet.

    Every supply has a length.
    """
    if mode is Mode.MUTUAL and supplies:
        supplies = [together(supplies)]
    return [supply.starts(frame) for supply in supplies]


def distinct_starts(ranges: Iterable[range]) -> list[range]:
    """Each number that is in at least one of these ranges once; those of different steps apart."""
    by_grid: defaultdict[tuple[int, int], list[Interval]] = defaultdict(list)
    for each in ranges:
        by_grid[each.step, each.start % each.step].append((each.start, each[-1] + each.step))
    return [
        range(low, high, step) for (step, _first), pieces in by_grid.items() for low, high in merged(pieces)
    ]


def count_distinct(ranges: Iterable[range]) -> int:
    """How many ``distinct_starts`` there are."""
    return sum(map(len, distinct_starts(ranges)))


def _everyone(supplies: Sequence[Supply], frame: Frame) -> list[RawSlot]:
    """At each slot all resources that are free."""
    groups: defaultdict[int | None, list[Supply]] = defaultdict(list)
    for supply in supplies:
        groups[supply.length].append(supply)
    return sorted(chain.from_iterable(_alike(group, length, frame) for length, group in groups.items()))


def _alike(supplies: Sequence[Supply], length: int | None, frame: Frame) -> list[RawSlot]:
    """All that are free at each slot, of resources with the same length: the start alone tells their slots
    apart.
    """
    if length is None:
        ends: defaultdict[Interval, list[Any]] = defaultdict(list)
        for supply in supplies:
            for stretch in supply.stretches(frame):
                ends[stretch].append(supply.key)
        return [RawSlot(start, end, tuple(keys)) for (start, end), keys in ends.items()]
    free: defaultdict[int, list[Any]] = defaultdict(list)
    for supply in supplies:
        for start in chain.from_iterable(supply.starts(frame)):
            free[start].append(supply.key)
    return [RawSlot(start, start + length, tuple(keys)) for start, keys in free.items()]


def _first(supplies: Sequence[Supply], frame: Frame, distinct: Iterable[range] | None) -> list[RawSlot]:
    """At each start the first resource in order that is free."""
    free = {supply.key: supply.free(frame) for supply in supplies}
    first = _first_keys(free, distinct)
    return [RawSlot(start, free[first[start]].end(start), (first[start],)) for start in sorted(first)]


def _in_turn(supplies: Sequence[Supply], frame: Frame, turns: Turns) -> list[RawSlot]:
    """At each start the resource that is free and whose turn comes first that day."""
    free = {supply.key: supply.free(frame) for supply in supplies}
    starts = {key: list(each.starts) for key, each in free.items()}
    first: dict[int, Any] = {}
    bounds = sorted({frame.start, *(since for each in turns.values() for since, _turn in each)})
    for low, high in pairwise([*bounds, max(frame.end, bounds[-1]) + 1]):
        turn = {key: _turn_at(turns[key], low) for key in free}
        order = sorted(free, key=turn.__getitem__)
        for key in order[::-1]:
            within = starts[key][bisect_left(starts[key], low) : bisect_left(starts[key], high)]
            first.update(dict.fromkeys(within, key))
    return [RawSlot(start, free[first[start]].end(start), (first[start],)) for start in sorted(first)]


def _turn_at(turns: Sequence[tuple[int, Any]], moment: int) -> Any:
    """What was said last before ``moment``; the first one, where it lies before all."""
    return turns[max(0, bisect_right(turns, moment, key=itemgetter(0)) - 1)][1]


def _sticking(supplies: Sequence[Supply], frame: Frame, distinct: Iterable[range] | None) -> list[RawSlot]:
    """At each start the resource of the slot before, while it is free; else the first in order."""
    free = {supply.key: supply.free(frame) for supply in supplies}
    first = _first_keys(free, distinct)
    starts_of = cache(lambda key: frozenset(free[key].starts))
    result: list[RawSlot] = []
    key, starts = None, frozenset[int]()
    for start in sorted(first):
        if start not in starts:
            key = first[start]
            starts = starts_of(key)
        result.append(RawSlot(start, free[key].end(start), (key,)))
    return result


def _first_keys(free: Mapping[Any, Free], distinct: Iterable[range] | None) -> dict[int, Any]:
    """The first key in order that is free at each start; nobody is looked at once each start has one."""
    if distinct is None:
        distinct = distinct_starts(chain.from_iterable(each.ranges for each in free.values()))
    without = set(chain.from_iterable(distinct))
    first: dict[int, Any] = {}
    for key, each in free.items():
        own = without.intersection(each.starts)
        first.update(dict.fromkeys(own, key))
        without -= own
        if not without:
            break
    return first
