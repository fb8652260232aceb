"""What a visitor looks at: the month, the day in it, through which zone, and on which page."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from itertools import chain
from urllib.parse import urlencode
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
BEGIN = "from"


@dataclass(frozen=True, kw_only=True)
class Selection:
    """``page`` and ``args`` name the page; all its URLs keep what the visitor chose.

    ``asked`` tells whether the URL names the month, or a day of it; ``anyone`` is what it says besides where anyone
    will do: nothing, but for a booking that stays with its resource unless something is said.  ``begin`` is the day of
    the month with whose week five weeks begin that are shown in its place.
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
    begin: date | None = None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

    @cached_property
    def weeks(self) -> list[list[date | None]]:
        """Those in which the days of the month stand that is shown."""
        first = site_of(self.request).weekdays[0]
        return months.weeks_shown(self.year, self.month, self.today, first, self.begin)

    def shows(self, day: date) -> bool:
        """Whether the day stands in the month that is shown."""
        return day in self._days

    @cached_property
    def _days(self) -> frozenset[date | None]:
        return frozenset(chain.from_iterable(self.weeks))

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
        query = self._carried | {"month": f"{year:04}-{number:02}"}
        if self.begin and month is None and (day is None or self.shows(day)):
            query[BEGIN] = self.begin.isoformat()
        if shown := day or (self.day if changes else None):
            query["day"] = shown.isoformat()
        query = {name: value for name, value in (query | (changes or {})).items() if value}
        return f"{self._path}?{urlencode(query)}" + ("#day" if day else "")

    @property
    def shown(self) -> dict[str, str]:
        """What the URL says of what is looked at: the choice, and the month and day where it names them."""
        asked = {"month": f"{self.year:04}-{self.month:02}"} if self.asked else {}
        return self._carried | asked | ({"day": self.day.isoformat()} if self.day else {})

    @cached_property
    def _path(self) -> str:
        return page_url(self.request, self.page, *self.args)

    @cached_property
    def _carried(self) -> dict[str, str]:
        return carried_query(self.request)


def selection_of(request: HttpRequest, page: str, args: tuple[str, ...], place: str) -> Selection:
    """What the URL says, as far as it makes sense; else the present month in the place's zone."""
    zone, now = ZoneInfo(zones.chosen_zone(request) or place), timezone.now()
    at = parse_instant(request.GET.get("at", ""))
    day = at.astimezone(zone).date() if at else _day(request.GET.get("day", ""))
    wanted = "" if at else request.GET.get("month", "")
    year, month = _month(wanted, day, now.astimezone(zone).date())
    if day and ((day.year, day.month) != (year, month) or day < now.astimezone(zone).date()):
        day = None
    begin = _begin(request, day or date(year, month, 1), now.astimezone(zone).date())
    if begin:
        year, month = begin.year, begin.month
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
        begin=begin,
    )


def _begin(request: HttpRequest, shown: date, today: date) -> date | None:
    """Where the weeks begin that the URL asks for; None where it asks for none, or ``shown`` does not stand in them."""
    begin = _day(request.GET.get(BEGIN, ""))
    if begin is None or not today <= begin < shown.replace(day=28) + timedelta(days=4):
        return None
    first = site_of(request).weekdays[0]
    weeks = months.weeks_shown(begin.year, begin.month, today, first, begin)
    in_its_month = (shown.year, shown.month) == (begin.year, begin.month)
    return begin if in_its_month or any(shown in week for week in weeks) else None


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
