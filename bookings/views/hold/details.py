"""The form: who comes.  While it is filled in the time is held, and sending it books."""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from bookings import attempts, bites, database_clock
from bookings.availability.offering import Offering
from bookings.client_address import counted_digest
from bookings.clocks import Clocks
from bookings.constraints import violated
from bookings.errors import (
    BookingError,
    NotPayable,
    PleasePhone,
    ProofNeeded,
    ReservationGone,
    TooManyBookings,
)
from bookings.forms import BookingForm, Contact, Scope, resolve
from bookings.forms.named_rows import made_by_form
from bookings.forms.pages import DetailsForm
from bookings.lifecycle import Actor, extend, release
from bookings.models import Booking, Project, Reservation
from bookings.refusals import sentence
from bookings.views.choose.offering import offering_of
from bookings.views.choose.zones import own_zone
from bookings.views.hold import hold_card
from bookings.views.hold.alternatives import alternatives_card, nearest_times
from bookings.views.hold.answers import blank_form, given_answers, kept_form, sent_form
from bookings.views.hold.booked import booked_page
from bookings.views.hold.hold_links import Hold, hold_of, no_such_hold, with_hold
from bookings.views.hold.pick import hold_time
from bookings.views.hold.proof_page import proof_page
from bookings.views.hold.visitor_token import own_hold, remember_visitor, visitor_token
from bookings.views.link_extras import extra_meta
from bookings.views.page_urls import carried_query, page_url
from bookings.views.return_to import leads_back
from bookings.visitors.application import book_wanted
from bookings.visitors.hold_tokens import hold_token
from bookings.visitors.holding import live_hold

CUSTOMER = Actor.customer()
FORM = "form"
"""In a URL: the token of a form that was shown before anything was held, so that it books once whatever it leads to."""
_FORM_TOKEN = re.compile("[0-9a-f]{64}")


@leads_back
@require_http_methods(["GET", "HEAD", "POST"])
@with_hold
def details(request: HttpRequest, hold: Hold) -> HttpResponse:
    """Show the form, or book with what it holds; a form that is sent twice leads to the same booking."""
    form_token = of_form(request.GET.get(FORM, "")).get(FORM, "")
    if (made := booked_before(hold) or booked_by(form_token)) is not None:
        return booked_page(request, made)
    if request.method == "POST":
        return book_held_time(request, hold, form_token)
    if hold.reservation.released_at is not None:
        return redirect(hold.times_url(request, refused=ReservationGone.code))
    return details_page(request, hold, blank_form(request, hold.project, given_answers(hold)))


def book_held_time(request: HttpRequest, hold: Hold, form_token: str = "") -> HttpResponse:
    """Book the held time for the customer of the form: it cannot be lost, and an ended hold is tried anew.

    ``form_token`` names a form that was shown before anything was held; of one form there is one booking.
    """
    form = sent_form(request, hold.project, given_answers(hold))
    resolved = resolve({"reservation_id": hold.reservation.pk}, Scope.everything())
    wanted = BookingForm(resolved, contact=Contact.EITHER, customer_form=form)
    if not wanted.is_valid():
        if not form.errors:  # then the project's own settings are at fault
            form.add_error(None, _("This can not be booked at the moment. Please get in touch with us."))
        return details_page(request, hold, form, form_token=form_token)
    draft = wanted.draft()
    draft.form_token, draft.language = form_token or str(hold.reservation.pk), get_language() or ""
    draft.meta = extra_meta(carried_query(request), given_answers(hold), form.fields) | draft.meta
    try:
        made = book_wanted(
            wanted, draft, hold.reservation, by=CUSTOMER, address=counted_digest(request), else_anew=True
        )
    except (TooManyBookings, PleasePhone) as error:
        return not_taken(request, hold, form, error, form_token)
    except (BookingError, IntegrityError) as error:
        return not_booked(request, hold, form, error, draft.form_token)
    return booked_page(request, made, new=True)


def not_taken(
    request: HttpRequest, hold: Hold, form: DetailsForm, error: BookingError, form_token: str
) -> HttpResponse:
    """A cap of the site: the form as it was, and what was said of it; 429 with when to come again, or 409."""
    attempts.note(error)
    bites.note(error.limit)
    form.add_error(None, sentence(error))
    seconds = error.data.get("seconds")
    response = details_page(request, hold, form, form_token=form_token, status=429 if seconds else 409)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def not_booked(
    request: HttpRequest,
    hold: Hold,
    form: DetailsForm,
    error: BookingError | IntegrityError,
    form_token: str,
) -> HttpResponse:
    """The same form was booked a moment ago, or somebody else has the time by now."""
    own = held_now(request, hold.project, hold.reservation.start)
    hold.reservation.refresh_from_db(fields=["booking", "released_at", "expires_at"])
    if (made := booked_before(hold) or booked_by(form_token)) is not None:
        with suppress(ReservationGone):  # what else the same form held, sent twice at once
            release(hold.reservation, by=CUSTOMER)
        return booked_page(request, made)
    if own is not None and own.pk != hold.reservation.pk:
        return redirect(other_hold_url(request, own, hold.project.slug, form_token))
    if isinstance(error, IntegrityError):
        if not violated(error, Booking, "form_token"):
            raise error
        return no_such_hold(request, hold.project.slug)
    if isinstance(error, NotPayable):
        return redirect(hold.times_url(request))
    found = _alternatives(request, hold, error)
    return details_page(request, hold, form, alternatives=found, form_token=form_token, status=409)


@leads_back
@require_http_methods(["GET", "HEAD", "POST"])
@with_hold
def extend_hold(request: HttpRequest, hold: Hold) -> HttpResponse:
    """Hold the time once more for as long; the answers stay."""
    if request.method != "POST" or booked_before(hold) is not None:
        return redirect(hold.url(request, "details"))
    held, said = hold.reservation, ""
    try:
        offering = hold_card.offering_held(hold)
        extend(held, hold=offering.hold(offering.only), by=CUSTOMER)
    except ReservationGone:
        pass  # the form says that the hold has ended, and how to go on
    except BookingError as error:
        said = sentence(error)
    held.refresh_from_db(fields=["expires_at", "extensions"])
    return details_page(
        request,
        hold,
        kept_form(request, hold.project, given_answers(hold)),
        said=said,
        status=409 if said else 200,
    )


@leads_back
@require_http_methods(["GET", "HEAD", "POST"])
@with_hold
def hold_alternative(request: HttpRequest, hold: Hold) -> HttpResponse:
    """Hold one of the nearest times instead; the answers come along."""
    if request.method != "POST":
        return redirect(_present(request, hold).url(request, "details"))
    given = given_answers(hold)
    try:
        held = hold_time(as_held(request, hold), request, visitor_token(request), given=given)
    except ProofNeeded as error:
        bites.note(error.limit)
        return proof_page(request, hold.project, error, visitor_token(request))
    except BookingError as error:
        found = _alternatives(request, hold, error)
        return details_page(
            request,
            hold,
            sent_form(request, hold.project, given),
            alternatives=found,
            status=409,
        )
    if (other := hold_of(hold_token(held))) is None:
        return no_such_hold(request, hold.project.slug)
    return remember_visitor(
        details_page(request, other, kept_form(request, hold.project, given)),
        visitor_token(request),
    )


def _present(request: HttpRequest, hold: Hold) -> Hold:
    """The visitor's hold of the same project by now, else the one that the URL names."""
    live = live_hold(visitor_token(request))
    return (hold_of(hold_token(live)) if live and live.project_id == hold.project.pk else None) or hold


def _alternatives(request: HttpRequest, hold: Hold, error: BookingError) -> dict[str, Any]:
    held = hold.reservation
    return alternatives_card(
        nearest_times(as_held(request, hold), held.start),
        error,
        zone=Clocks.for_customer(hold.project, place=held.resource.timezone, own=own_zone(request)).first,
        post_url=hold.url(request, "alternative"),
        all_url=hold.times_url(request),
        form_id="details",
    )


def as_held(request: HttpRequest, hold: Hold) -> Offering:
    """The choice in the URL, for as long and as many as what was held: another time is to be the same."""
    held, offering = hold.reservation, offering_of(request, hold.project.slug)
    length, offering = held.end - held.start, replace(offering, places=held.places)
    if length == offering.length_taken(offering.offer_of(held.resource_id)):
        return offering
    able = tuple(offer for offer in offering.offers if offering.may_last(length, offer))
    return replace(offering, lasting=length, offers=able) if able else offering


def booked_before(hold: Hold) -> Booking | None:
    """The booking that this form made already."""
    held = hold.reservation
    return held.booking or booked_by(str(held.pk))


def other_hold_url(request: HttpRequest, own: Reservation, slug: str, form_token: str) -> str:
    """The form of what the same form holds that was sent at the same moment, or the booking that it becomes."""
    query = carried_query(request) | of_form(form_token)
    return page_url(request, "details", slug, hold_token(own), query=query)


def of_form(form_token: str) -> dict[str, str]:
    """What a URL says of a form that was shown before anything was held; nothing for any other text."""
    return {FORM: form_token} if _FORM_TOKEN.fullmatch(form_token) else {}


def booked_by(form_token: str) -> Booking | None:
    """The booking that was made by the form of that token."""
    return made_by_form(form_token) if form_token else None


def held_now(request: HttpRequest, project: Project, start: datetime) -> Reservation | None:
    """What the visitor holds from ``start`` on, by the same form sent at the same moment or in another tab.

    Ask before you look for what a form booked: what is held no longer is booked by then.
    """
    own = own_hold(request)
    return own if own and (own.project_id, own.start) == (project.pk, start) else None


def details_page(
    request: HttpRequest,
    hold: Hold,
    form: DetailsForm,
    *,
    alternatives: dict[str, Any] | None = None,
    said: str = "",
    form_token: str = "",
    status: int = 200,
) -> HttpResponse:
    """The form beside what is held; ``said`` is what happened, in a sentence.

    ``form_token`` names the form that led here, if one did that was shown before anything was held.
    """
    now, held = database_clock.now(), hold.reservation
    clocks = Clocks.for_customer(hold.project, place=held.resource.timezone, own=own_zone(request))
    live = held.expires_at > now and held.released_at is None
    offering = hold_card.offering_held(hold)
    if alternatives is None:
        form.focus()
    context = {
        "form": form,
        "submit_label": hold_card.submit_label(hold_card.actions_of(held)),
        "post_url": hold.url(request, "details", **of_form(form_token)),
        "hold": hold_card.banner(request, hold, offering, clocks, now) if live else None,
        "said": said if live else hold_card.over(held, clocks.own),
        "alternatives": alternatives,
        "summary": hold_card.summary(hold, offering, clocks),
    }
    return render(request, "bookings/details.html", context, status=status)
