"""Opening hours once computed, kept in the process for the next search.

What is kept is found by all that it was computed from: the values of the rows, and the days. So nothing need be told
when a row changes, and resources with the same hours share one entry.
"""

from collections import OrderedDict
from collections.abc import Callable, Hashable
from threading import Lock

from bookings.availability.intervals import Intervals

MOST_INTERVALS = 100_000
"""About twelve megabytes."""


class KeptHours:
    """The intervals asked for most recently, ``most`` of them at most; safe among threads."""

    def __init__(self, most: int) -> None:
        self.most = most
        self.size = 0
        self._lock = Lock()
        self._kept: OrderedDict[Hashable, Intervals] = OrderedDict()

    def get(self, made_of: Hashable, compute: Callable[[], Intervals]) -> Intervals:
        """What was computed from ``made_of``, which names every value that ``compute`` reads.

        Many share the answer, so nobody changes it.
        """
        with self._lock:
            if made_of in self._kept:
                self._kept.move_to_end(made_of)
                return self._kept[made_of]
        computed = compute()
        self._keep(made_of, computed)
        return computed

    def _keep(self, made_of: Hashable, computed: Intervals) -> None:
        with self._lock:
            if made_of in self._kept:
                return
            self._kept[made_of] = computed
            self.size += _weight(computed)
            while self.size > self.most:
                _made_of, oldest = self._kept.popitem(last=False)
                self.size -= _weight(oldest)


def _weight(intervals: Intervals) -> int:
    """What an entry counts: its intervals, and ten for its key."""
    return len(intervals) + 10


KEPT_HOURS = KeptHours(MOST_INTERVALS)
