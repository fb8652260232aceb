"""Reminders: a row in the outbox that comes due becomes a mail or a webhook's call."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.effects import relevance
from bookings.effects.outbox import GivenUp, enqueue
from bookings.effects.recipients import CUSTOMER, OWNER
from bookings.models import OutboxMessage


def deliver(message: OutboxMessage) -> None:
    """Put the mail or call of a due reminder into the outbox; whether it is true is asked now and when it is sent."""
    index = message.payload["index"]
    booking = relevance.booking_of(message)
    reminder = relevance.reminder_of(booking, index, timezone.now())
    kind = {"email": "mail", "webhook": "delivery"}.get(reminder.get("type", "email"))
    if kind is None:
        raise GivenUp(gettext_noop("The reminder's type is unknown."))
    to = OWNER if reminder.get("settings", {}).get("recipient") == OWNER else CUSTOMER
    enqueue(
        kind,
        dedupe_key=f"{kind}:{message.dedupe_key}",
        payload={"reminder": index, "to": to},
        booking_id=booking.pk,
    )
