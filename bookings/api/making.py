"""From a request's values to a booking or a reservation: rows, bounds, form, verb."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest

from bookings.addresses import client_address
from bookings.api.alternatives import offer_alternatives
from bookings.api.bounds import check_bounds, scope_of, with_only_project
from bookings.api.errors import Invalid
from bookings.api.schemas import BookingIn, ReservationIn
from bookings.errors import SlotTaken
from bookings.forms import BookingForm, ReservationForm, Rows, find_rows
from bookings.lifecycle import Actor, book, reserve
from bookings.models import Booking, Reservation

Found = Mapping[str, Iterable[str]]


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A valid request: what is left is to do it."""

    rows: Rows
    form: BookingForm
    draft: Booking

    @property
    def resource_ids(self) -> list[Any]:
        """Whose time it may take."""
        return [self.draft.resource_id, *(resource.pk for resource in self.form.companions())]


def prepare(key: Any, body: BookingIn) -> Prepared:
    """Check a request as a whole.  Raises ``Invalid`` with everything that is wrong, or ``Forbidden``."""
    rows = _rows(key, body)
    form = BookingForm(rows, found=body.findings)
    if not form.is_valid():
        raise Invalid(form.errors)
    draft = form.draft()
    draft.key = key
    return Prepared(rows=rows, form=form, draft=draft)


def make_booking(request: HttpRequest, key: Any, prepared: Prepared) -> Booking:
    """Play ``book``.  A refusal because of the time knows how to find other times."""
    rows, form = prepared.rows, prepared.form
    assert rows.flow  # noqa: S101  # a valid form has one
    try:
        booking = book(
            prepared.draft,
            graph=rows.flow,
            by=Actor.of_key(key),
            customer=form.customer(),
            companions=form.companions(),
            reservation=rows.reservation,
        )
    except SlotTaken as refusal:
        offer_alternatives(request, refusal, prepared.draft)
        raise
    booking.completed = not rows.flow.leaving(booking.state)  # type: ignore[attr-defined]  # as ``readable`` does
    return booking


def make_reservation(request: HttpRequest, key: Any, body: ReservationIn) -> Reservation:
    """Play ``reserve``.  Raises ``Invalid``, ``Forbidden`` and the verb's refusals."""
    rows = _rows(key, body)
    form = ReservationForm(rows, found=body.findings)
    if not form.is_valid():
        raise Invalid(form.errors)
    draft = form.draft()
    draft.key = key
    draft.visitor = visitor(request, key)
    try:
        return reserve(
            draft,
            hold=form.hold,
            by=Actor.of_key(key),
            companions=form.companions(),
            buffers=form.buffers(),
            replacing=rows.reservation,
        )
    except SlotTaken as refusal:
        offer_alternatives(request, refusal, draft)
        raise


def visitor(request: HttpRequest, key: Any) -> str:
    """Whose holds are counted together: on a public page those of one address, on a server nobody's."""
    if not key.is_widget:
        return ""
    return hashlib.sha256(f"{key.pk} {client_address(request)}".encode()).hexdigest()


def _rows(key: Any, body: BookingIn) -> Rows:
    given = with_only_project(key, body.given())
    rows = find_rows(given, scope_of(key))
    check_bounds(key, given, rows)
    return rows
