"""The form for a time that a link names: nothing is held before the person sends it, and then it books at once."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings import bites, database_clock
from bookings.availability.allowance import Allowance, GateShut
from bookings.availability.free_times import FreeTime, FreeTimes, free_times, free_with, takers
from bookings.availability.offering import Offer, Offering
from bookings.clocks import Clocks
from bookings.errors import BookingError, OutsideHours, ProofNeeded
from bookings.forms.pages import DetailsForm
from bookings.models import Reservation
from bookings.views.choose.day import picked_field
from bookings.views.choose.offering import offering_of
from bookings.views.choose.zones import own_zone
from bookings.views.frames import is_embedded
from bookings.views.hold import hold_card
from bookings.views.hold.alternatives import alternatives_card
from bookings.views.hold.answers import blank_form, given_answers, kept_form
from bookings.views.hold.booked import booked_page
from bookings.views.hold.details import (
    book_held_time,
    booked_by,
    details_page,
    held_now,
    other_hold_url,
)
from bookings.views.hold.hold_links import Hold, hold_of, no_such_hold
from bookings.views.hold.pick import hold_time
from bookings.views.hold.proof_page import proof_page
from bookings.views.hold.visitor_token import own_hold, remember_visitor, visitor_token
from bookings.views.page_urls import (
    carried_query,
    hidden_fields,
    page_url,
    parse_instant,
    prefilled_answers,
)
from bookings.views.return_to import leads_back
from bookings.visitors.hold_tokens import hold_token
from bookings.visitors.sessions import session_of

NEAR = timedelta(days=7)
BOOKS = "book"
SHOWN = "shown"
"""What makes each form that was shown another one, so that sending it twice books once."""


def offered_form(request: HttpRequest, offering: Offering, start: datetime) -> HttpResponse:
    """The form with what the URL gives, the time not held yet; the nearest times where it is no longer offered."""
    form = blank_form(request, offering.project, prefilled_answers(request.GET.dict()))
    found = _times_around(request, offering, start)
    time = _wanted(found, start, parse_instant(request.GET.get("end", "")) if offering.longest else None)
    offers = _offers(request, offering, time) if time else ()
    if time is None or not (time.session or offers):
        return _lost_page(request, offering, _nearest(found, start), start, form, OutsideHours())
    form.focus()
    return remember_visitor(
        render(
            request, "bookings/details.html", _free_card(request, offering, time, offers) | {"form": form}
        ),
        visitor_token(request),
    )


@leads_back
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def book_offered(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold the time and book it for whom the form names; one of the nearest times instead is held, and shown first."""
    if request.method != "POST":
        return redirect(page_url(request, "choose", slug))
    offering, token = offering_of(request, slug), visitor_token(request)
    form_token = _form_token(request, token)
    if (made := booked_by(form_token)) is not None:
        return booked_page(request, made)
    try:
        hold = hold_of(hold_token(hold_time(offering, request, token)))
    except ProofNeeded as error:
        bites.note(error.limit)
        return remember_visitor(proof_page(request, offering.project, error, token), token)
    except BookingError as error:
        bites.note(error.limit)
        return _not_held(request, offering, error, form_token)
    if hold is None:
        return no_such_hold(request, slug)
    if BOOKS in request.POST:
        return remember_visitor(book_held_time(request, hold, form_token), token)
    form = kept_form(request, hold.project, given_answers(hold))
    return remember_visitor(details_page(request, hold, form, form_token=form_token), token)


def _form_token(request: HttpRequest, token: str) -> str:
    """The token of the booking that the form makes, which only the visitor to whom it was shown can name again."""
    shown = request.POST.get(SHOWN, "")
    return hashlib.sha256(f"form:{token}:{shown}".encode()).hexdigest() if shown else ""


def _not_held(request: HttpRequest, offering: Offering, error: BookingError, form_token: str) -> HttpResponse:
    """The same form was sent at the same moment, or the time is gone: every answer is kept."""
    session = session_of(offering, request.POST.get("session", ""))
    start = session.start if session else parse_instant(request.POST.get("start", ""))
    if start is None:
        return redirect(page_url(request, "choose", offering.project.slug, query=carried_query(request)))
    own = held_now(request, offering.project, start)
    if (made := booked_by(form_token)) is not None:
        return booked_page(request, made)
    if own is not None:
        return redirect(other_hold_url(request, own, offering.project.slug, form_token))
    form = kept_form(request, offering.project, prefilled_answers(request.POST.dict()))
    near = None
    with suppress(GateShut):  # then the answers are kept all the same
        near = _nearest(_times_around(request, offering, start), start)
    return _lost_page(request, offering, near, start, form, error, status=409)


def _times_around(request: HttpRequest, offering: Offering, start: datetime) -> FreeTimes:
    """The free times of the days around ``start``; what the visitor holds counts as free.  Raises ``GateShut``."""
    now, ignoring = database_clock.now(), _own(request)
    window = max(now, start - NEAR), max(now, start) + NEAR
    zone = ZoneInfo(_clocks(request, offering).first)
    with Allowance.page() as allowance:
        return free_times(offering, *window, zone=zone, now=now, ignoring=ignoring, allowance=allowance)


def _nearest(found: FreeTimes, start: datetime) -> list[FreeTime]:
    return found.nearest(max(start, database_clock.now()))


def _wanted(found: FreeTimes, start: datetime, end: datetime | None) -> FreeTime | None:
    """The free time that starts then, until the end that was named, if one was; None where nobody is free."""
    of_day = found.on(start.astimezone(found.zone).date())
    one = next((one for one in of_day if one.start == start and not one.full), None)
    return replace(one, end=end) if one and end else one


def _clocks(request: HttpRequest, offering: Offering) -> Clocks:
    return Clocks.for_customer(offering.project, place=offering.zone, own=own_zone(request))


def _card(
    request: HttpRequest, offering: Offering, time: FreeTime, offers: Sequence[Offer]
) -> dict[str, Any]:
    """What `details.html` shows of a time that is not held, and is offered with one of these."""
    session = session_of(offering, str(time.session or ""))
    first = offering.offer_of(session.resource_id) if session else next(iter(offers), None)
    draft = Reservation(
        resource=session.resource if session else first.resource if first else None,
        project=offering.project,
        option=offering.option,
        session=session,
        places=offering.places,
        graph_version=offering.flow.version if offering.flow else None,
        start=time.start,
        end=time.end,
    )
    hold = Hold(reservation=draft, project=offering.project, token="")
    settled = session or (first and (offering.everybody or len(offers) == 1))
    shown = replace(offering, only=first)
    return {
        "submit_label": hold_card.submit_label(offering.flow.actions if offering.flow else ()),
        "post_url": page_url(request, "form", offering.project.slug),
        "summary": hold_card.summary(
            hold, shown, _clocks(request, offering), offers=None if settled else offers
        ),
    }


def _offers(request: HttpRequest, offering: Offering, time: FreeTime) -> Sequence[Offer]:
    """With whom a free time is offered, nobody where not until that end; who has it so long takes as long."""
    now, ignoring = database_clock.now(), _own(request)
    if offering.longest is not None:
        found = takers(offering, time.start, time.end, now=now, ignoring=ignoring)
        return [replace(offer, length=time.end - time.start) for offer in found]
    if offering.everybody or len(offering.candidates) < 2:
        return offering.candidates
    soon = time.start + timedelta(minutes=1)
    return free_with(offering, time.start, soon, now=now, ignoring=ignoring).get(time.start, [])


def _own(request: HttpRequest) -> list[UUID]:
    """What the visitor holds, whose time counts as free."""
    own = own_hold(request)
    return [own.pk] if own else []


def _free_card(
    request: HttpRequest, offering: Offering, time: FreeTime, offers: Sequence[Offer]
) -> dict[str, Any]:
    picked = picked_field(time)
    chosen_end = {"end": time.end.isoformat()} if offering.longest else {}
    own = {"visitor": visitor_token(request)} if is_embedded(request) else {}
    shown = {BOOKS: "1", SHOWN: secrets.token_urlsafe(16)}
    carried = carried_query(request) | own | {picked["name"]: picked["value"]} | shown | chosen_end
    return _card(request, offering, time, offers) | {
        "said": _("This time is free. It is held for you once you send the form."),
        "hidden": hidden_fields(carried),
        "all_url": _all_url(request, offering, time.start),
    }


def _all_url(request: HttpRequest, offering: Offering, start: datetime) -> str:
    query = carried_query(request) | {"at": start.isoformat()}
    return page_url(request, "choose", offering.project.slug, query=query)


def _lost_page(
    request: HttpRequest,
    offering: Offering,
    near: list[FreeTime] | None,
    start: datetime,
    form: DetailsForm,
    error: BookingError,
    status: int = 200,
) -> HttpResponse:
    """The form with the nearest times above it, each of which holds it with the answers."""
    length = offering.length_taken(offering.only)
    card = _card(request, offering, FreeTime(start=start, end=start + length), offering.candidates)
    alternatives = alternatives_card(
        near,
        error,
        zone=_clocks(request, offering).first,
        post_url=card["post_url"],
        all_url=_all_url(request, offering, start),
        form_id="details",
    )
    own = {"visitor": visitor_token(request)} if is_embedded(request) else {}
    hidden = hidden_fields(carried_query(request) | own)
    context = card | {"form": form, "alternatives": alternatives, "hidden": hidden}
    page = render(request, "bookings/details.html", context, status=status)
    return remember_visitor(page, visitor_token(request))
