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

from bookings.availability.allowance import Allowance
from bookings.availability.free_times import FreeTimes, free_times, month_bounds, next_start
from bookings.availability.offering import Offering
from bookings.errors import BookingError
from bookings.views.choose import months, zones
from bookings.views.choose.day import SEEK, day_card, later
from bookings.views.choose.offering import offering_of
from bookings.views.choose.options import options
from bookings.views.choose.selection import NOTHING_FREE, Selection, last_month, midday, selection_of
from bookings.views.frames import is_embedded
from bookings.views.hold.visitor_token import live_hold, visitor_token
from bookings.views.message_pages import unpayable_page
from bookings.views.page_urls import carried_query, hidden_fields, page_url

REFUSALS = {kind.code: kind.sentence for kind in BookingError.__subclasses__()}


@never_cache
@require_safe
def choose(request: HttpRequest, slug: str) -> HttpResponse:
    """The times of a project."""
    offering = offering_of(request, slug)
    if offering.lacks_payment:
        return unpayable_page(request, offering.project)
    selection = selection_of(request, "choose", (slug,), offering.zone)
    if SEEK in request.GET:
        return redirect(sought(selection, offering))
    context = plan(selection, offering, hold_url=page_url(request, "hold", slug))
    return render(request, "bookings/choose.html", context)


def plan(
    selection: Selection, offering: Offering, *, hold_url: str, ignoring: frozenset[UUID] = frozenset()
) -> dict[str, Any]:
    """The context of `choose.html` but for what is particular to a page."""
    who = visitor_token(selection.request)
    # A hold gives way to another hold, but not to a booking that moves.
    held = None if ignoring else live_hold(who)
    with Allowance.page() as allowance:
        found = free_times(
            offering,
            *month_bounds(selection.year, selection.month, selection.zone),
            zone=selection.zone,
            now=selection.now,
            ignoring=ignoring | ({held.pk} if held else frozenset()),
            allowance=allowance,
        )
    day = selection.day or next(iter(found.free), None)
    month = _month_card(selection, found, day)
    card = day_card(selection, found, day, ask_end=offering.longest is not None) if day else None
    nobody = not offering.links
    said = [card["said"] if card else month.get("empty", ""), selection.nothing_later]
    return {
        **options(selection, offering),
        "nobody": nobody,
        "notice": _notice(selection),
        "month": month,
        "day": card,
        "said": "" if nobody else " ".join(said).strip(),
        "zone": _zone_card(selection, offering, day, card["at"] if card else None),
        "hold_url": hold_url,
        "hidden": hidden_fields(_carried_along(selection, offering, who)),
    }


def _carried_along(selection: Selection, offering: Offering, who: str) -> dict[str, str]:
    """What a picked time takes with it; inside a frame the visitor's token, too."""
    token = {"visitor": who} if is_embedded(selection.request) else {}
    return zones.carried_zone(offering.project, selection.zone.key) | carried_query(selection.request) | token


def _notice(selection: Selection) -> str:
    code = selection.request.GET.get("refused", "")
    if code in REFUSALS:
        return _("%(refusal)s Please choose another time.") % {"refusal": _(REFUSALS[code])}
    return zones.unknown_zone_notice(selection.request, selection.zone.key, selection.now)


def _month_card(selection: Selection, found: FreeTimes, day: date | None) -> dict[str, Any]:
    month = months.Month(
        year=selection.year,
        number=selection.month,
        today=selection.today,
        free=found.free,
        full=found.full_days,
        chosen=day,
    )
    card = months.table(month, lambda one: selection.href(day=one))
    card["previous"] = None if month.is_first else _step(selection, -1)
    card["next"] = (
        _step(selection, 1) if (selection.year, selection.month) < last_month(selection.today) else None
    )
    card["years"] = {"back": _step(selection, -12), "on": _step(selection, 12)}
    if not month.free:
        card["empty"] = _("No times are free in %(month)s.") % {"month": month.name}
        card |= (
            {"nothing_later": selection.nothing_later}
            if selection.nothing_later
            else {"next_free": later(selection)}
        )
    return card


def _step(selection: Selection, step: int) -> dict[str, str]:
    month = months.neighbour(selection.year, selection.month, step)
    return {"href": selection.href(month=month), "label": months.step_label(*month)}


def sought(selection: Selection, offering: Offering) -> str:
    """The URL of the first day after this month that has a free time, or of this month with a notice."""
    after = month_bounds(selection.year, selection.month, selection.zone)[1]
    with Allowance.page() as allowance:
        found = next_start(offering, after, zone=selection.zone, now=selection.now, allowance=allowance)
    if found is None:
        return selection.href(changes={"refused": NOTHING_FREE})
    return selection.href(day=found.astimezone(selection.zone).date())


def _zone_card(
    selection: Selection, offering: Offering, day: date | None, at: datetime | None
) -> dict[str, Any]:
    """``at`` is the moment whose day is shown in the other zone, too, which may be another day there."""
    place = offering.zone
    moment = midday(day, selection.zone) if day else selection.now
    kept = carried_query(selection.request)
    kept |= {"at": at.isoformat()} if at else {"month": f"{selection.year:04}-{selection.month:02}"}
    kept.pop("zone", None)
    card = zones.switcher(selection.zone.key, place, moment, selection.now, hidden_fields(kept))
    return card | {"ask": zones.asks_browser(selection.request, offering.project)}
