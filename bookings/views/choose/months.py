"""The month as a table of plain context: what each day offers, and the way to its neighbours."""

from __future__ import annotations

import calendar
from collections.abc import Callable, Mapping, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property, lru_cache
from typing import Any

from django.utils import dates
from django.utils.formats import number_format
from django.utils.text import capfirst
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from bookings import times

LITTLE = timedelta(days=14)
"""Of the present month: with less left the next one is shown along."""
WEEKS_ON = 5
MANY, SOME = 8, 4


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
    begin: date | None = None
    """A day of it with whose week it begins, to go on for five weeks; None shows the days of the month."""

    @property
    def name(self) -> str:
        """Like "March", or "Mar – Apr" where the days of both stand in it."""
        last = last_shown(self.weeks)
        if last.month == self.number:
            return str(dates.MONTHS[self.number])
        first, second = (capfirst(dates.MONTHS_3[number]) for number in (self.number, last.month))
        return f"{first} {self.year} – {second}" if last.year != self.year else f"{first} – {second}"

    @cached_property
    def weeks(self) -> list[list[date | None]]:
        return weeks_shown(self.year, self.number, self.today, self.weekdays[0], self.begin)

    @property
    def is_calendar_month(self) -> bool:
        """Whether it shows the days of one month only."""
        return self.begin is None and last_shown(self.weeks).month == self.number

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


def weeks_shown(
    year: int, number: int, today: date, first: int, begin: date | None = None
) -> list[list[date | None]]:
    """The weeks in which the days of a month stand, None for those of others; ``first`` is their first weekday.

    With ``begin``, a day of the month, they are five weeks from its week on, as far as the next month. So are they
    from this week on where little of the present month is left, so that not all that one sees is past.
    """
    weeks = calendar.Calendar(first).monthdatescalendar(year, number)
    following = date(*neighbour(year, number, 1), 1)
    if begin is None and (today.year, today.month) == (year, number) and following - today < LITTLE:
        begin = today
    if begin is None:
        return [[day if day.month == number else None for day in week] for week in weeks]
    begin = next(week[0] for week in weeks if begin in week)
    days = [begin + timedelta(days=number) for number in range(7 * WEEKS_ON)]
    shown = [day if (day.year, day.month) <= (following.year, following.month) else None for day in days]
    return [shown[at : at + 7] for at in range(0, len(shown), 7)]


def last_shown(weeks: list[list[date | None]]) -> date:
    return max(day for week in weeks for day in week if day)


def table(month: Month, href: Callable[[date], str]) -> dict[str, Any]:
    """The context of `_month.html` but for the ways on; ``href`` is where a day leads."""
    weeks = month.weeks
    return {
        "name": month.name,
        "year": f"{last_shown(weeks).year}",
        "weekdays": [
            {"short": times.weekday_letters(one), "long": str(dates.WEEKDAYS[one])} for one in month.weekdays
        ],
        "weeks": [[_cell(month, day, href) if day else None for day in week] for week in weeks],
    }


def _cell(month: Month, day: date, href: Callable[[date], str]) -> dict[str, Any]:
    kind, begins, today = month.kind(day), day.day == 1, day == month.today
    return cell(day, kind, month.free.get(day, 0), href, today=today) | {
        "month": capfirst(dates.MONTHS_3[day.month]) if begins and not month.is_calendar_month else "",
        "chosen": day == month.chosen,
    }


def cell(
    day: date, kind: str, free: int, href: Callable[[date], str], *, today: bool = False
) -> dict[str, Any]:
    """What `day_of_calendar` draws but for what is particular to today and to the day that is looked at.

    Only a day on which something is offered, or was, leads anywhere.
    """
    much = amount(free) if kind == "free" else ""
    classes = ("day", f"day--{kind}", f"day--{much}" if much else "", "day--today" if today else "")
    full = times.day_in_words(day)
    said = (full, _("today") if today else "", _what_is_free(kind, free, get_language()))
    return {
        "number": day.day,
        "href": href(day) if kind in {"free", "full"} else "",
        "kind": kind,
        "classes": " ".join(filter(None, classes)),
        "amount": much,
        "free": free,
        "full": full,
        "said": ", ".join(filter(None, said)),
    }


@lru_cache(maxsize=8192)
def _what_is_free(kind: str, free: int, _language: str | None) -> str:
    """In the language that is active; kept, as the words of a day are."""
    if kind == "free":
        return ngettext("1 time free", "%(number)s times free", free) % {"number": number_format(free)}
    if kind == "full":
        return _("booked out")
    return _("past") if kind == "past" else _("nothing offered")


def amount(free: int) -> str:
    """How much is left, in the strokes of a tally: "many", "some" or "few"."""
    return "many" if free >= MANY else "some" if free >= SOME else "few"


def step_label(year: int, number: int) -> str:
    """Like "April 2027"."""
    return f"{dates.MONTHS[number]} {year}"
