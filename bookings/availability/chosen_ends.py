"""The customer's own end, where a project allows it: which lengths may be chosen, and until when a start is free."""

from bisect import bisect_right
from collections.abc import Sequence
from datetime import timedelta
from operator import itemgetter

from bookings.availability.intervals import intersection
from bookings.availability.supplies import Frame, Supply


class Room:
    """Until when what starts at a time may last, with each of those who have the time; all in seconds.

    It is as long as a slot of that one, or any number of ``step`` more up to ``longest``, while that one is open and
    free.
    """

    def __init__(self, supplies: Sequence[Supply], frame: Frame, *, longest: int, step: int) -> None:
        self._longest, self._step = longest, step
        self._each = [
            (
                supply.length or 0,
                supply.starts(frame),
                intersection(supply.open, supply.busy.gaps(1, frame.start, frame.end)),
            )
            for supply in supplies
        ]

    def ends(self, start: int) -> tuple[range, ...]:
        """The ends that may be chosen, of whoever offers the start, each only once."""
        found: dict[range, None] = {}
        for length, offered, stretches in self._each:
            if any(start in starts for starts in offered):
                _opens, closes = stretches[bisect_right(stretches, start, key=itemgetter(0)) - 1]
                last = min(closes, start + max(self._longest, length))
                found[range(start + length, last + 1, self._step)] = None
        return tuple(found)


def is_length(length: timedelta, *, usual: timedelta, longest: timedelta, step: timedelta) -> bool:
    """Whether a customer may choose it: the usual length and any number of steps more, up to the longest."""
    return usual <= length <= max(longest, usual) and (length - usual) % step == timedelta()
