"""Who would be told of what a verb does, asked before it is played."""

from __future__ import annotations

from bookings.lifecycle.notices import is_wanted
from bookings.models import Booking, Mail, State


def mailed_on(booking: Booking, state: State, *, moved: bool = False) -> list[str]:
    """Who is mailed when a booking enters ``state``, or with ``moved`` gets a new time in it.

    Each is ``customer`` or ``owner``; whether an address of theirs is known is not asked here.
    """
    if booking.disposable:
        return []
    mails = {"customer": state.mail_to_customer, "owner": state.mail_to_owner}
    return [
        to for to, mail in mails.items() if mail and is_wanted(booking, to, Mail.MOVED if moved else mail, {})
    ]
