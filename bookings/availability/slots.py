"""The slots on offer: what each mode makes of what several resources supply."""

import random
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import chain, pairwise
from operator import itemgetter
from typing import Any, NamedTuple

from bookings.availability.intervals import Interval, merged
from bookings.availability.modes import Mode
from bookings.availability.supplies import Frame, Free, Supply, together

Turns = Mapping[Any, Sequence[tuple[int, Any]]]
"""For each resource, by its key, since when which turn is its own: the smaller, the earlier it comes."""


class RawSlot(NamedTuple):
    """A free slot ``[start, end)`` and the keys of the resources that can take it."""

    start: int
    end: int
    keys: tuple[Any, ...]


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
