"""Availability constraints as the API writes them, read into rules and evaluated in one resource's own zone.

A list is a list of objects with one key each.  Allows of one family add up and take away everything else;
different families, and different lists, must all permit; a block takes away.  ``allow_day``,
``allow_weekdays`` and ``allow_weekends`` are one family.
"""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext

from bookings import limits
from bookings.availability.days import DAY, Day, day_start, seconds, weekly_pieces
from bookings.availability.intervals import Interval, Intervals, difference, intersection, merged

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
WORKING_DAYS = frozenset(range(5))
Given = Mapping[str, Any]
_CLOCK = re.compile(r"(\d{1,2})(?::(\d{2})(?::(\d{2}))?)?")
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")


def _(sentence: str) -> str:
    """Mark a sentence for translation; the doors translate it."""
    return sentence


class ConstraintsError(ValueError):
    """A list of constraints that cannot be read.

    ``errors`` holds every finding: path below the list (``"0.allow_day.day"``, or ``""`` for the list itself)
    to sentences, which never repeat what was sent.
    """

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(sentence for sentences in errors.values() for sentence in sentences))

    def below(self, name: str) -> dict[str, list[str]]:
        """The errors with full paths, ``name`` being the field that held the list."""
        return {f"{name}.{path}" if path else name: list(found) for path, found in self.errors.items()}


@dataclass(frozen=True, kw_only=True)
class Rule:
    """One constraint: a weekly window (``opens`` and ``closes`` in seconds since 00:00, ``closes`` beyond 24
    hours where it ends on the next day) or a period between two dates or instants.
    """

    key: str
    weekdays: frozenset[int] = EVERY_DAY
    opens: int = 0
    closes: int = DAY
    period: tuple[date | datetime, date | datetime] | None = None

    @property
    def allows(self) -> bool:
        return self.key.startswith("allow_")

    @property
    def family(self) -> str:
        """What adds up when allowed: ``day_and_time``, ``hours``, ``day`` or ``period``."""
        kind = self.key.split("_", 1)[1]
        return "day" if kind in ("weekdays", "weekends") else kind

    def intervals(self, days: Sequence[Day], zone: ZoneInfo) -> list[Interval]:
        """The instants it speaks of, within ``days``; pieces may touch."""
        if self.period:
            low, high = (_instant(bound, zone) for bound in self.period)
            return [(low, high)] if low < days[-1].end and days[0].start < high else []
        return weekly_pieces(
            days, zone, lambda day: [(self.opens, self.closes)] if day.weekday in self.weekdays else []
        )


def _instant(bound: date | datetime, zone: ZoneInfo) -> int:
    return seconds(bound) if isinstance(bound, datetime) else day_start(bound, zone)


def permitted(rules: Iterable[Rule], days: Sequence[Day], zone: ZoneInfo) -> Intervals | None:
    """The instants within ``days`` that a list permits; ``None`` where it has no rules and permits all."""
    families: dict[str, list[Interval]] = {}
    blocked: list[Interval] = []
    for rule in rules:
        pieces = rule.intervals(days, zone)
        if rule.allows:
            families.setdefault(rule.family, []).extend(pieces)
        else:
            blocked += pieces
    if not families and not blocked:
        return None
    left: Intervals = [(days[0].start, days[-1].end)]
    for allowed in families.values():
        left = intersection(left, merged(allowed))
    return difference(left, merged(blocked))


def parse_constraints(value: object) -> tuple[Rule, ...]:
    """Read a list as the API writes it.  Raises ``ConstraintsError`` with everything that is wrong."""
    if not isinstance(value, list):
        raise ConstraintsError({"": [_("This must be a list.")]})
    if len(value) > (most := limits.CONSTRAINTS.value):
        raise ConstraintsError(
            {"": [gettext("Too many constraints; %(most)s are the most.") % {"most": most}]}
        )
    errors: dict[str, list[str]] = {}
    rules = [_rule(item, str(index), errors) for index, item in enumerate(value)]
    if errors:
        raise ConstraintsError(errors)
    return tuple(rule for rule in rules if rule)


def _rule(item: object, path: str, errors: dict[str, list[str]]) -> Rule | None:
    if not isinstance(item, dict) or len(item) != 1:
        errors[path] = [_("Each constraint is an object with one key, like allow_day.")]
        return None
    key, arguments = next(iter(item.items()))
    name = key.removeprefix("allow_").removeprefix("block_") if isinstance(key, str) else ""
    if name not in _READERS or key not in (f"allow_{name}", f"block_{name}"):
        errors[path] = [_("This kind of constraint is unknown.")]
        return None
    # Clients written in PHP send an empty object as an empty list.
    if not isinstance(arguments, dict) and arguments not in ([], None):
        errors[f"{path}.{key}"] = [_("The arguments must be an object.")]
        return None
    return _READERS[name](key, arguments or {}, f"{path}.{key}", errors)


def _read_day_and_time(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    bounds = _clock_bounds(given, path, errors)
    return Rule(key=key, weekdays=_day(given, path, errors), opens=bounds[0], closes=bounds[1])


def _read_hours(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    opens, closes = _clock_bounds(given, path, errors)
    return Rule(key=key, opens=opens, closes=closes)


def _read_day(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    return Rule(key=key, weekdays=_day(given, path, errors))


def _read_period(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    low, high = (_moment(given.get(name), f"{path}.{name}", errors) for name in ("start", "end"))
    if low and high and not _ascending(low, high):
        errors[f"{path}.end"] = [_("The end must come after the start.")]
    return Rule(key=key, period=(low, high) if low and high else None)


def _read_weekdays(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    return Rule(key=key, weekdays=WORKING_DAYS)


def _read_weekends(key: str, given: Given, path: str, errors: dict[str, list[str]]) -> Rule:
    return Rule(key=key, weekdays=EVERY_DAY - WORKING_DAYS)


_READERS: dict[str, Callable[[str, Given, str, dict[str, list[str]]], Rule]] = {
    "day_and_time": _read_day_and_time,
    "hours": _read_hours,
    "day": _read_day,
    "period": _read_period,
    "weekdays": _read_weekdays,
    "weekends": _read_weekends,
}


def _day(given: Given, path: str, errors: dict[str, list[str]]) -> frozenset[int]:
    name = given.get("day")
    if isinstance(name, str) and name.strip().lower() in WEEKDAYS:
        return frozenset({WEEKDAYS.index(name.strip().lower())})
    missing = _("Name the day in English, like Monday.")
    errors[f"{path}.day"] = [
        missing if name is None else _("This is no day of the week in English, like Monday.")
    ]
    return EVERY_DAY


def _clock_bounds(given: Given, path: str, errors: dict[str, list[str]]) -> Interval:
    opens, closes = (_clock(given.get(name), f"{path}.{name}", errors) for name in ("start", "end"))
    if opens is None or closes is None:
        return 0, DAY
    if opens == DAY:
        errors[f"{path}.start"] = [_("The start must be before 24:00.")]
    elif opens == closes:
        errors[f"{path}.end"] = [_("Start and end are the same time.")]
    return opens, closes if closes > opens else closes + DAY


def _clock(value: object, path: str, errors: dict[str, list[str]]) -> int | None:
    """Seconds since 00:00 of a whole hour (``9``) or a time (``"09:30"``); 24 is the end of the day."""
    text = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    found = _CLOCK.fullmatch(text.strip()) if isinstance(text, str) else None
    if found:
        hours, minutes, rest = (int(part or 0) for part in found.groups())
        total = hours * 3600 + minutes * 60 + rest
        if minutes < 60 and rest < 60 and total <= DAY:
            return total
    missing = _("This is required: an hour from 0 to 24, or a time like 09:30.")
    errors[path] = [missing if value is None else _("Use an hour from 0 to 24, or a time like 09:30.")]
    return None


def _moment(value: object, path: str, errors: dict[str, list[str]]) -> date | datetime | None:
    """A date, or an instant with its offset, of the years 1900 to 2200 (arithmetic fails near the calendar's
    ends).
    """
    required = _("This is required: a date, or a time with its offset.")
    refused = _("Use a date like 2027-05-01, or a time with its offset like 2027-05-01T09:00:00+02:00.")
    moment = _read_moment(value.strip()) if isinstance(value, str) else None
    if moment is None or not 1900 <= moment.year <= 2200:
        errors[path] = [required if value is None else refused]
        return None
    return moment


def _read_moment(text: str) -> date | datetime | None:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text)
        moment = datetime.fromisoformat(text.upper())
    except ValueError:
        return None
    return moment if moment.utcoffset() is not None else None


def _ascending(low: date | datetime, high: date | datetime) -> bool:
    """Whether the second bound is later, as far as can be said without knowing the zone."""
    if isinstance(low, datetime) and isinstance(high, datetime):
        return low < high
    return _as_date(low) < _as_date(high) if type(low) is type(high) else _as_date(low) <= _as_date(high)


def _as_date(moment: date | datetime) -> date:
    return moment.date() if isinstance(moment, datetime) else moment
