"""A week of opening hours in a line."""

from collections.abc import Iterable, Sequence
from itertools import groupby

from django.utils.dates import WEEKDAYS_ABBR
from django.utils.formats import time_format
from django.utils.translation import gettext as _

from bookings.models import WeeklyHours


def week_in_words(rows: Iterable[WeeklyHours], weekdays: Sequence[int] = range(7)) -> str:
    """Like "Mon–Fri 09:00–12:00, 13:00–18:00; Sat 10:00–14:00"; empty for no rows.

    ``weekdays`` (Monday 0) are in the order of the reader's calendar.
    """
    place = weekdays.index
    days: dict[int, list[str]] = {}
    for row in sorted(rows, key=lambda one: (place(one.weekday), one.opens)):
        days.setdefault(row.weekday, []).append(f"{time_format(row.opens)}–{time_format(row.closes)}")
    said = {day: _(", ").join(ranges) for day, ranges in days.items()}
    # A run of days with the same hours keeps the difference between its days and their places.
    runs = groupby(enumerate(said), key=lambda pair: (place(pair[1]) - pair[0], said[pair[1]]))
    return _("; ").join(_run([day for _number, day in run], hours) for (_step, hours), run in runs)


def _run(days: list[int], hours: str) -> str:
    first, last = WEEKDAYS_ABBR[days[0]], WEEKDAYS_ABBR[days[-1]]
    if len(days) == 1:
        return f"{first} {hours}"
    return f"{first}, {last} {hours}" if len(days) == 2 else f"{first}–{last} {hours}"
