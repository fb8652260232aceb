"""The customer's own end, where a project allows it: which lengths may be chosen, and until when a start is free."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from operator import itemgetter

from bookings.availability.intervals import intersection
from bookings.availability.supplies import Frame, Supply


def latest_ends(supplies: Sequence[Supply], frame: Frame) -> dict[int, int]:
    """For each start that any of them offers, until when the one that has most time is open and free."""
    latest: dict[int, int] = {}
    for supply in supplies:
        stretches = intersection(supply.open, supply.busy.gaps(1, frame.start, frame.end))
        for start in chain.from_iterable(supply.starts(frame)):
            around = stretches[bisect_right(stretches, start, key=itemgetter(0)) - 1]
            latest[start] = max(latest.get(start, 0), around[1])
    return latest


def is_length(length: timedelta, *, usual: timedelta, longest: timedelta, step: timedelta) -> bool:
    """Whether a customer may choose it: the usual length and any number of steps more, up to the longest."""
    return usual <= length <= longest and (length - usual) % step == timedelta()
