"""Durations as people and programs write them: ``1 hour``, ``90 minutes``, ``3 days 2 weeks``, ``PT90M``.

A duration is elapsed time (``timedelta``).  A ``Span`` may hold calendar months besides, which become elapsed
time only from a given instant on.  No sentence repeats what was typed.
"""

import calendar
import re
from dataclasses import dataclass
from datetime import datetime, timedelta

_MONTH_UNITS = {"month": 1, "months": 1, "year": 12, "years": 12}
_SECOND_UNITS = {
    **dict.fromkeys(("s", "sec", "secs", "second", "seconds"), 1),
    **dict.fromkeys(("m", "min", "mins", "minute", "minutes"), 60),
    **dict.fromkeys(("h", "hr", "hrs", "hour", "hours"), 3600),
    **dict.fromkeys(("d", "day", "days"), 86400),
    **dict.fromkeys(("w", "week", "weeks"), 604800),
}
_PART = re.compile(r"(\d{1,9}(?:\.\d{1,6})?)\s*([a-z]+)")
_BETWEEN = re.compile(r"\s*(?:,|\band\b)?\s*")
_ISO = re.compile(
    r"P(?:(?P<years>\d{1,4})Y)?(?:(?P<months>\d{1,5})M)?(?:(?P<weeks>\d{1,6})W)?(?:(?P<days>\d{1,7})D)?"
    r"(?:T(?:(?P<hours>\d{1,8}(?:[.,]\d{1,6})?)H)?(?:(?P<minutes>\d{1,9}(?:[.,]\d{1,6})?)M)?"
    r"(?:(?P<seconds>\d{1,9}(?:[.,]\d{1,6})?)S)?)?",
    re.IGNORECASE,
)
LONGEST = timedelta(days=3660)


def _(sentence: str) -> str:
    """Mark a sentence for translation; the doors translate it."""
    return sentence


class DurationError(ValueError):
    """A text that names no duration; ``str()`` is a sentence for people."""

    sentence = _("This is no duration. Write it like “1 hour”, “90 minutes” or “PT90M”.")

    def __init__(self) -> None:
        super().__init__(self.sentence)


class DurationWithoutUnit(DurationError):
    sentence = _("The unit is missing. Write it like “30 minutes”.")


class DurationUnitUnknown(DurationError):
    sentence = _("The unit is unknown. Use seconds, minutes, hours, days or weeks.")


class DurationNotElapsed(DurationError):
    sentence = _("Months and years differ in length. Use days or weeks.")


class DurationNegative(DurationError):
    sentence = _("A duration cannot be negative.")


class DurationTooLong(DurationError):
    sentence = _("This duration is too long; ten years are the most.")


@dataclass(frozen=True, kw_only=True)
class Span:
    """Calendar months and elapsed time after them."""

    months: int = 0
    elapsed: timedelta = timedelta(0)

    def after(self, instant: datetime) -> datetime:
        """The instant this span later; the 31st becomes the last day of a shorter month."""
        year, month = divmod(instant.year * 12 + instant.month - 1 + self.months, 12)
        day = min(instant.day, calendar.monthrange(year, month + 1)[1])
        return instant.replace(year=year, month=month + 1, day=day) + self.elapsed


def parse_span(text: object) -> Span:
    """Read human or ISO 8601 text, months and years included.  Raises ``DurationError``."""
    if not isinstance(text, str) or len(text) > 200:
        raise DurationError
    cleaned = text.strip().lower()
    if cleaned.startswith(("-", "p-")):
        raise DurationNegative
    months, seconds = _iso_parts(cleaned) if cleaned.startswith("p") else _human_parts(cleaned)
    if seconds > LONGEST.total_seconds() or months > 120:
        raise DurationTooLong
    return Span(months=months, elapsed=timedelta(seconds=seconds))


def parse_duration(text: object) -> timedelta:
    """Read human or ISO 8601 text as elapsed time, zero allowed.  Raises ``DurationError``."""
    span = parse_span(text)
    if span.months:
        raise DurationNotElapsed
    return span.elapsed


def _human_parts(text: str) -> tuple[int, float]:
    months, seconds, position = 0, 0.0, 0
    text = text.removeprefix("+").strip()
    while position < len(text):
        part = _PART.match(text, position)
        if part is None:
            raise DurationWithoutUnit if re.match(r"[\d.]+\s*(?:\d|$)", text[position:]) else DurationError
        number, unit = part.groups()
        if unit in _SECOND_UNITS:
            seconds += float(number) * _SECOND_UNITS[unit]
        elif unit in _MONTH_UNITS and number.isdigit():
            months += int(number) * _MONTH_UNITS[unit]
        else:
            raise DurationUnitUnknown
        between = _BETWEEN.match(text, part.end())
        position = between.end() if between else part.end()
    if not text:
        raise DurationError
    return months, seconds


def _iso_parts(text: str) -> tuple[int, float]:
    found = _ISO.fullmatch(text)
    if found is None or text.endswith(("p", "t")):
        raise DurationError
    numbers = {name: float((value or "0").replace(",", ".")) for name, value in found.groupdict().items()}
    months = int(numbers["years"] * 12 + numbers["months"])
    seconds = sum(
        numbers[unit] * _SECOND_UNITS[unit] for unit in ("weeks", "days", "hours", "minutes", "seconds")
    )
    return months, seconds
