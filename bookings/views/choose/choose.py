"""Choose a time: the month, the times of a day, and what may be chosen besides."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.errors import BookingError
from bookings.views.choose import months, zones
from bookings.views.choose.free_times import Offer, midday, month_bounds, next_free, offer
from bookings.views.choose.offering import Offering, offering_of
from bookings.views.choose.offers import SEEK, day_card, later, offered
from bookings.views.context_processors import is_embedded
from bookings.views.hold.visitors import live_hold, visitor
from bookings.views.page_urls import as_hidden, carried, here, instant

_MONTH = re.compile(r"(\d{4})-(\d{2})")
FARTHEST_MONTHS = 24
NOTHING_FREE = "nothing_free"
REFUSALS = {kind.code: kind.sentence for kind in BookingError.__subclasses__()}


@dataclass(frozen=True, kw_only=True)
class View:
    """Where a visitor looks: the month, the day in it, through which zone, and from which page."""

    request: HttpRequest
    page: str
    args: tuple[str, ...]
    zone: ZoneInfo
    now: datetime
    year: int
    month: int
    day: date | None

    @property
    def today(self) -> date:
        return self.now.astimezone(self.zone).date()

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
        """The address of the same page at another month, day or choice; an empty choice is left out.

        A choice keeps the day.
        """
        year, number = month or ((day.year, day.month) if day else (self.year, self.month))
        query = carried(self.request) | {"month": f"{year:04}-{number:02}"}
        if shown := day or (self.day if changes else None):
            query["day"] = shown.isoformat()
        query = {name: value for name, value in (query | (changes or {})).items() if value}
        return here(self.request, self.page, *self.args, query=query) + ("#day" if day else "")


@never_cache
@require_safe
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of a project."""
    offering = offering_of(request, slug)
    view = view_of(request, "choose", (slug,), offering.zone)
    if SEEK in request.GET:
        return redirect(sought(view, offering))
    context = plan(view, offering, hold_url=here(request, "hold", slug))
    return render(request, "bookings/choose.html", context)


def view_of(request: HttpRequest, page: str, args: tuple[str, ...], place: str) -> View:
    """What the address says, as far as it makes sense; else the present month in the place's zone."""
    zone, now = ZoneInfo(zones.chosen_zone(request) or place), timezone.now()
    at = instant(request.GET.get("at", ""))
    day = at.astimezone(zone).date() if at else _day(request.GET.get("day", ""))
    wanted = "" if at else request.GET.get("month", "")
    year, month = _month(wanted, day, now.astimezone(zone).date())
    if day and (day.year, day.month) != (year, month):
        day = None
    return View(request=request, page=page, args=args, zone=zone, now=now, year=year, month=month, day=day)


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
    return min(max(wanted, (today.year, today.month)), _last_month(today))


def _last_month(today: date) -> tuple[int, int]:
    return months.neighbour(today.year, today.month, FARTHEST_MONTHS)


def plan(
    view: View, offering: Offering, *, hold_url: str, ignoring: frozenset = frozenset()
) -> dict[str, Any]:
    """The context of `choose.html` but for what is particular to a page."""
    who = visitor(view.request)
    # A hold gives way to another hold, but not to a booking that moves.
    held = None if ignoring else live_hold(who)
    found = offer(
        offering,
        *month_bounds(view.year, view.month, view.zone),
        zone=view.zone,
        now=view.now,
        ignoring=ignoring | ({held.pk} if held else frozenset()),
    )
    day = view.day or next(iter(found.free_days()), None)
    token = {"visitor": who} if is_embedded(view.request) else {}
    hidden = as_hidden(zones.looked_through(offering.project, view.zone.key) | carried(view.request) | token)
    asks_end = offering.longest is not None
    month = _month_card(view, found, day)
    card = day_card(view, found, day, ask_end=asks_end) if day else None
    return {
        **offered(view, offering),
        "notice": _notice(view),
        "month": month,
        "day": card,
        "said": " ".join([card["said"] if card else month.get("empty", ""), view.nothing_later]).strip(),
        "zone": _zone_card(view, offering, day, card["at"] if card else None),
        "hold_url": hold_url,
        "hidden": hidden,
    }


def _notice(view: View) -> str:
    code = view.request.GET.get("refused", "")
    if code in REFUSALS:
        return _("%(refusal)s Please choose another time.") % {"refusal": _(REFUSALS[code])}
    return zones.notice(view.request, view.zone.key)


def _month_card(view: View, found: Offer, day: date | None) -> dict[str, Any]:
    month = months.Month(
        year=view.year,
        number=view.month,
        today=view.today,
        free=found.free_days(),
        full=found.full_days,
        chosen=day,
    )
    card = months.table(month, lambda one: view.href(day=one))
    card["previous"] = None if month.is_first else _step(view, -1)
    card["next"] = _step(view, 1) if (view.year, view.month) < _last_month(view.today) else None
    card["years"] = {"back": _step(view, -12), "on": _step(view, 12)}
    if not month.free:
        card["empty"] = _("No times are free in %(month)s.") % {"month": month.name}
        card |= {"nothing_later": view.nothing_later} if view.nothing_later else {"next_free": later(view)}
    return card


def _step(view: View, step: int) -> dict[str, str]:
    month = months.neighbour(view.year, view.month, step)
    return {"href": view.href(month=month), "label": months.step_label(*month)}


def sought(view: View, offering: Offering) -> str:
    """The address of the first day after this month that has a free time, or of this month with a notice."""
    after = month_bounds(view.year, view.month, view.zone)[1]
    found = next_free(offering, after, zone=view.zone, now=view.now)
    if found is None:
        return view.href(changes={"refused": NOTHING_FREE})
    return view.href(day=found.start.astimezone(view.zone).date())


def _zone_card(view: View, offering: Offering, day: date | None, at: datetime | None) -> dict[str, Any]:
    """``at`` is the moment whose day is shown in the other zone, too, which may be another day there."""
    place = offering.zone
    moment = midday(day, view.zone) if day else view.now
    kept = carried(view.request)
    kept |= {"at": at.isoformat()} if at else {"month": f"{view.year:04}-{view.month:02}"}
    kept.pop("zone", None)
    card = zones.switcher(view.zone.key, place, moment, view.now, as_hidden(kept))
    return card | {"ask": zones.asks(view.request, offering.project)}
