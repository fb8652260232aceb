"""A slow answer to "when is this free?", minute by minute, that can be checked by reading it.

It shares no code with the engine and knows no intervals: every rule is a set of minutes.  An instant is a number of
minutes since 1970-01-01 UTC, a clock shows a date and the minutes since 00:00, and lengths are minutes too.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any
from zoneinfo import ZoneInfo

NAMES = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
DAY = 1440
FAR_AHEAD = 10**9


@dataclass
class Level:
    """The hours that one owner keeps; an opening that ends after 1440 ends on the next day.

    An exception is its first and last day, both included, and the bounds; closed where there are none.
    """

    week: dict[int, list[tuple[int, int]]] = field(default_factory=dict)
    exceptions: list[tuple[date, date, tuple[int, int] | None]] = field(default_factory=list)


@dataclass
class Piece:
    """Taken time: ``[start, end)`` is in use, and the buffers around it are claimed too."""

    start: int
    end: int
    before: int = 0
    after: int = 0


@dataclass
class Place:
    """A resource; its levels of hours stand nearest first, and ``booked`` are the starts that its cap counts."""

    zone: str = "UTC"
    levels: list[Level] = field(default_factory=list)
    project_levels: list[Level] = field(default_factory=list)
    constraints: list[list[dict]] = field(default_factory=list)
    busy: list[Piece] = field(default_factory=list)
    length: int | None = 60
    cap: int | None = None
    booked: list[int] = field(default_factory=list)


@dataclass
class Asked:
    """A search of ``[start, end)`` for slots that start from ``earliest`` to ``latest`` and keep their distance."""

    start: int
    end: int
    earliest: int = 0
    latest: int = FAR_AHEAD
    step: int | None = None
    full_hours: bool = False
    before: int = 0
    after: int = 0
    around: int = 0

    @property
    def window(self) -> range:
        """The minutes that are looked at: openings that reach into the search begin before it."""
        return range(self.start - 3 * DAY, self.end + 2 * DAY)

    def may_start(self, minute: int) -> bool:
        return max(self.start, self.earliest) <= minute <= self.latest and minute < self.end


@dataclass
class Part:
    """A place, or several together, as sets of minutes."""

    zone: str
    length: int | None
    opened: set[int]
    claimed: set[int]
    used: set[int]
    full_days: set[int]


@cache
def _clocks_of_a_day(zone: str, day: int) -> list[tuple[date, int]]:
    clocks = (
        datetime.fromtimestamp(minute * 60, ZoneInfo(zone)) for minute in range(day * DAY, (day + 1) * DAY)
    )
    return [(clock.date(), clock.hour * 60 + clock.minute) for clock in clocks]


def shown(zone: str, minute: int) -> tuple[date, int]:
    """What the zone's clock shows at an instant: the date, and the minutes since 00:00."""
    return _clocks_of_a_day(zone, minute // DAY)[minute % DAY]


def instants(zone: str, window: range, clock_minutes: Callable[[date], Collection[int]]) -> set[int]:
    """The instants of a window at which the clock shows one of the minutes that belong to its date."""
    clocks = [shown(zone, minute) for minute in window]
    wanted = {day: clock_minutes(day) for day in {day for day, _minute in clocks}}
    return {instant for instant, (day, minute) in zip(window, clocks, strict=True) if minute in wanted[day]}


def open_minutes(levels: list[Level], day: date) -> set[int]:
    """The minutes of a date's clock that are open: by its own bounds, and by what the day before left."""
    today, yesterday = (_bounds(levels, each) for each in (day, day - timedelta(days=1)))
    minutes = {minute for low, high in today for minute in range(low, high)}
    minutes |= {minute - DAY for low, high in yesterday for minute in range(low, high)}
    return minutes & set(range(DAY))


def _bounds(levels: list[Level], day: date) -> list[tuple[int, int]]:
    for level in levels:
        here = [bounds for first, last, bounds in level.exceptions if first <= day <= last]
        if here:
            return [bounds for bounds in here if bounds]
    for level in levels:
        if level.week:
            return level.week.get(day.weekday(), [])
    return [(0, DAY)]


def permitted(zone: str, window: range, constraints: list[dict]) -> set[int]:
    """What one list permits: all that its allows of each family add up to, without what its blocks name."""
    families: dict[str, set[int]] = {}
    left = set(window)
    for item in constraints:
        ((key, given),) = item.items()
        action, kind = key.split("_", 1)
        named = spoken_of(zone, window, kind, given)
        if action == "block":
            left -= named
        else:
            family = "day" if kind in ("weekdays", "weekends") else kind
            families[family] = families.get(family, set()) | named
    return left.intersection(*families.values())


def spoken_of(zone: str, window: range, kind: str, given: dict) -> set[int]:
    """The instants that a constraint names."""
    if kind == "period":
        start, end = given["start"], given["end"]
        return {each for each in window if _reached(start, zone, each) and not _reached(end, zone, each)}
    return instants(zone, window, lambda day: _weekly(kind, given, day))


def _reached(bound: str, zone: str, minute: int) -> bool:
    """Whether an instant is at a bound or after it: on that date or a later one, or at that time or later."""
    if len(bound) == len("2027-05-01"):
        return shown(zone, minute)[0] >= date.fromisoformat(bound)
    return minute * 60 >= datetime.fromisoformat(bound).timestamp()


def _weekly(kind: str, given: dict, day: date) -> Collection[int]:
    today, yesterday = NAMES[day.weekday()], NAMES[(day.weekday() - 1) % 7]
    whole, nothing = range(DAY), range(0)
    if kind in ("weekdays", "weekends"):
        return whole if (day.weekday() < 5) == (kind == "weekdays") else nothing
    if kind == "day":
        return whole if today == given["day"].lower() else nothing
    low, high = _clock(given["start"]), _clock(given["end"])
    named = {given["day"].lower()} if kind == "day_and_time" else {*NAMES}
    if low < high:
        return range(low, high) if today in named else nothing
    evening = range(low, DAY) if today in named else nothing
    return {*evening, *(range(high) if yesterday in named else nothing)}


def _clock(value: int | str) -> int:
    hours, _colon, minutes = str(value).partition(":")
    return int(hours) * 60 + int(minutes or 0)


def part(place: Place, asked: Asked) -> Part:
    """What a place makes of a search."""
    zone, window = place.zone, asked.window
    opened = instants(zone, window, lambda day: open_minutes(place.levels, day))
    opened &= instants(zone, window, lambda day: open_minutes(place.project_levels, day))
    opened = opened.intersection(*(permitted(zone, window, each) for each in place.constraints))
    return Part(
        zone=zone,
        length=place.length,
        opened=opened,
        claimed=_minutes((piece.start - piece.before, piece.end + piece.after) for piece in place.busy),
        used=_minutes((piece.start, piece.end) for piece in place.busy),
        full_days=_full_days(place, window),
    )


def _minutes(pieces: Iterable[tuple[int, int]]) -> set[int]:
    return set().union(*(range(low, high) for low, high in pieces))


def _full_days(place: Place, window: range) -> set[int]:
    if place.cap is None:
        return set()
    booked = Counter(shown(place.zone, start)[0] for start in place.booked)
    return {each for each in window if booked[shown(place.zone, each)[0]] >= place.cap}


def together(parts: list[Part]) -> Part:
    """All as one that is free when each is; the longest length, the zone of the first."""
    return Part(
        zone=parts[0].zone,
        length=max((part.length for part in parts if part.length), default=None),
        opened=set.intersection(*(part.opened for part in parts)),
        claimed=set().union(*(part.claimed for part in parts)),
        used=set().union(*(part.used for part in parts)),
        full_days=set().union(*(part.full_days for part in parts)),
    )


def slots(place: Place | Part, asked: Asked) -> dict[int, int]:
    """Start to end of all free slots; of natural length where the place has none."""
    whole = part(place, asked) if isinstance(place, Place) else place
    if whole.length is None:
        return dict(runs(stretches(whole, asked)))
    return {
        start: start + whole.length
        for start in sorted(grid(whole, asked, whole.length))
        if asked.may_start(start)
        and start not in whole.full_days
        and is_free(whole, asked, start, whole.length)
    }


def is_free(whole: Part, asked: Asked, start: int, length: int) -> bool:
    """Whether a slot lies in open time of the search, and the distances around it are kept."""
    end = start + length
    return (
        end <= asked.end
        and whole.opened.issuperset(range(start, end))
        and whole.claimed.isdisjoint(range(start - asked.before, end + asked.after))
        and whole.used.isdisjoint(range(start - asked.around, end + asked.around))
    )


def stretches(whole: Part, asked: Asked) -> set[int]:
    """The minutes at which something could go on, however short, before the last one at which it may start."""
    return {
        minute
        for minute in whole.opened - whole.full_days
        if asked.may_start(minute) and minute < asked.latest and is_free(whole, asked, minute, 1)
    }


def grid(whole: Part, asked: Asked, length: int) -> Iterable[int]:
    """Where slots may start: in steps from each opening, or from its first full hour."""
    for begin, finish in runs(whole.opened):
        for origin, until in _origins(begin, finish, whole.zone):
            first = origin
            while asked.full_hours and first in asked.window and shown(whole.zone, first)[1] % 60:
                first += 1
            yield from range(first, until, asked.step or length)


def runs(minutes: set[int]) -> Iterable[tuple[int, int]]:
    """The stretches without a gap, ascending."""
    begin = None
    for minute in sorted(minutes):
        if begin is None:
            begin = minute
        if minute + 1 not in minutes:
            yield begin, minute + 1
            begin = None


def _origins(begin: int, finish: int, zone: str) -> Iterable[tuple[int, int]]:
    """Where the steps begin: at the opening, and anew on each date if it lasts beyond 25 hours."""
    cuts = [begin]
    if finish - begin > 25 * 60:
        inner = range(begin + 1, finish)
        cuts += [minute for minute in inner if shown(zone, minute)[0] != shown(zone, minute - 1)[0]]
    yield from zip(cuts, [*cuts[1:], finish], strict=True)


def table(places: list[Place], asked: Asked) -> dict[int, dict[int, int]]:
    """The slots of each place, by its number."""
    return {number: slots(place, asked) for number, place in enumerate(places)}


def everyone(tables: dict[int, dict[int, int]]) -> list[tuple[int, int, tuple[Any, ...]]]:
    """Every slot, and who is free at it."""
    found: dict[tuple[int, int], list[int]] = {}
    for number, free in tables.items():
        for slot in free.items():
            found.setdefault(slot, []).append(number)
    return [(start, end, tuple(numbers)) for (start, end), numbers in sorted(found.items())]


def first_of_each_start(tables: dict[int, dict[int, int]]) -> list[tuple[int, int, tuple[Any, ...]]]:
    """Every start, and the first who is free at it."""
    first: dict[int, tuple[int, int, tuple[Any, ...]]] = {}
    for number, free in tables.items():
        for start, end in free.items():
            first.setdefault(start, (start, end, (number,)))
    return [first[start] for start in sorted(first)]
