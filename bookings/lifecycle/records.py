"""What a verb leaves behind in its own transaction: a history row, and outbox rows for what must follow."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from bookings.lifecycle.actors import Actor
from bookings.models import Booking, HistoryEntry, Mail, OutboxMessage, Remark, State


def remark(booking: Booking, words: str) -> int | None:
    """Store words apart from history and return their row's id, or None for no words."""
    return Remark.objects.create(booking_id=booking.pk, words=words).pk if words.strip() else None


def note(booking: Booking, *, by: Actor, words: str = "", **fields: Any) -> HistoryEntry:
    """Write one history row."""
    return HistoryEntry.objects.create(
        booking_id=booking.pk,
        actor=by.in_history,
        actor_id=by.id,
        remark_id=remark(booking, words),
        disposable=booking.disposable,
        **fields,
    )


def announce(booking: Booking, state: State, entry: HistoryEntry, *, moved: bool = False) -> None:
    """Write the outbox rows of a booking that entered ``state``; ``moved`` tells of a new time instead."""
    if booking.disposable:
        return
    mails = {"customer": state.mail_to_customer, "owner": state.mail_to_owner}
    if moved:
        mails = {to: Mail.MOVED for to, mail in mails.items() if mail}
    messages = [
        _message("mail", booking, entry, to, payload={"to": to, "mail": mail, "remark": entry.remark_id})
        for to, mail in mails.items()
        if mail and _wanted(booking, f"notify_{to}_by_email")
    ]
    if state.webhook:
        names = {"state": state.name, "graph": booking.version.graph.name}
        messages.append(_message("webhook", booking, entry, payload=names))
    if state.occupies and state.settled:
        messages += _reminders(booking)
    for message in messages:
        message.payload |= {"history": entry.pk, "state_id": state.pk}
        if entry.actor == HistoryEntry.Actor.CUSTOMER and not state.occupies and message.kind == "mail":
            message.run_after += timedelta(minutes=settings.UNDO_MAIL_DELAY_MINUTES)
    OutboxMessage.objects.bulk_create(messages, ignore_conflicts=True)


def _wanted(booking: Booking, switch: str) -> bool:
    """Mails are on unless the booking's request, its project or its resource says otherwise."""
    if booking.project and not booking.project.sends_mail:
        return False
    if switch == "notify_owner_by_email" and not booking.resource.sends_mail:
        return False
    chosen = booking.notifications.get(switch)
    return not (isinstance(chosen, dict) and chosen.get("enabled") is False)


def _message(
    kind: str, booking: Booking, entry: HistoryEntry, detail: str = "", *, payload: dict[str, Any]
) -> OutboxMessage:
    key = f"{kind}:{detail}:{entry.pk}" if detail else f"{kind}:{entry.pk}"
    return OutboxMessage(
        kind=kind, booking_id=booking.pk, payload=payload, dedupe_key=key, run_after=timezone.now()
    )


def _reminders(booking: Booking) -> list[OutboxMessage]:
    """One row per reminder of the booking that still lies ahead."""
    rows = []
    for index, reminder in enumerate(booking.reminders):
        when = reminder_time(booking, reminder)
        if when and when > timezone.now():
            key = f"reminder:{booking.pk}:{index}"
            payload = {"index": index}
            rows.append(
                OutboxMessage(
                    kind="reminder", booking_id=booking.pk, payload=payload, dedupe_key=key, run_after=when
                )
            )
    return rows


UNITS = {"secs": 1, "mins": 60, "hours": 3600, "days": 86400}


def reminder_time(booking: Booking, reminder: dict[str, Any]) -> Any:
    """The instant of a reminder in the API's spelling, counted from the booking's start."""
    when = reminder.get("when") or {}
    seconds = UNITS.get(when.get("unit", ""), 0) * int(when.get("time", 0))
    delta = timedelta(seconds=seconds)
    return booking.start + (delta if when.get("type") == "after" else -delta) if seconds else None
