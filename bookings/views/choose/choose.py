"""Choose a time: the month, the times of a day, and what may be chosen besides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.availability.free_times import FreeTimes, free_times, month_bounds, next_free
from bookings.availability.offering import Offering
from bookings.errors import BookingError
from bookings.views.choose import months, zones
from bookings.views.choose.day import SEEK, day_card, later
from bookings.views.choose.focus import NOTHING_FREE, Focus, focus_of, last_month, midday
from bookings.views.choose.offering import offering_of
from bookings.views.choose.options import options
from bookings.views.frames import is_embedded
from bookings.views.hold.visitor_token import live_hold, visitor_token
from bookings.views.page_urls import carried_query, hidden_fields, page_url

REFUSALS = {kind.code: kind.sentence for kind in BookingError.__subclasses__()}


@never_cache
@require_safe
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of a project."""
    offering = offering_of(request, slug)
    focus = focus_of(request, "choose", (slug,), offering.zone)
    if SEEK in request.GET:
        return redirect(sought(focus, offering))
    context = plan(focus, offering, hold_url=page_url(request, "hold", slug))
    return render(request, "bookings/choose.html", context)


def plan(
    focus: Focus, offering: Offering, *, hold_url: str, ignoring: frozenset[UUID] = frozenset()
) -> dict[str, Any]:
    """The context of `choose.html` but for what is particular to a page."""
    who = visitor_token(focus.request)
    # A hold gives way to another hold, but not to a booking that moves.
    held = None if ignoring else live_hold(who)
    found = free_times(
        offering,
        *month_bounds(focus.year, focus.month, focus.zone),
        zone=focus.zone,
        now=focus.now,
        ignoring=ignoring | ({held.pk} if held else frozenset()),
    )
    day = focus.day or next(iter(found.free_days()), None)
    month = _month_card(focus, found, day)
    card = day_card(focus, found, day, ask_end=offering.longest is not None) if day else None
    return {
        **options(focus, offering),
        "notice": _notice(focus),
        "month": month,
        "day": card,
        "said": " ".join([card["said"] if card else month.get("empty", ""), focus.nothing_later]).strip(),
        "zone": _zone_card(focus, offering, day, card["at"] if card else None),
        "hold_url": hold_url,
        "hidden": hidden_fields(_carried_along(focus, offering, who)),
    }


def _carried_along(focus: Focus, offering: Offering, who: str) -> dict[str, str]:
    """What a picked time takes with it; inside a frame the visitor's token, too."""
    token = {"visitor": who} if is_embedded(focus.request) else {}
    return zones.looked_through(offering.project, focus.zone.key) | carried_query(focus.request) | token


def _notice(focus: Focus) -> str:
    code = focus.request.GET.get("refused", "")
    if code in REFUSALS:
        return _("%(refusal)s Please choose another time.") % {"refusal": _(REFUSALS[code])}
    return zones.notice(focus.request, focus.zone.key)


def _month_card(focus: Focus, found: FreeTimes, day: date | None) -> dict[str, Any]:
    month = months.Month(
        year=focus.year,
        number=focus.month,
        today=focus.today,
        free=found.free_days(),
        full=found.full_days,
        chosen=day,
    )
    card = months.table(month, lambda one: focus.href(day=one))
    card["previous"] = None if month.is_first else _step(focus, -1)
    card["next"] = _step(focus, 1) if (focus.year, focus.month) < last_month(focus.today) else None
    card["years"] = {"back": _step(focus, -12), "on": _step(focus, 12)}
    if not month.free:
        card["empty"] = _("No times are free in %(month)s.") % {"month": month.name}
        card |= {"nothing_later": focus.nothing_later} if focus.nothing_later else {"next_free": later(focus)}
    return card


def _step(focus: Focus, step: int) -> dict[str, str]:
    month = months.neighbour(focus.year, focus.month, step)
    return {"href": focus.href(month=month), "label": months.step_label(*month)}


def sought(focus: Focus, offering: Offering) -> str:
    """The URL of the first day after this month that has a free time, or of this month with a notice."""
    after = month_bounds(focus.year, focus.month, focus.zone)[1]
    found = next_free(offering, after, zone=focus.zone, now=focus.now)
    if found is None:
        return focus.href(changes={"refused": NOTHING_FREE})
    return focus.href(day=found.start.astimezone(focus.zone).date())


def _zone_card(focus: Focus, offering: Offering, day: date | None, at: datetime | None) -> dict[str, Any]:
    """``at`` is the moment whose day is shown in the other zone, too, which may be another day there."""
    place = offering.zone
    moment = midday(day, focus.zone) if day else focus.now
    kept = carried_query(focus.request)
    kept |= {"at": at.isoformat()} if at else {"month": f"{focus.year:04}-{focus.month:02}"}
    kept.pop("zone", None)
    card = zones.switcher(focus.zone.key, place, moment, focus.now, hidden_fields(kept))
    return card | {"ask": zones.asks(focus.request, offering.project)}
