"""Opening hours as people write them: "Mon-Fri 9-12, 13-18; Sat 10-14", with the days' names in our languages."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import time
from functools import cache
from itertools import pairwise
from typing import NamedTuple

from babel import Locale
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_language, to_locale
from django.utils.translation import gettext as _

_TIME = r"(\d{1,2})(?:\s*[:.h]\s*(\d{2}))?\s*(am|pm|a\.m\.|p\.m\.|uhr|h|ص|م)?"
_RANGE = re.compile(rf"{_TIME}\s*-\s*{_TIME}(?!\w)")
_CLOSED = re.compile(r"(?<!\w)(?:closed|geschlossen|zu|مغلق)(?!\w)")
_UNTIL = re.compile(r"[\u2010-\u2015\u2212]|(?<!\w)(?:to|until|till|bis|إلى|الى|حتى)(?!\w)")
_AND = re.compile(r"[,،&+/]|(?<!\w)(?:and|und|و)(?!\w)")
_FILLERS = re.compile(r"(?<!\w)(?:from|von|ab|من)(?!\w)|(?<!\d):|:(?!\d)")
_SETS = {
    "daily": range(7),
    "every day": range(7),
    "täglich": range(7),
    "jeden tag": range(7),
    "يوميا": range(7),
    "يوميًا": range(7),
    "كل يوم": range(7),
    "weekdays": range(5),
    "werktags": range(5),
    "weekend": range(5, 7),
    "weekends": range(5, 7),
    "wochenende": range(5, 7),
}
_ALSO_CALLED = {"sonnabend": 5, "thur": 3, "thurs": 3, "tues": 1}
_PM = {"pm", "p.m.", "م"}
_AM = {"am", "a.m.", "ص"}


class Opening(NamedTuple):
    """Open on ``weekday`` (Monday 0) from ``opens`` to ``closes``, wall clock; 00:00 ends the day."""

    weekday: int
    opens: time
    closes: time


def read(text: str) -> list[Opening]:
    """The openings of a week, in order; raises ``ValidationError`` with a sentence for each line that is wrong."""
    lines = [line for line in re.split(r"[\n;؛]", text) if line.strip()]
    found: list[Opening] = []
    wrong: list[ValidationError] = []
    for number, line in enumerate(lines, 1):
        try:
            found += _line(_plain(line))
        except ValidationError as error:
            said = {"number": number, "sentence": error.message}
            wrong.append(
                ValidationError(_("Line %(number)s: %(sentence)s") % said) if len(lines) > 1 else error
            )
    if wrong:
        raise ValidationError(wrong)
    if not found:
        raise ValidationError(_("Write days and times, like “Mon-Fri 9-18”."))
    _refuse_overlaps(found)
    return sorted(set(found))


def hours_in_words(openings: Iterable[Opening]) -> str:
    """The same week as text in the active language, which ``read`` understands."""
    by_times: dict[tuple[tuple[time, time], ...], list[int]] = {}
    week: dict[int, list[tuple[time, time]]] = {}
    for one in sorted(openings):
        week.setdefault(one.weekday, []).append((one.opens, one.closes))
    for weekday, times in week.items():
        by_times.setdefault(tuple(times), []).append(weekday)
    return "; ".join(f"{_days_in_words(days)} {_times_in_words(times)}" for times, days in by_times.items())


def _days_in_words(days: list[int]) -> str:
    names = Locale.parse(to_locale(get_language() or "en")).days["format"]["abbreviated"]
    called = [names[day].rstrip(".") for day in days]
    is_row = len(days) > 2 and days[-1] - days[0] == len(days) - 1
    return f"{called[0]}-{called[-1]}" if is_row else ", ".join(called)


def _times_in_words(times: tuple[tuple[time, time], ...]) -> str:
    return ", ".join(
        f"{opens:%H:%M}-{f'{closes:%H:%M}' if closes > time() else '24:00'}" for opens, closes in times
    )


def _plain(line: str) -> str:
    text = unicodedata.normalize("NFKC", line).lower()
    seen = "".join(one for one in text if unicodedata.category(one) != "Cf")
    return _FILLERS.sub(" ", _UNTIL.sub("-", seen)).strip()


def _line(text: str) -> Iterator[Opening]:
    """Days and their times, as often as a line names both; more times after a comma are of the same days."""
    position, days = 0, list[int]()
    for found in _RANGE.finditer(text):
        said = text[position : found.start()]
        days = _days_before(said) or days
        if not days:
            raise ValidationError(_("Say on which days, like “Mon-Fri 9-18”."))
        opens, closes = _times(found)
        yield from (Opening(day, opens, closes) for day in days)
        position = found.end()
    _refuse_more_than_closed_days(text[position:], found_any=position > 0)


def _days_before(said: str) -> list[int]:
    *closed, open_days = _CLOSED.split(said)
    for one in closed:
        _days(one)
    return _days(open_days)


def _refuse_more_than_closed_days(rest: str, *, found_any: bool) -> None:
    *closed, last = _CLOSED.split(rest)
    for one in closed:
        _days(one)
    if _AND.sub("", last).strip(" .-") or not (found_any or closed):
        raise ValidationError(_("Write days and times, like “Mon-Fri 9-18”."))


def _days(said: str) -> list[int]:
    found: list[int] = []
    for part in filter(None, (one.strip(" .") for one in _AND.split(said))):
        if part in _SETS:
            found += _SETS[part]
            continue
        first, dash, last = (one.strip(" .") for one in part.partition("-"))
        begin = weekday(first)
        end = weekday(last) if dash else begin
        found += [(begin + step) % 7 for step in range((end - begin) % 7 + 1)]
    return found


def weekday(name: str) -> int:
    """A day (Monday 0) by its name, the usual short one, or how its name begins; raises ``ValidationError``."""
    name = name.lower()
    names = _day_names()
    if name in names:
        return names[name]
    begun = {day for known, day in names.items() if len(name) > 1 and known.startswith(name)}
    if len(begun) != 1:
        raise ValidationError(_("A day is not known. Write it like “Mon” or “Monday”."))
    return begun.pop()


@cache
def _day_names() -> dict[str, int]:
    found = dict(_ALSO_CALLED)
    for code, _name in settings.LANGUAGES:
        for context in Locale.parse(to_locale(code)).days.values():
            for width in ("wide", "abbreviated", "short"):
                found |= {name.lower().rstrip("."): day for day, name in context.get(width, {}).items()}
    return found


def _times(found: re.Match[str]) -> tuple[time, time]:
    hour, minute, half, end_hour, end_minute, end_half = found.groups()
    closes = _minutes(end_hour, end_minute, end_half)
    opens = _minutes(hour, minute, half)
    if end_half in _PM and half is None and int(hour) < 12 and opens + 720 < closes:
        opens += 720  # "1-5 pm"
    if opens == closes or (closes < opens < 720 and closes and end_half is None):
        raise ValidationError(
            _("The hours end before they begin. Write “9-17” for nine in the morning to five.")
        )
    if opens == 1440:
        raise ValidationError(_("Times go from 0:00 to 24:00."))
    return _time(opens), _time(closes)


def _minutes(hour: str, minute: str | None, half: str | None) -> int:
    hours, minutes = int(hour), int(minute or 0)
    if half in _AM | _PM:
        if not 1 <= hours <= 12:
            raise ValidationError(_("Times go from 0:00 to 24:00."))
        hours = hours % 12 + (12 if half in _PM else 0)
    if minutes > 59 or hours * 60 + minutes > 1440:
        raise ValidationError(_("Times go from 0:00 to 24:00."))
    return hours * 60 + minutes


def _time(minutes: int) -> time:
    return time(minutes // 60 % 24, minutes % 60)


def _refuse_overlaps(openings: list[Opening]) -> None:
    """Of one day, and after midnight with the next one."""
    pieces = sorted(piece for one in set(openings) for piece in _within_days(one))
    for before, after in pairwise(pieces):
        if before[0] == after[0] and after[1] < before[2]:
            raise ValidationError(_("Two openings of one day overlap."))


def _within_days(one: Opening) -> Iterator[tuple[int, int, int]]:
    """The weekday and the minutes of each day that an opening touches."""
    opens, closes = (each.hour * 60 + each.minute for each in (one.opens, one.closes))
    yield one.weekday, opens, closes if closes > opens else 1440
    if closes <= opens and closes:
        yield (one.weekday + 1) % 7, 0, closes
