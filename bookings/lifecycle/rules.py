"""What a customer may book: asked inside the verb's transaction, of those who are bound by rules."""

from __future__ import annotations

from datetime import datetime

from bookings.errors import WindowClosed
from bookings.lifecycle.actors import Actor
from bookings.models import Booking, Reservation


def check(wanted: Booking | Reservation, *, by: Actor, now: datetime, moving: Booking | None = None) -> None:
    """Raise what forbids ``wanted`` to a customer or a widget; staff and server keys pass."""
    if not by.bound_by_rules:
        return
    if wanted.start <= now:
        raise WindowClosed


def check_cut_off(booking: Booking, now: datetime) -> None:
    """Raise ``WindowClosed`` where a settled booking is past the last moment for changes by its customer."""
    if (
        booking.state.occupies
        and booking.state.settled
        and booking.change_until
        and now > booking.change_until
    ):
        raise WindowClosed(field="booking", until=booking.change_until)
