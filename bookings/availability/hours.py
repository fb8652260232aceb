"""Opening hours: weeks and dated exceptions on levels, and which level decides for a day.

Levels stand nearest first: resource, location, site.  The nearest level that has a week gives the week; the
nearest level with an exception for a day replaces it on that day.  No week anywhere means open on every other
day, all day.
"""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import cached_property, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability.days import DAY, Day, weekly_pieces
from bookings.availability.intervals import Interval, Intervals, merged

ALL_DAY: tuple[Interval, ...] = ((0, DAY),)


@dataclass(frozen=True, kw_only=True)
class DatedException:
    """What holds on the days ``first`` to ``last`` (both included): open between the bounds, or closed
    (``None``).
    """

    first: date
    last: date
    bounds: Interval | None
    source: Any = None


@dataclass(frozen=True, kw_only=True)
class Level:
    """The hours of one owner: weekday (Monday 0) to bounds in seconds since 00:00, and its exceptions."""

    week: Mapping[int, Sequence[Interval]] = field(default_factory=dict)
    exceptions: Sequence[DatedException] = ()
    source: Any = None

    @cached_property
    def said(self) -> Hashable:
        """All of its hours as one value, equal where the hours are equal, whoever keeps them."""
        week = sorted((weekday, *each) for weekday, bounds in self.week.items() for each in bounds)
        return tuple(week), tuple((each.first, each.last, each.bounds) for each in self.exceptions)


@lru_cache(maxsize=4096)
def bounds(opens: time, closes: time) -> Interval:
    """Wall-clock times as seconds since 00:00; a closing at or before the opening is on the next day."""
    low, high = (moment.hour * 3600 + moment.minute * 60 + moment.second for moment in (opens, closes))
    return low, high if high > low else high + DAY


def exceptions_on(levels: Iterable[Level], day: date) -> list[DatedException]:
    """The exceptions that replace the week on that day: all those of the nearest level that has one."""
    for level in levels:
        found = [each for each in level.exceptions if each.first <= day <= each.last]
        if found:
            return found
    return []


def weekly_level(levels: Iterable[Level]) -> Level | None:
    """The level that gives the week, ``None`` where no level has one."""
    return next((level for level in levels if level.week), None)


def decider(levels: Sequence[Level], clock: datetime) -> tuple[Level, DatedException | None] | None:
    """Whose hours decide when the clock shows that: a level, and its exception if it is one that does; ``None``
    where hours are not kept.

    Past midnight the day before decides, if what its week or its exceptions say reaches so far.
    """
    week = weekly_level(levels)
    second = clock.hour * 3600 + clock.minute * 60 + clock.second
    today, yesterday = clock.date(), clock.date() - timedelta(days=1)

    def said(day: date) -> list[Interval]:
        return [*week.week.get(day.weekday(), ())] if week else []

    def dated(day: date) -> list[Interval]:
        return [each.bounds for each in exceptions_on(levels, day) if each.bounds]

    replaced = exceptions_on(levels, today)
    if not _reach(dated(today) if replaced else said(today), second) and _reach(
        said(yesterday) + dated(yesterday), second + DAY
    ):
        replaced = exceptions_on(levels, yesterday)
    for exception in replaced:
        return next(level for level in levels if exception in level.exceptions), exception
    return (week, None) if week else None


def _reach(bounds: Iterable[Interval], second: int) -> bool:
    return any(low <= second < high for low, high in bounds)


def open_hours(levels: Sequence[Level], days: Sequence[Day], zone: ZoneInfo) -> Intervals | None:
    """The instants within ``days`` (but the last) that are open; ``None`` where hours are not kept: always
    open.

    An opening belongs to the day on which it begins: its hours past midnight stay, whatever the next day
    says.
    """
    base = weekly_level(levels)
    replaced = _replaced_days(levels, days)
    if base is None and not replaced:
        return None
    week = base.week if base else dict.fromkeys(range(7), ALL_DAY)

    def opening(day: Day) -> Sequence[Interval]:
        return replaced[day.date] if day.date in replaced else week.get(day.weekday, ())

    return merged(weekly_pieces(days, zone, opening))


def _replaced_days(levels: Sequence[Level], days: Sequence[Day]) -> dict[date, list[Interval]]:
    """Bounds of each day in ``days`` that an exception replaces; nearer levels overwrite farther ones."""
    replaced: dict[date, list[Interval]] = {}
    for level in reversed(levels):
        own: dict[date, list[Interval]] = {}
        for each in level.exceptions:
            for day in days:
                if each.first <= day.date <= each.last:
                    own.setdefault(day.date, []).extend([each.bounds] if each.bounds else [])
        replaced.update(own)
    return replaced
