"""Since when a booking waits for an answer or a payment: what its customer does to it begins no wait anew."""

from __future__ import annotations

from datetime import datetime

from bookings import database_clock
from bookings.lifecycle.actors import Actor
from bookings.models import Booking, HistoryEntry, State

_FOR_STAFF = {HistoryEntry.Actor.STAFF, HistoryEntry.Actor.OWNER}


def waits_since(old: Booking, state: State, by: Actor) -> datetime | None:
    """Since when the booking that continues ``old`` in ``state`` counts as being in it; None for from now on.

    Whoever is bound by rules has what is left of the wait: of a booking that moves what it has left, of one that ended
    what it had left then, since nothing was kept for it meanwhile.  Staff and server keys begin it anew.
    """
    if state.settled or not by.bound_by_rules:
        return None
    if old.state == state:
        return old.state_entered_at
    return database_clock.now() - (old.state_entered_at - _entered(old, state))


def _entered(booking: Booking, state: State) -> datetime:
    """When it entered a state that it left, or that which it continues in it did; staff's moves began that anew."""
    entry = None
    continued: Booking | None = booking
    while continued and (found := _last_entry(continued, state)):
        entry = found
        begun_anew = found.source != state.name or found.actor in _FOR_STAFF
        continued = None if begun_anew else continued.continues
    return entry.at if entry else booking.state_entered_at


def _last_entry(booking: Booking, state: State) -> HistoryEntry | None:
    """How the booking entered the state."""
    entries = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    return entries.filter(target=state.name).last()
