"""The customer's own end, where a project allows it: how long a booking may be, and how far from a start it is free."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from itertools import chain
from operator import itemgetter

from bookings.availability.intervals import intersection
from bookings.availability.slots import Frame, Supply
from bookings.durations import DurationError, parse_duration
from bookings.models import Project

ONE_DAY = timedelta(days=1)


def longest_length(project: Project, usual: timedelta) -> timedelta | None:
    """The longest length that a customer may choose, the usual one being the shortest; None where it is fixed.

    ``max_length`` that is not set, or cannot be read, is a day.
    """
    if project.availability.get("customer_chooses_end") is not True:
        return None
    try:
        longest = parse_duration(project.availability["max_length"])
    except (KeyError, DurationError):
        longest = ONE_DAY
    return max(longest, usual)


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
