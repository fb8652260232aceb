"""Whether a message still holds, asked again at the moment of sending.  Each check raises ``NoLongerTrue``."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_noop

from bookings.effects.outbox import NoLongerTrue
from bookings.lifecycle.notices import OFF
from bookings.models import Booking, HistoryEntry, OutboxMessage, State


def booking_of(message: OutboxMessage) -> Booking:
    """The message's booking with everything that is shown of it, unless it was deleted."""
    booking = Booking.objects.visible().in_full().filter(pk__in=[message.booking_id]).first()
    if booking is None:
        raise NoLongerTrue(gettext_noop("The booking is gone."))
    return booking


def check_state(booking: Booking, message: OutboxMessage) -> None:
    """The booking is still in the state that the message tells of, and no other continues it."""
    check_still_in(booking, message)
    if Booking.objects.filter(continues=booking).exists():
        raise NoLongerTrue(gettext_noop("Another booking continues this one."))


def check_still_in(booking: Booking, message: OutboxMessage) -> None:
    """The booking is still in the state that the message tells of, whether or not another continues it."""
    if booking.state_id != message.payload["state_id"]:
        raise NoLongerTrue(gettext_noop("The booking is in another state by now."))


def check_left(booking: Booking, now_stands: Booking) -> None:
    """It went to somebody else, and is still with them."""
    if now_stands == booking or now_stands.owner_email == booking.owner_email:
        raise NoLongerTrue(gettext_noop("The booking is with them again."))
    told = OutboxMessage.objects.filter(booking_id=booking.pk, kind="mail", payload__to="owner")
    if told.filter(outcome=OutboxMessage.Outcome.DROPPED).exists() and not told.filter(
        outcome=OutboxMessage.Outcome.SENT
    ):
        raise NoLongerTrue(gettext_noop("They never heard of the booking."))


def check_not_over(booking: Booking, now: datetime) -> None:
    """Nobody needs news of a time that has passed."""
    if booking.end <= now:
        raise NoLongerTrue(gettext_noop("The booking's time has passed."))


def reminder_of(booking: Booking, index: int, now: datetime) -> dict[str, Any]:
    """The booking's reminder of that index, if what it reminds of is still to be, or has been."""
    if index >= len(booking.reminders):
        raise NoLongerTrue(gettext_noop("The reminder was removed."))
    reminder: dict[str, Any] = booking.reminders[index]
    if Booking.objects.filter(continues=booking).exists():
        raise NoLongerTrue(gettext_noop("Another booking continues this one."))
    if _is_at_start(reminder):
        check_not_over(booking, now)
    if is_after(reminder):
        _check_took_place(booking)
    elif booking.start <= now and not _is_at_start(reminder):
        raise NoLongerTrue(gettext_noop("The booking has begun."))
    elif not (booking.state.occupies and booking.state.settled):
        raise NoLongerTrue(gettext_noop("The booking does not stand."))
    return reminder


def is_after(reminder: dict[str, Any]) -> bool:
    """Whether a reminder follows the booking's start."""
    return bool(reminder.get("when", {}).get("type") == "after")


def _is_at_start(reminder: dict[str, Any]) -> bool:
    return bool(reminder.get("when", {}).get("time") == 0)


def _check_took_place(booking: Booking) -> None:
    """It had its time when it began, the customer was not missed, and it was not called off since."""
    if booking.attendance == Booking.Attendance.NO_SHOW:
        raise NoLongerTrue(gettext_noop("The customer did not come."))
    if booking.state.mail_to_customer in OFF or not _state_at_start(booking).occupies:
        raise NoLongerTrue(gettext_noop("The booking did not take place."))


def _state_at_start(booking: Booking) -> State:
    """The state in which its start found it; for what was entered later, the first one it had."""
    entries = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    entry = entries.filter(at__lte=booking.start).last() or entries.first()
    if entry is None:
        return booking.state
    return State.objects.get(version=booking.version_id, name=entry.target)
