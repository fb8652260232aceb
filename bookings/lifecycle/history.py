"""What a verb leaves behind in its own transaction: a history row, and words beside it."""

from __future__ import annotations

from typing import Any

from bookings.lifecycle.actors import Actor
from bookings.models import Booking, HistoryEntry, Remark
from bookings.row_values import made


def remark(booking: Booking, words: str) -> int | None:
    """Store words apart from history and return their row's id, or None for no words."""
    return Remark.objects.create(booking_id=booking.pk, words=words).pk if words.strip() else None


def note(booking: Booking, *, by: Actor, words: str = "", **fields: Any) -> HistoryEntry:
    """Write one history row."""
    entry = entry_of(booking, by=by, words=words, **fields)
    entry.save(force_insert=True)
    return entry


def entry_of(booking: Booking, *, by: Actor, words: str = "", **fields: Any) -> HistoryEntry:
    """One history row, to be written with others; its words are stored already."""
    return made(
        HistoryEntry,
        booking_id=booking.pk,
        actor=by.in_history,
        actor_id=by.id,
        remark_id=remark(booking, words),
        disposable=booking.disposable,
        **fields,
    )
