"""The customer's mail once more: for an address that was wrong, or somebody who lost it."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import uuid4

from bookings import database_clock
from bookings.effects.outbox import enqueue
from bookings.effects.recipients import CUSTOMER, language_of, sendable
from bookings.lifecycle.locks import Locks
from bookings.lifecycle.retries import verb
from bookings.models import Booking, HistoryEntry, Mail, OutboxMessage, Site


class NothingToSend(Exception):
    """The booking's state has no mail, its time has passed, or no address is known."""


@dataclass(frozen=True, kw_only=True)
class Sendable:
    """What would be sent: which mail, to which address, in which language (a code of ``LANGUAGES``)."""

    mail: Mail
    address: str
    language: str


def sendable_again(booking: Booking, site: Site) -> Sendable | None:
    """What the customer can be sent about the booking as it stands; None where that is nothing."""
    customer = getattr(booking, "customer", None)
    address = sendable(customer.email) if customer else ""
    told = booking.state.mail_to_customer
    if not (address and told) or booking.end <= database_clock.now() or booking.deleted_at:
        return None
    language = language_of(customer.language if customer else "", booking.language, site.language)
    return Sendable(mail=Mail(told), address=address, language=language)


@verb
def send_again(booking: Booking, site: Site) -> Sendable:
    """Have the worker send the customer what ``sendable_again`` says, and return it.

    What waits to be sent anyway, to the address as it is by then, is not doubled.  Raises ``NothingToSend``.
    """
    wanted = sendable_again(booking, site)
    if wanted is None:
        raise NothingToSend
    Locks.on(bookings=[booking.pk]).take()  # of two presses at once the second finds what the first sends
    mails = OutboxMessage.objects.waiting().filter(booking_id=booking.pk, kind="mail")
    same = {"payload__to": CUSTOMER, "payload__mail": wanted.mail, "payload__state_id": booking.state_id}
    if mails.filter(**same).exists():
        return wanted
    last = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION).last()
    enqueue(
        "mail",
        dedupe_key=f"mail:again:{booking.pk}:{uuid4()}",
        booking_id=booking.pk,
        target=f"booking:{booking.pk}",
        payload={
            "to": CUSTOMER,
            "mail": wanted.mail,
            "state_id": booking.state_id,
            "history": last.pk if last else None,
            "remark": last.remark_id if last else None,
        },
    )
    return wanted
