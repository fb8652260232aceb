"""Which series are worked out at all: one that a person could have meant, and that ends in bounded time.

``dateutil`` runs through every step of a rule, and through all years to 9999 where no day fits; so a rule is looked at
before it is given away.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from dateutil.rrule import rrulestr  # type: ignore[import-untyped]
from icalendar import Event as IcalEvent

MOST_STEPS = 60_000
"""How far a rule may have to be followed; an hourly one for nearly seven years."""
MOST_DATES = 5_000
_STEP = {
    "HOURLY": timedelta(hours=1),
    "DAILY": timedelta(days=1),
    "WEEKLY": timedelta(days=7),
    "MONTHLY": timedelta(days=28),
    "YEARLY": timedelta(days=365),
}
_MANIFOLD = ("BYHOUR", "BYMINUTE", "BYSECOND")
_FILTERS = ("BYMONTH", "BYMONTHDAY", "BYYEARDAY", "BYWEEKNO", "BYDAY", "BYSETPOS", "BYEASTER")
_CYCLE = 400  # years after which the calendar is the same again


def is_bounded(event: IcalEvent, until: datetime) -> bool:
    """Whether the event's own dates and rules up to ``until`` can be worked out in bounded time."""
    dates = sum(len(getattr(one, "dts", ())) for name in ("RDATE", "EXDATE") for one in _all(event, name))
    if dates > MOST_DATES:
        return False
    start = event.get("DTSTART")
    rules = _all(event, "RRULE") + _all(event, "EXRULE")
    return not rules or (
        start is not None and len(rules) == 1 and _rule_is_bounded(rules[0], start.dt, until)
    )


def _rule_is_bounded(rule: Any, start: date, until: datetime) -> bool:
    frequency = str((rule.get("FREQ") or [""])[0]).upper()
    interval = int((rule.get("INTERVAL") or [1])[0])
    if frequency not in _STEP or not 1 <= interval <= 10_000:
        return False
    filters = [name for name in _FILTERS if rule.get(name)]
    if frequency == "HOURLY" and set(filters) - {"BYDAY"}:
        return False
    many = 1
    for name in _MANIFOLD:
        many *= max(len(rule.get(name) or ()), 1)
    years = max(until.year - start.year + 1, 1)
    steps = timedelta(days=366 * years) / _STEP[frequency] * many
    return steps <= MOST_STEPS and (not filters or _ever_fits(rule, start))


def _ever_fits(rule: Any, start: date) -> bool:
    """Whether any day of a whole cycle of the calendar fits; the last one, so that looking ends with the year 9999."""
    shift = (9999 - start.year) // _CYCLE - 1
    if shift < 0:
        return False
    late = datetime(start.year + shift * _CYCLE, start.month, start.day)  # noqa: DTZ001  # of no zone
    bare = {name: value for name, value in rule.items() if name.upper() not in {"UNTIL", "COUNT", *_MANIFOLD}}
    text = type(rule)(bare).to_ical().decode()
    return next(iter(rrulestr(text, dtstart=late)), None) is not None


def _all(event: IcalEvent, name: str) -> list[Any]:
    found = event.get(name, [])
    return found if isinstance(found, list) else [found]
