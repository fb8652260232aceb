"""The month as a table of plain context: what each day offers, and the way to its neighbours."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import dates
from django.utils.formats import date_format

from bookings import times


@dataclass(frozen=True, kw_only=True)
class Month:
    """A month as one zone's calendar has it, and what is known of its days.

    ``free`` tells how many times a day has; ``full`` are days that had some and have none left; before ``today``
    everything is past; ``weekdays`` (Monday 0) are its columns.
    """

    year: int
    number: int
    today: date
    free: Mapping[date, int]
    weekdays: Sequence[int]
    full: Set[date] = frozenset()
    chosen: date | None = None

    @property
    def name(self) -> str:
        return str(dates.MONTHS[self.number])

    @property
    def is_first(self) -> bool:
        """Whether there is nothing before it but the past."""
        return (self.year, self.number) <= (self.today.year, self.today.month)

    def kind(self, day: date) -> str:
        if day < self.today:
            return "past"
        if self.free.get(day):
            return "free"
        return "full" if day in self.full else "none"


def neighbour(year: int, number: int, step: int) -> tuple[int, int]:
    """The month so many months on."""
    index = year * 12 + number - 1 + step
    return index // 12, index % 12 + 1


def table(month: Month, href: Callable[[date], str]) -> dict[str, Any]:
    """The context of `_month.html` but for the ways on; ``href`` is where a day leads."""
    weeks = calendar.Calendar(month.weekdays[0]).monthdatescalendar(month.year, month.number)
    return {
        "name": month.name,
        "year": f"{month.year}",
        "weekdays": [
            {"short": times.weekday_letters(one), "long": str(dates.WEEKDAYS[one])} for one in month.weekdays
        ],
        "weeks": [[_cell(month, day, href) for day in week] for week in weeks],
    }


def _cell(month: Month, day: date, href: Callable[[date], str]) -> dict[str, Any] | None:
    if day.month != month.number:
        return None
    return {
        "number": day.day,
        "href": href(day),
        "kind": month.kind(day),
        "free": month.free.get(day, 0),
        "today": day == month.today,
        "chosen": day == month.chosen,
        "full": date_format(day, "DAY_FORMAT"),
    }


def step_label(year: int, number: int) -> str:
    """Like "April 2027"."""
    return f"{dates.MONTHS[number]} {year}"
