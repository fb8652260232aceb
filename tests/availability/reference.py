"""A slow answer to "when is this free?", five minutes by five minutes, that can be checked by reading it.

It shares no code with the engine: it asks the wall clock at every tick.  All times in the tests are whole
ticks.
"""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

TICK = 300
NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]


@dataclass
class Place:
    """A resource as the reference sees it; hours in minutes since 00:00, busy time in seconds since 1970."""

    zone: str = "UTC"
    # Nearest first: (week: weekday -> bounds, exceptions: (first, last, bounds or None)).
    levels: list[tuple[dict[int, list[tuple[int, int]]], list[tuple[date, date, tuple[int, int] | None]]]] = (
        field(default_factory=list)
    )
    constraints: list[list[dict]] = field(default_factory=list)
    busy: list[tuple[int, int]] = field(default_factory=list)
    length: int | None = 60


def bounds_of(levels, day: date) -> list[tuple[int, int]]:
    for _week, exceptions in levels:
        here = [bounds for first, last, bounds in exceptions if first <= day <= last]
        if here:
            return [bounds for bounds in here if bounds]
    for week, _exceptions in levels:
        if week:
            return week.get(day.weekday(), [])
    return [(0, 1440)]


def hours_open(levels, local: datetime) -> bool:
    minute = local.hour * 60 + local.minute
    today, yesterday = local.date(), local.date() - timedelta(days=1)
    return any(low <= minute < high for low, high in bounds_of(levels, today)) or any(
        low <= minute + 1440 < high for low, high in bounds_of(levels, yesterday)
    )


def speaks_of(key: str, given: dict, local: datetime) -> bool:
    kind = key.split("_", 1)[1]
    minute, today = local.hour * 60 + local.minute, local.weekday()
    low, high = given.get("start"), given.get("end")
    if kind == "weekdays":
        return today < 5
    if kind == "weekends":
        return today >= 5
    if kind == "day":
        return NAMES[today] == given["day"].lower()
    if kind == "period":
        return point(low, local.tzinfo) <= local.timestamp() < point(high, local.tzinfo)
    on_day = on_day_before = True
    if kind == "day_and_time":
        on_day, on_day_before = (NAMES[(today - back) % 7] == given["day"].lower() for back in (0, 1))
    low, high = clock(low), clock(high)
    if low < high:
        return on_day and low <= minute < high
    return (on_day and low <= minute) or (on_day_before and minute < high)


def clock(value: int | str) -> int:
    hours, _colon, minutes = str(value).partition(":")
    return int(hours) * 60 + int(minutes or 0)


def point(text: str, zone) -> float:
    """Seconds since 1970; a date is the first tick at which the zone's calendar shows it."""
    if len(text) > 10:
        return datetime.fromisoformat(text).timestamp()
    second = int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) - 86400
    while datetime.fromtimestamp(second, zone).date() < date.fromisoformat(text):
        second += TICK
    return second


def permits(constraints: list[dict], local: datetime) -> bool:
    families: dict[str, bool] = {}
    for item in constraints:
        ((key, given),) = item.items()
        if key.startswith("block_") and speaks_of(key, given, local):
            return False
        if key.startswith("allow_"):
            family = "day" if key in ("allow_day", "allow_weekdays", "allow_weekends") else key
            families[family] = families.get(family, False) or speaks_of(key, given, local)
    return all(families.values())


def is_open(place: Place, second: int) -> bool:
    local = datetime.fromtimestamp(second, ZoneInfo(place.zone))
    return hours_open(place.levels, local) and all(permits(each, local) for each in place.constraints)


def slots(
    place: Place, start: int, end: int, *, step: int | None = None, full_hours: bool = False, open_at=is_open
) -> dict[int, int]:
    """Start to end of all free slots within ``[start, end)``; length and step in minutes."""
    length = place.length * 60
    every = (step or place.length) * 60
    zone = ZoneInfo(place.zone)
    opened = {second: open_at(place, second) for second in range(start - 3 * 86400, end + 2 * 86400, TICK)}
    taken = {second for low, high in place.busy for second in range(low, high, TICK)}
    found = {}
    for begin, finish in runs(opened):
        for origin, until in origins(begin, finish, zone):
            first = origin
            while full_hours and datetime.fromtimestamp(first, zone).minute:
                first += TICK
            for second in range(first, until, every):
                needed = range(second, second + length, TICK)
                if second >= start and second + length <= min(end, finish) and taken.isdisjoint(needed):
                    found[second] = second + length
    return dict(sorted(found.items()))


def runs(opened: dict[int, bool]):
    begin = None
    for second in opened:
        if opened[second] and begin is None:
            begin = second
        if not opened[second] and begin is not None:
            yield begin, second
            begin = None
    if begin is not None:
        yield begin, second + TICK


def origins(begin: int, finish: int, zone: ZoneInfo):
    """Where the grid begins: at the opening, and anew at each first tick of a day if it lasts beyond 25
    hours.
    """
    cuts = [begin]
    if finish - begin > 25 * 3600:
        day = datetime.fromtimestamp(begin, zone).date()
        for second in range(begin, finish, TICK):
            if datetime.fromtimestamp(second, zone).date() > day:
                day = datetime.fromtimestamp(second, zone).date()
                cuts.append(second)
    yield from zip(cuts, [*cuts[1:], finish], strict=True)
