"""Local days as instants: where each begins and ends, and which instants of it show a wall-clock time.

Instants are whole seconds since 1970-01-01 UTC.  A day is ``[start, end)`` between the first instants of two
local dates, which is 23, 24 or 25 hours, sometimes half an hour less or more.  An instant is inside
wall-clock bounds if the clock on the wall says so: a bound in a skipped hour thereby moves to its end, and a
repeated hour counts twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from bookings.availability.intervals import Interval, Intervals, merged

DAY = 86400
_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_SAMPLE = 900


class Day(NamedTuple):
    """A local date; ``regular`` if the clock is not changed in it, so that wall time is elapsed time."""

    date: date
    weekday: int
    start: int
    end: int
    regular: bool


def local(instant: int, zone: tzinfo) -> datetime:
    """The aware local time of an instant."""
    return datetime.fromtimestamp(instant, zone)


def offset(instant: int, zone: tzinfo) -> int:
    """Seconds that the zone's clocks are ahead of UTC at that instant."""
    ahead = local(instant, zone).utcoffset()
    assert ahead is not None  # noqa: S101  # an aware time has an offset
    return int(ahead.total_seconds())


@lru_cache(maxsize=20000)
def day_start(of: date, zone: tzinfo) -> int:
    """The first instant whose local date is ``of`` or later: midnight, or the end of what the clock skipped."""
    wall = (of.toordinal() - _EPOCH_ORDINAL) * DAY
    instant = int(datetime(of.year, of.month, of.day, tzinfo=zone).timestamp())
    if instant + offset(instant, zone) == wall:
        return instant
    low, high = instant - DAY, instant
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if local(middle, zone).date() < of else (low, middle)
    return high


@lru_cache(maxsize=512)
def days(zone: tzinfo, first: date, last: date) -> tuple[Day, ...]:
    """The local days from ``first`` to ``last``, both included."""
    result = []
    start = day_start(first, zone)
    for ordinal in range(first.toordinal(), last.toordinal() + 1):
        today = date.fromordinal(ordinal)
        end = day_start(today + timedelta(days=1), zone)
        regular = end - start == DAY and offset(start, zone) == offset(end, zone)
        result.append(Day(today, today.weekday(), start, end, regular))
        start = end
    return tuple(result)


def days_around(zone: tzinfo, start: int, end: int, margin: int) -> tuple[Day, ...]:
    """The local days that ``[start, end)`` touches and ``margin`` days more on either side."""
    first = local(start, zone).date() - timedelta(days=margin)
    last = local(max(start, end - 1), zone).date() + timedelta(days=margin)
    return days(zone, first, last)


def wall(day: Day, zone: tzinfo, opens: int, closes: int) -> Intervals:
    """The instants of a day at which its clock shows a time in ``[opens, closes)``, in seconds since 00:00."""
    if day.regular:
        return [(day.start + opens, day.start + closes)]
    midnight = (day.date.toordinal() - _EPOCH_ORDINAL) * DAY
    found = []
    for start, end, ahead in _stretches(day, zone):
        showing = (midnight + opens - ahead, midnight + closes - ahead)
        found.append((max(start, showing[0]), min(end, showing[1])))
    return merged(found)


def weekly_pieces(
    days: Sequence[Day], zone: tzinfo, bounds: Callable[[Day], Iterable[Interval]]
) -> list[Interval]:
    """The instants between the wall-clock ``bounds`` of each day; a bound beyond 24 hours lies on the next
    day, which is why the last day is looked at only as the next of the one before it.
    """
    pieces: list[Interval] = []
    for day, following in pairwise(days):
        for opens, closes in bounds(day):
            if day.regular and (closes <= DAY or following.regular):
                pieces.append((day.start + opens, day.start + closes))
            else:
                pieces += wall(day, zone, opens, min(closes, DAY))
                pieces += wall(following, zone, 0, closes - DAY) if closes > DAY else []
    return pieces


def _stretches(day: Day, zone: tzinfo) -> list[tuple[int, int, int]]:
    """A day as stretches of one offset each: start, end, seconds ahead of UTC."""
    result = []
    start = low = day.start
    ahead = offset(start, zone)
    while low < day.end:
        high = min(low + _SAMPLE, day.end)
        if high < day.end and offset(high, zone) != ahead:
            change = _change(low, high, zone)
            result.append((start, change, ahead))
            start, ahead = change, offset(change, zone)
        low = high
    result.append((start, day.end, ahead))
    return result


def _change(low: int, high: int, zone: tzinfo) -> int:
    """The first instant after ``low`` that has the offset of ``high``."""
    target = offset(high, zone)
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if offset(middle, zone) == target else (middle, high)
    return high


def next_full_hour(instant: int, zone: tzinfo) -> int:
    """The instant itself if the local clock shows a full hour, else the next instant at which it does."""
    # The clock may be changed in between, by less than an hour: then the full hour is one of its new offset.
    ahead = {offset(instant, zone), offset(instant + 3600, zone)}
    nexts = {instant + -(instant + each) % 3600 for each in ahead}
    candidates = sorted(nexts | {later + 3600 for later in nexts})
    return next(later for later in candidates if not (later + offset(later, zone)) % 3600)


def seconds(instant: datetime) -> int:
    """Whole seconds of an aware time since 1970-01-01 UTC, rounded down."""
    return int(instant.astimezone(UTC).timestamp() // 1)
