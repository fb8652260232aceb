"""Reminders: a row in the outbox that comes due becomes a mail or a webhook's call."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.effects import relevance
from bookings.effects.outbox import LONGEST_TARGET, GivenUp, enqueue
from bookings.effects.recipients import CUSTOMER, OWNER
from bookings.models import OutboxMessage


def _target(kind: str, reminder: dict[str, Any], booking_id: UUID) -> str:
    """Who must not keep others waiting: the host that is called, or the server as far as this booking's mails go."""
    if kind == "mail":
        return f"booking:{booking_id}"
    return f"host:{urlsplit(str(reminder.get('settings', {}).get('url', ''))).hostname}"[:LONGEST_TARGET]


def deliver(message: OutboxMessage) -> None:
    """Put the mail or call of a due reminder into the outbox; whether it is true is asked now and when it is sent."""
    index = message.payload["index"]
    booking = relevance.booking_of(message)
    reminder = relevance.reminder_of(booking, index, database_clock.now())
    kind = {"email": "mail", "webhook": "delivery"}.get(reminder.get("type", "email"))
    if kind is None:
        raise GivenUp(gettext_noop("The reminder's type is unknown."))
    to = OWNER if reminder.get("settings", {}).get("recipient") == OWNER else CUSTOMER
    enqueue(
        kind,
        dedupe_key=f"{kind}:{message.dedupe_key}",
        payload={"reminder": index, "to": to},
        booking_id=booking.pk,
        target=_target(kind, reminder, booking.pk),
    )
