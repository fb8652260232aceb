"""What can be taken back: that a customer or an owner ended a booking by one press, for a few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings

from bookings.lifecycle.actors import OWNER, Actor
from bookings.models import Booking, HistoryEntry, State

CUSTOMER = Actor.customer()


def ends_by_one_press(entry: HistoryEntry, state: State) -> bool:
    """Whether ``entry`` tells that a customer or an owner ended a booking, which is in ``state`` now.

    Its mails wait for second thoughts.  A move ends the old booking too, and a session its seats: those say a reason.
    """
    by_one_press = entry.actor in {HistoryEntry.Actor.CUSTOMER, HistoryEntry.Actor.OWNER}
    return by_one_press and bool(entry.source) and not (entry.reason or state.occupies) and state.final


def undoable_until(booking: Booking, now: datetime, *, by: Actor) -> datetime | None:
    """Until when ``by`` may undo how the booking ended, or None where there is nothing to undo (any more)."""
    return _window_ends_at(booking, by) if undoable_state(booking, now, by=by) else None


def undoable_state(booking: Booking, now: datetime, *, by: Actor = CUSTOMER) -> State | None:
    """The state to which an undo would lead, or None where there is nothing to undo (any more)."""
    if booking.deleted_at or booking.version.offers_seats or now > _window_ends_at(booking, by):
        return None
    if Booking.objects.filter(continues=booking).exists():
        return None
    transitions = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    last = transitions.last()
    decided = HistoryEntry.Actor.OWNER if by.kind == OWNER else HistoryEntry.Actor.CUSTOMER
    if last is None or last.actor != decided or last.target != booking.state.name:
        return None
    if not ends_by_one_press(last, booking.state):
        return None
    return State.objects.filter(version=booking.version, name=last.source).first()


def _window_ends_at(booking: Booking, by: Actor) -> datetime:
    """An owner has the time in which nobody is told; a customer, and staff for the customer, the customer's minutes.

    Nobody has any once it would have begun.
    """
    minutes = settings.UNDO_MAIL_DELAY_MINUTES if by.kind == OWNER else settings.UNDO_MINUTES
    return min(booking.state_entered_at + timedelta(minutes=minutes), booking.start)
