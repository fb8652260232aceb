"""Of which bookings a mail tells: of its own, or of the dates of a series that it still holds for."""

from __future__ import annotations

from bookings import database_clock
from bookings.effects import relevance
from bookings.effects.links import newest
from bookings.effects.outbox import NoLongerTrue
from bookings.lifecycle.notices import LEFT
from bookings.lifecycle.together import TOGETHER
from bookings.models import Booking, OutboxMessage


def bookings_of(message: OutboxMessage) -> list[Booking]:
    """The bookings, with all that is shown of them, by start; never empty.  Raises ``NoLongerTrue``.

    A date that was changed by itself meanwhile is left out, unless none is left.
    """
    ids = message.payload.get(TOGETHER)
    if not ids:
        return [relevance.booking_of(message)]
    rows = list(Booking.objects.visible().in_full().filter(pk__in=ids).order_by("start", "pk"))
    return [one for one in rows if _holds(one, message)] or rows[:1] or [relevance.booking_of(message)]


def _holds(booking: Booking, message: OutboxMessage) -> bool:
    try:
        check_holds(booking, message)
    except NoLongerTrue:
        return False
    return True


def check_holds(booking: Booking, message: OutboxMessage) -> None:
    """What the mail tells of the booking is still true and of use.  Raises ``NoLongerTrue``."""
    if message.payload.get("mail") == LEFT:
        relevance.check_left(booking, newest(booking))
    else:
        relevance.check_state(booking, message)
    relevance.check_not_over(booking, database_clock.now())
