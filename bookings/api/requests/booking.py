"""From a request's values to a booking or a reservation: rows, limits, form, verb."""

from __future__ import annotations

import hashlib
import json
import re
from dataclasses import dataclass

from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Invalid
from bookings.api.requests.key_limits import check_limits, limited_hold, with_only_project
from bookings.api.requests.schemas import BookingIn, ReservationIn
from bookings.api.responses.alternatives import offer_alternatives
from bookings.api.responses.bookings import note_completed
from bookings.client_address import counted_digest, network_digest
from bookings.errors import SlotTaken
from bookings.forms import BookingForm, ReservationForm, Resolved, resolve
from bookings.forms.terms import BookingTerms, Conditions
from bookings.lifecycle import book, reserve
from bookings.lifecycle.holds import locks_of
from bookings.lifecycle.locks import Locks
from bookings.models import Booking, Reservation
from bookings.rate_limits import check_bookings, note_booking

HOLDER = "Visitor-Token"
TOKEN = re.compile(r"[A-Za-z0-9_.-]{16,128}")
BROWSER = ("User-Agent", "Accept-Language")


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A valid request: what is left is to do it."""

    resolved: Resolved
    form: BookingForm
    draft: Booking

    @property
    def locks(self) -> Locks:
        """What it may take, and the reservation that it uses."""
        held = self.resolved.reservation
        taken = locks_of(self.draft, self.form.companions())
        return (taken | locks_of(held) | Locks.on(reservations=[held.pk])) if held else taken


def prepare(caller: Caller, body: BookingIn) -> Prepared:
    """Check a request as a whole.  Raises ``Invalid`` with everything that is wrong, or ``Forbidden``."""
    resolved = _resolve(caller, body)
    form = BookingForm(resolved, found=body.findings)
    if not form.is_valid():
        raise Invalid(form.errors)
    draft = form.draft()
    draft.key_id = caller.id
    return Prepared(resolved=resolved, form=form, draft=draft)


def make_booking(request: ApiRequest, prepared: Prepared) -> Booking:
    """Play ``book``.  A refusal because of the time knows how to find other times."""
    resolved, form = prepared.resolved, prepared.form
    address = counted_digest(request) if request.auth.is_counted else ""
    check_bookings(address)
    assert resolved.flow  # noqa: S101  # a valid form has one
    try:
        booking = book(
            prepared.draft,
            graph=resolved.flow,
            by=request.auth.actor,
            customer=form.customer(),
            companions=form.companions(),
            reservation=resolved.reservation,
        )
    except SlotTaken as refusal:
        offer_alternatives(request, refusal, prepared.draft)
        raise
    note_booking(address)
    note_completed(booking, not resolved.flow.leaving(booking.state))
    return booking


def make_reservation(request: ApiRequest, body: ReservationIn) -> tuple[Reservation, BookingTerms]:
    """Play ``reserve``; return what is held, and what a booking of it comes to.

    Raises ``Invalid``, ``Forbidden`` and the verb's refusals.
    """
    caller = request.auth
    resolved = _resolve(caller, body)
    form = ReservationForm(resolved, found=body.findings)
    if not form.is_valid():
        raise Invalid(form.errors)
    draft = form.draft()
    draft.key_id = caller.id
    _name_holder(request, draft)
    try:
        held = reserve(
            draft,
            hold=limited_hold(caller, form.hold, resolved.project, resolved.option, resolved.link),
            by=caller.actor,
            companions=form.companions(),
            buffers=form.buffers(),
            replacing=resolved.reservation,
        )
    except SlotTaken as refusal:
        offer_alternatives(request, refusal, draft)
        raise
    return held, Conditions.of_request(resolved, held.places).at(held.start)


def _name_holder(request: ApiRequest, draft: Reservation) -> None:
    """Whose hold it is: on a server nobody's; a public page's visitor is told apart by the token that it sends.

    No cookie crosses origins, so where no token comes, it is whoever has the same address and the same browser.
    """
    if not request.auth.is_widget:
        return
    draft.address = counted_digest(request) if request.auth.is_counted else ""
    token = request.headers.get(HOLDER, "")
    known_by = (
        [token] if TOKEN.fullmatch(token) else [network_digest(request), *map(request.headers.get, BROWSER)]
    )
    draft.visitor = hashlib.sha256(json.dumps([str(request.auth.id), *known_by]).encode()).hexdigest()


def _resolve(caller: Caller, body: BookingIn) -> Resolved:
    given = with_only_project(caller, body.given())
    resolved = resolve(given, caller.scope(), echoes=caller.is_widget)
    check_limits(caller, resolved)
    return resolved
