"""Picking a time holds it at once; the hold can be made longer, or released for another time."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bookings import bites, database_clock
from bookings.availability.free_times import takers
from bookings.availability.offering import Offer, Offering
from bookings.errors import BookingError, EndNotOffered, ProofNeeded, ReservationGone, SlotTaken
from bookings.forms import ReservationForm, Resolved
from bookings.lifecycle import Actor, release, reserve, reserve_any
from bookings.models import Reservation
from bookings.proofs import Proof
from bookings.views.choose.offering import offering_of, resolved_for
from bookings.views.choose.sessions import session_of
from bookings.views.hold.hold_links import Hold, hold_token, with_hold
from bookings.views.hold.proof_page import brought_proof, proof_page
from bookings.views.hold.visitor_token import (
    Holder,
    holder,
    live_hold,
    live_holds,
    remember_visitor,
    visitor_token,
)
from bookings.views.page_urls import carried_query, page_url, parse_instant, prefilled_answers

CUSTOMER = Actor.customer()


@require_http_methods(["GET", "HEAD", "POST"])
def pick(request: HttpRequest, slug: str) -> HttpResponse:
    """Hold the time that was picked and go on to the form; if it is gone, back to the times."""
    if request.method != "POST":  # the URL of a refusal, opened again or in another language
        return redirect(page_url(request, "choose", slug))
    offering = offering_of(request, slug)
    token = visitor_token(request)
    try:
        held = hold_time(offering, request, token)
    except ProofNeeded as error:
        bites.note(error.limit)
        return remember_visitor(proof_page(request, offering.project, error, token), token)
    except BookingError as error:
        bites.note(error.limit)
        return back_to_times(request, offering, error)
    form_url = page_url(request, "details", slug, hold_token(held), query=carried_query(request))
    return remember_visitor(redirect(form_url), token)


def hold_time(offering: Offering, request: HttpRequest, token: str) -> Reservation:
    """Reserve what the form picked, in place of the visitor's present hold; raises what the verbs raise."""
    before, who = live_hold(token), holder(request, token)
    proof = brought_proof(request, offering.project)
    if session_id := request.POST.get("session"):
        return _hold_seat(offering, who, session_id, before, proof)
    start = parse_instant(request.POST.get("start", ""))
    if start is None:
        raise SlotTaken
    forms = [
        ReservationForm(
            _resolved(offering, offer, start=start, end=end, customer=prefilled_answers(request.POST))
        )
        for offer, end in _takers(offering, request, start, before)
    ]
    return _reserve(offering, forms, who, before, proof)


def _takers(
    offering: Offering, request: HttpRequest, start: datetime, before: Reservation | None
) -> list[tuple[Offer, datetime]]:
    """Who may take it and until when; raises ``EndNotOffered`` for an end that cannot be chosen."""
    if offering.longest is None or "end" not in request.POST:
        return [(offer, start + offering.length_taken(offer)) for offer in offering.candidates]
    end = parse_instant(request.POST["end"])
    ignoring = [before.pk] if before else []
    offers = takers(offering, start, end, now=database_clock.now(), ignoring=ignoring) if end else []
    if end is None or not offers:
        raise EndNotOffered
    return [(offer, end) for offer in offers]


def _reserve(
    offering: Offering,
    forms: list[ReservationForm],
    who: Holder,
    before: Reservation | None,
    proof: Proof | None,
) -> Reservation:
    forms = [form for form in forms if form.is_valid()]
    if not forms:
        raise SlotTaken
    drafts = [_of_visitor(form, who) for form in forms]
    common: dict[str, Any] = {
        "hold": forms[0].hold,
        "by": CUSTOMER,
        "buffers": forms[0].buffers(),
        "replacing": before,
        "proof": proof,
    }
    if offering.everybody or len(drafts) == 1:
        held = reserve(drafts[0], companions=forms[0].companions(), **common)
    else:
        held = reserve_any(drafts, **common)
    _keep_newest(who)
    return held


def _keep_newest(who: Holder) -> None:
    """Of times that a visitor picked at the same moment, in two tabs, one stays held."""
    for older in live_holds(who.visitor)[1:]:
        with suppress(ReservationGone):
            release(older, by=CUSTOMER)


def _hold_seat(
    offering: Offering, who: Holder, session_id: str, before: Reservation | None, proof: Proof | None
) -> Reservation:
    session = session_of(offering, session_id)
    if session is None or not offering.offers:
        raise SlotTaken
    offer = offering.offer_of(session.resource_id) or offering.offers[0]
    resolved = replace(_resolved(offering, offer), session=session, resource=session.resource)
    return _reserve(offering, [ReservationForm(resolved)], who, before, proof)


def _resolved(offering: Offering, offer: Offer, **request: Any) -> Resolved:
    """What the forms check; a page holds for as long as the choice in it says."""
    seconds = int(offering.hold(offering.only).total_seconds())
    return resolved_for(offering, offer, reservation_time=seconds, **request)


def _of_visitor(form: ReservationForm, who: Holder) -> Reservation:
    draft = form.draft()
    draft.visitor, draft.address = who
    return draft


def back_to_times(request: HttpRequest, offering: Offering, error: BookingError) -> HttpResponse:
    """Back to the times, where the refusal is said and the present state is seen."""
    query = carried_query(request) | {"refused": error.code}
    session = session_of(offering, request.POST.get("session", ""))
    if start := session.start if session else parse_instant(request.POST.get("start", "")):
        query["at"] = start.isoformat()
    return redirect(page_url(request, "choose", offering.project.slug, query=query))


@require_http_methods(["GET", "HEAD", "POST"])
@with_hold
def release_hold(request: HttpRequest, hold: Hold) -> HttpResponse:
    """Give the time back and choose another; opening the URL gives nothing back."""
    if request.method != "POST":
        return redirect(hold.url(request, "details"))
    with suppress(ReservationGone):  # then it is free already
        release(hold.reservation, by=CUSTOMER)
    return redirect(hold.times_url(request))
