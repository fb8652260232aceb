"""Picking a time holds it at once; the hold can be made longer, or released for another time."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_http_methods

from bookings import bites
from bookings.availability.offering import Offering
from bookings.errors import BookingError, ProofNeeded, ReservationGone, SlotTaken
from bookings.lifecycle import Actor, release
from bookings.models import Reservation
from bookings.views.choose.offering import offering_of
from bookings.views.hold.hold_links import Hold, with_hold
from bookings.views.hold.proof_page import brought_proof, proof_page
from bookings.views.hold.visitor_token import holder, remember_visitor, visitor_token
from bookings.views.page_urls import carried_query, page_url, parse_instant, prefilled_answers
from bookings.visitors.hold_tokens import hold_token
from bookings.visitors.holding import Pick, hold, live_hold
from bookings.visitors.sessions import session_of

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


def hold_time(
    offering: Offering, request: HttpRequest, token: str, *, given: Mapping[str, str] | None = None
) -> Reservation:
    """Reserve what the form picked, in place of the visitor's present hold; raises what the verbs raise.

    ``given`` are answers of a hold before this one, which the form does not carry.
    """
    before, who = live_hold(token), holder(request, token)
    proof = brought_proof(request, offering.project)
    session = session_of(offering, request.POST.get("session", ""))
    if session is None and request.POST.get("session"):
        raise SlotTaken
    picked = Pick(
        session=session,
        start=parse_instant(request.POST.get("start", "")),
        end=parse_instant(request.POST.get("end", "")),
        asks_end="end" in request.POST,
        answers={**(given or {}), **prefilled_answers(request.POST)},
    )
    return hold(offering, picked, who, before, proof)


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
