"""The customer's own end, where a project allows it: which lengths may be chosen, and until when a start is free."""

from bisect import bisect_right
from collections.abc import Collection, Sequence
from datetime import timedelta
from operator import itemgetter

from bookings.availability.intervals import intersection
from bookings.availability.supplies import Frame, Supply


class Room:
    """How long what starts at a time may last, with whoever of some has most time then; all in seconds."""

    def __init__(self, supplies: Sequence[Supply], frame: Frame) -> None:
        self._each = [
            (
                supply.length or 0,
                supply.starts(frame),
                intersection(supply.open, supply.busy.gaps(1, frame.start, frame.end)),
            )
            for supply in supplies
        ]

    def latest_end(self, start: int, first: int, *, longest: int, step: int) -> int:
        """The last end that may be chosen, of the ``first`` and each ``step`` after it, at most ``longest`` from
        ``start``.

        Somebody is free until each of the ends before it, too, who takes no longer than that.
        """
        ends: dict[int, int] = {}
        for length, ranges, stretches in self._each:
            if any(start in starts for starts in ranges):
                until = stretches[bisect_right(stretches, start, key=itemgetter(0)) - 1][1]
                ends[length] = max(ends.get(length, 0), min(until, start + longest))
        latest = first
        for length, until in sorted(ends.items()):
            if start + length <= latest + step:
                latest = max(latest, first + (until - first) // step * step)
        return latest


def is_length(
    length: timedelta, *, own: timedelta, usual: Collection[timedelta], longest: timedelta, step: timedelta
) -> bool:
    """Whether a customer may choose it with somebody who takes ``own`` at least.

    It is a number of steps more than that, or than what another of those who do it ``usual``ly takes, since a page
    shows the ends of the first who is free; up to the longest.
    """
    on_grid = any(each <= length and not (length - each) % step for each in {own, *usual})
    return own <= length <= longest and on_grid
