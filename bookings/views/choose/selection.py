"""What a visitor looks at: the month, the day in it, through which zone, and on which page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.languages import site_of
from bookings.views.choose import months, zones
from bookings.views.page_urls import carried_query, page_url, parse_instant

_MONTH = re.compile(r"(\d{4})-(\d{2})")
FARTHEST_MONTHS = 24
ANYONE = "*"  # the name of no resource
NOTHING_FREE = "nothing_free"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """``page`` and ``args`` name the page; all its URLs keep what the visitor chose.

    ``asked`` tells whether the URL names the month, or a day of it; ``anyone`` is what it says besides where anyone
    will do: nothing, but for a booking that stays with its resource unless something is said.
    """

    request: HttpRequest
    page: str
    args: tuple[str, ...]
    zone: ZoneInfo
    now: datetime
    year: int
    month: int
    day: date | None
    asked: bool
    anyone: str = ""

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @property
    def weeks(self) -> list[list[date | None]]:
        """Those in which the days of the month stand that is shown."""
        first = site_of(self.request).weekdays[0]
        return months.weeks_shown(self.year, self.month, self.today, first)

    def shows(self, day: date) -> bool:
        """Whether the day stands in the month that is shown."""
        return any(day in week for week in self.weeks)

    @property
    def last_shown(self) -> date:
        """The last day that stands in the month that is shown."""
        return months.last_shown(self.weeks)

    def first_of(self, days: Iterable[date]) -> date | None:
        """The first of these days in the month that is shown."""
        return min(filter(self.shows, days), default=None)

    @property
    def nothing_later(self) -> str:
        """The answer to a search for later times that found none, which stands where one searched; else empty."""
        found_none = self.request.GET.get("refused") == NOTHING_FREE
        return _("Nothing is free in the half year after this month.") if found_none else ""

    def href(
        self,
        *,
        month: tuple[int, int] | None = None,
        day: date | None = None,
        changes: dict[str, str] | None = None,
    ) -> str:
        """The URL of the same page at another month, day or choice; an empty choice is left out.

        A choice keeps the day.
        """
        year, number = month or ((day.year, day.month) if day else (self.year, self.month))
        query = carried_query(self.request) | {"month": f"{year:04}-{number:02}"}
        if shown := day or (self.day if changes else None):
            query["day"] = shown.isoformat()
        query = {name: value for name, value in (query | (changes or {})).items() if value}
        return page_url(self.request, self.page, *self.args, query=query) + ("#day" if day else "")


def selection_of(request: HttpRequest, page: str, args: tuple[str, ...], place: str) -> Selection:
    """What the URL says, as far as it makes sense; else the present month in the place's zone."""
    zone, now = ZoneInfo(zones.chosen_zone(request) or place), timezone.now()
    at = parse_instant(request.GET.get("at", ""))
    day = at.astimezone(zone).date() if at else _day(request.GET.get("day", ""))
    wanted = "" if at else request.GET.get("month", "")
    year, month = _month(wanted, day, now.astimezone(zone).date())
    if day and ((day.year, day.month) != (year, month) or day < now.astimezone(zone).date()):
        day = None
    return Selection(
        request=request,
        page=page,
        args=args,
        zone=zone,
        now=now,
        year=year,
        month=month,
        day=day,
        asked=bool(day or _MONTH.fullmatch(wanted)),
    )


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return None


def _month(text: str, day: date | None, today: date) -> tuple[int, int]:
    """The month named, but none before this one, and none too far ahead."""
    found = _MONTH.fullmatch(text)
    wanted = (int(found[1]), int(found[2])) if found else (day.year, day.month) if day else None
    if wanted is None or not 1 <= wanted[1] <= 12:
        return today.year, today.month
    return min(max(wanted, (today.year, today.month)), last_month(today))


def last_month(today: date) -> tuple[int, int]:
    """The farthest that can be looked at."""
    return months.neighbour(today.year, today.month, FARTHEST_MONTHS)


def midday(day: date, zone: ZoneInfo) -> datetime:
    """An instant of that day by which its offset is named."""
    return datetime.combine(day, time(12), zone)
