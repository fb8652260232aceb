"""Days as people and PHP call them: ``today``, ``tomorrow``, ``next monday``, ``friday 9:30``, ``next week``."""

import re
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from bookings.durations import Span

_WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_SPANS = {"week": Span(elapsed=timedelta(weeks=1)), "month": Span(months=1), "year": Span(months=12)}
_WORDS = re.compile(
    r"(?P<day>today|midnight|tomorrow)|(?P<which>next |this )?(?P<weekday>[a-z]{6,9})|next (?P<span>week|month|year)"
)
_TIME = re.compile(r" (?:at )?(?P<hour>\d{1,2})(?::(?P<minute>[0-5]\d))?(?: ?(?P<half>am|pm))?", re.ASCII)


def read_day(text: str, now: datetime, zone: ZoneInfo) -> datetime | None:
    """The instant that a day's name means: its midnight in the zone, or the time that is named after it.

    ``next monday`` is never today, ``monday`` may be; ``next week`` is a week from now.  None for any other text.
    """
    plain = " ".join(text.lower().split())
    found = _WORDS.match(plain)
    if found is None:
        return None
    if found["span"]:
        return _SPANS[found["span"]].after(now) if found.end() == len(plain) else None
    days, clock = _days_ahead(found, now.astimezone(zone)), _clock(plain[found.end() :])
    if days is None or clock is None:
        return None
    day = now.astimezone(zone).date() + timedelta(days=days)
    return datetime.combine(day, clock, tzinfo=zone).astimezone(UTC)


def _days_ahead(found: re.Match[str], today: datetime) -> int | None:
    if found["day"]:
        return 1 if found["day"] == "tomorrow" else 0
    if found["weekday"] not in _WEEKDAYS:
        return None
    ahead = (_WEEKDAYS.index(found["weekday"]) - today.weekday()) % 7
    return ahead or (7 if found["which"] == "next " else 0)


def _clock(rest: str) -> time | None:
    """The time of day behind the day's name; midnight where nothing stands there, None where it is no time."""
    if not rest:
        return time()
    found = _TIME.fullmatch(rest)
    if found is None or not (found["minute"] or found["half"]):
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"] == "pm" else 0) if 1 <= hour <= 12 else 24
    return time(hour, int(found["minute"] or 0)) if hour < 24 else None
