"""Choose a time: the month, the times of a day, and what may be chosen besides."""

from __future__ import annotations

from calendar import monthrange
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from bookings.availability.allowance import Allowance
from bookings.availability.free_times import FreeTimes, free_times, month_bounds, next_start
from bookings.availability.offering import Offering
from bookings.errors import (
    CapReached,
    EndNotOffered,
    GroupFull,
    OutsideHours,
    SessionClosed,
    SlotTaken,
    TooManyPlaces,
    WindowClosed,
    every_kind,
)
from bookings.languages import site_of
from bookings.models import Booking
from bookings.refusals import sentence
from bookings.views.choose import months, zones
from bookings.views.choose.day import SEEK, day_card, later
from bookings.views.choose.offering import offering_of
from bookings.views.choose.options import options, places_card
from bookings.views.choose.selection import BEGIN, NOTHING_FREE, Selection, last_month, midday, selection_of
from bookings.views.frames import is_embedded
from bookings.views.hold.alternatives import alternatives_card
from bookings.views.hold.offered import offered_form
from bookings.views.hold.visitor_token import own_hold, visitor_token
from bookings.views.message_pages import unpayable_page
from bookings.views.page_urls import carried_query, hidden_fields, page_url, parse_instant
from bookings.views.return_to import is_refused, leads_back
from bookings.views.sharing import project_card
from bookings.visitors.choice import offerings_of

LOOK_ON = timedelta(days=7)
REFUSALS = {kind.code: kind for kind in every_kind()}
OF_THE_TIME = (SlotTaken, EndNotOffered, GroupFull, SessionClosed, WindowClosed, OutsideHours, CapReached)


@leads_back
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
    named = parse_instant(request.GET.get("start", "").replace(" ", "+"))
    if named and offering.offers:
        return offered_form(request, offering, named)
    opened = opened_at(selection, offering)
    if opened is None:
        return redirect(seek_url(selection))
    context = plan(*opened, offering, hold_url=page_url(request, "hold", slug))
    if is_refused(request, offering.project):
        context["refused_return"] = _(
            "The link asks to lead elsewhere after the booking. That is not allowed here."
        )
    context["places"] = places_card(*opened, offering)
    context["share"] = project_card(request, offering.project, offerings_of(offering.catalogue))
    return render(request, "bookings/choose.html", context)


def opened_at(
    selection: Selection, offering: Offering, *, moving: Booking | None = None
) -> tuple[Selection, FreeTimes] | None:
    """The month to show with its times and some that follow; None where those of two months hold none.

    A month is shown as it is where the URL asks for one or nobody could be booked; else five weeks from the next free
    time on.
    """
    # A hold gives way to another hold, but not to a booking that moves.
    own = moving or own_hold(selection.request)
    start, end = month_bounds(selection.year, selection.month, selection.zone)
    following = month_bounds(*months.neighbour(selection.year, selection.month, 1), selection.zone)[1]
    if selection.asked:  # some days before and after, so that what is nearest is found
        start, following = start - LOOK_ON, max(end, midday(selection.last_shown, selection.zone)) + LOOK_ON
    ignoring = [own.pk] if own else []
    with Allowance.page() as allowance:
        found = free_times(
            offering,
            start,
            following,
            zone=selection.zone,
            now=selection.now,
            ignoring=ignoring,
            allowance=allowance,
        )
    if selection.asked or not offering.offers:
        return selection, found
    first = min(found.free, default=None)
    if first is None:
        return None
    # Of the present month, five weeks are looked through; of the next one, its own days only.
    begin = first if (first.year, first.month) == (selection.year, selection.month) else None
    return replace(selection, year=first.year, month=first.month, begin=begin), found


def seek_url(selection: Selection) -> str:
    """Where the next free time after this month and the next one is looked for."""
    return selection.href(month=months.neighbour(selection.year, selection.month, 1), changes={SEEK: "next"})


def plan(
    selection: Selection,
    found: FreeTimes,
    offering: Offering,
    *,
    hold_url: str,
    moving: Booking | None = None,
) -> dict[str, Any]:
    """The context of `choose.html` but for what is particular to a page."""
    who = visitor_token(selection.request)
    day = selection.day or selection.first_of(found.free)
    month = _month_card(selection, found, day)
    card = day_card(selection, found, day, ask_end=offering.longest is not None) if day else None
    nobody = not offering.offers
    said = [card["said"] if card else month.get("empty", ""), selection.nothing_later]
    return {
        **options(selection, offering, moving),
        "nobody": nobody,
        "notice": zones.unknown_zone_notice(selection.request, selection.zone.key, selection.now),
        **_refusal(selection, found, offering, hold_url),
        "month": month,
        "day": card,
        "said": "" if nobody else " ".join(said).strip(),
        "zone": _zone_card(selection, offering, day, card["at"] if card else None),
        "date": _date_card(selection, day),
        "hold_url": hold_url,
        "hidden": hidden_fields(_carried_along(selection, offering, who)),
    }


def _carried_along(selection: Selection, offering: Offering, who: str) -> dict[str, str]:
    """What a picked time takes with it; inside a frame the visitor's token, too."""
    token = {"visitor": who} if is_embedded(selection.request) else {}
    return zones.carried_zone(offering.project, selection.zone.key) | carried_query(selection.request) | token


def _refusal(selection: Selection, found: FreeTimes, offering: Offering, hold_url: str) -> dict[str, Any]:
    """Why the visitor is here again: with the nearest times where one was lost, else in a sentence."""
    refusal = REFUSALS.get(selection.request.GET.get("refused", ""))
    if refusal is None:
        return {}
    lost = parse_instant(selection.request.GET.get("at", ""))
    if refusal is TooManyPlaces:
        return {"notice": sentence(TooManyPlaces(most_places=offering.most_places))}
    if lost and issubclass(refusal, OF_THE_TIME):
        card = alternatives_card(
            found.nearest(lost),
            _fewer_left(found, offering, lost) if refusal is GroupFull else refusal(),
            zone=selection.zone,
            post_url=hold_url,
            all_url="#day",
            form_id="instead",
        )
        return {"alternatives": card}
    return {"notice": _("%(refusal)s Please choose another time.") % {"refusal": sentence(refusal())}}


def _fewer_left(found: FreeTimes, offering: Offering, lost: datetime) -> GroupFull:
    """How many places are left by now of those that were wanted then."""
    left = max((one.places or 0 for one in found.times if one.start == lost), default=0)
    return GroupFull(places_left=left if left < offering.places else 0)


def _month_card(selection: Selection, found: FreeTimes, day: date | None) -> dict[str, Any]:
    month = months.Month(
        year=selection.year,
        number=selection.month,
        today=selection.today,
        free={day: number for day, number in found.free.items() if selection.shows(day)},
        full=found.full_days,
        weekdays=site_of(selection.request).weekdays,
        chosen=day,
        begin=selection.begin,
    )
    card = months.table(month, lambda one: selection.href(day=one))
    card["previous"] = None if month.is_first else _step(selection, -1)
    card["next"] = (
        _step(selection, 1) if (selection.year, selection.month) < last_month(selection.today) else None
    )
    card["open"] = selection.asked and selection.day is None
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


def _date_card(selection: Selection, day: date | None) -> dict[str, Any]:
    """What `_date.html` needs: any day may be typed that the months lead to."""
    year, number = last_month(selection.today)
    return {
        "value": day.isoformat() if day else "",
        "least": selection.today.isoformat(),
        "most": date(year, number, monthrange(year, number)[1]).isoformat(),
        "hidden": hidden_fields(carried_query(selection.request)),
    }


def _zone_card(
    selection: Selection, offering: Offering, day: date | None, at: datetime | None
) -> dict[str, Any]:
    """``at`` is the moment whose day is shown in the other zone, too, which may be another day there."""
    place = offering.zone
    moment = midday(day, selection.zone) if day else selection.now
    kept = carried_query(selection.request)
    kept |= {"at": at.isoformat()} if at else {"month": f"{selection.year:04}-{selection.month:02}"}
    kept |= {BEGIN: selection.begin.isoformat()} if selection.begin else {}
    kept.pop("zone", None)
    card = zones.switcher(selection.zone.key, place, moment, selection.now, hidden_fields(kept))
    return card | {"ask": zones.asks_browser(selection.request, offering.project)}
