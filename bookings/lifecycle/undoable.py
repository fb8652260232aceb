"""What can be taken back: that a customer or an owner ended a booking by one press, for a few minutes."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import Exists

from bookings.lifecycle.actors import OWNER, Actor
from bookings.models import Action, Booking, HistoryEntry, State

CUSTOMER = Actor.customer()
ONE_PRESS = "one_press"
"""The reason that history gives for what staff did by one press, which they may take back while its mails wait."""


def ends_by_one_press(entry: HistoryEntry, state: State) -> bool:
    """Whether ``entry`` tells that a customer or an owner ended a booking, which is in ``state`` now.

    Its mails wait for second thoughts.  A move ends the old booking too, and a session its seats: those say a reason.
    """
    by_one_press = entry.for_customer or entry.actor == HistoryEntry.Actor.OWNER
    return by_one_press and bool(entry.source) and not (entry.reason or state.occupies) and state.final


def waits_for_second_thoughts(entry: HistoryEntry, state: State) -> bool:
    """Whether the mails of ``entry``, which led into ``state``, wait until it can no longer be taken back."""
    return entry.reason == ONE_PRESS or ends_by_one_press(entry, state)


def may_be_pressed(booking: Booking, action: Action) -> bool:
    """Whether staff may play an action of the booking by one press: it asks for nothing and can be taken back."""
    asks = action.continues or action.input == Action.Input.PAYMENT
    return not (asks or action.on_seats or booking.version.offers_seats)


def pressed(booking: Booking, by: Actor, now: datetime) -> HistoryEntry | None:
    """The entry of what ``by`` did to the booking by one press, as long as it can be taken back, else None."""
    if booking.deleted_at or now > booking.state_entered_at + press_window():
        return None
    last = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION).last()
    if last is None or not is_press_of(last, by) or last.target != booking.state.name:
        return None
    return None if Booking.objects.filter(continues=booking).exists() else last


def is_press_of(entry: HistoryEntry, by: Actor) -> bool:
    return (entry.reason, entry.actor, entry.actor_id) == (ONE_PRESS, by.in_history, by.id)


def press_window() -> timedelta:
    """How long what was done by one press can be taken back, and nobody is told of it."""
    return timedelta(minutes=settings.UNDO_MAIL_DELAY_MINUTES)


def undoable_until(booking: Booking, now: datetime, *, by: Actor) -> datetime | None:
    """Until when ``by`` may undo how the booking ended, or None where there is nothing to undo (any more)."""
    return _window_ends_at(booking, by) if undoable_state(booking, now, by=by) else None


def undoable_state(booking: Booking, now: datetime, *, by: Actor = CUSTOMER) -> State | None:
    """The state to which an undo would lead, or None where there is nothing to undo (any more)."""
    if booking.deleted_at or booking.version.offers_seats or now > _window_ends_at(booking, by):
        return None
    if booking.state.occupies or not booking.state.final:
        return None
    continued = Exists(Booking.objects.order_by().filter(continues=booking))
    transitions = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    last = transitions.annotate(continued=continued).last()
    if last is None or vars(last)["continued"] or last.target != booking.state.name:
        return None
    if not (last.actor == HistoryEntry.Actor.OWNER if by.kind == OWNER else last.for_customer):
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
