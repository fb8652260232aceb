"""What would have to change for a rule to pass a time: the nearest that it permits, on either side."""

from bisect import bisect_right
from collections.abc import Iterable
from datetime import UTC, datetime
from operator import itemgetter

from bookings.availability.intervals import Interval, Intervals, Opening, overlapping
from bookings.availability.verdicts import Remedy


def moment(second: int) -> datetime:
    """An instant in UTC."""
    return datetime.fromtimestamp(second, UTC)


def starts_from(second: int) -> Remedy:
    return Remedy(starts_from=moment(second))


def starts_until(second: int) -> Remedy:
    return Remedy(starts_until=moment(second))


def within(permitted: Intervals, start: int, end: int) -> Remedy | None:
    """The stretches that are long enough for ``[start, end)``, of those the nearest that begins by then and after."""
    roomy = [each for each in permitted if each[1] - each[0] >= end - start]
    place = bisect_right(roomy, start, key=itemgetter(0))
    near = roomy[max(0, place - 1) : place + 1]
    return Remedy(within=tuple((moment(low), moment(high)) for low, high in near)) if near else None


def after(forbidden: Intervals, start: int, until: int) -> Remedy | None:
    """From when on a time may start, outside all of ``forbidden``; None where that is ``until`` or later."""
    ends: Iterable[Interval] = overlapping(forbidden, start, start + 1)
    low = max((high for _low, high in ends), default=start)
    return Remedy(starts_from=moment(low)) if low < until else None


def on_grid(grid: Iterable[Opening], start: int, length: int, step: int) -> Remedy | None:
    """The starts on the grid that are nearest, before and after."""
    earlier, later = [], []
    for origin, first, until, close in grid:
        last = min(until - 1, close - length)
        last -= (last - origin) % step
        before = min(last, start - (start - origin) % step)
        behind = max(first + (origin - first) % step, start + (origin - start) % step)
        earlier += [before] if before >= first else []
        later += [behind] if behind <= last else []
    nearest = {*sorted(earlier)[-1:], *sorted(later)[:1]}
    return Remedy(starts=tuple(map(moment, sorted(nearest)))) if nearest else None
