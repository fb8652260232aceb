"""Events of ours that were to be gone and stand over there still: what is read tells them, and they are taken away.

A server may say of what it was to remove that it is not there, and keep it.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from bookings import database_clock
from bookings.calendars.event_keys import count_in, reference_in
from bookings.calendars.missed import KIND
from bookings.calendars.provider import Ours
from bookings.models import Calendar, CalendarEntry, OutboxMessage

LEFTOVER, ENTRY = "leftover", "entry"
"""What a message's payload says: the key of the event that is to go, and whose entry it was written by."""


def notice(calendar: Calendar, ours: Collection[Ours], began: datetime) -> frozenset[str]:
    """Let each leftover be taken away, once an hour; answers the keys of ``ours`` that this site has written.

    What was removed since ``began`` was read too early.
    """
    keys = {one.key for one in ours}
    entries = {row.key: row for row in CalendarEntry.objects.filter(calendar=calendar, key__in=keys)}
    removed = {key: row for key, row in entries.items() if row.removed_at and row.removed_at < began}
    former = _former(calendar, keys - entries.keys())
    _enqueue(removed | former)
    return frozenset(entries) | frozenset(former)


def _former(calendar: Calendar, keys: Collection[str]) -> dict[str, CalendarEntry]:
    """By a key under which it stood before it was made anew, the entry; a stranger's event has none."""
    references = {reference_in(key) for key in keys}
    rows = CalendarEntry.objects.filter(calendar=calendar, booking__reference__in=references)
    entries = {row.booking.reference: row for row in rows.select_related("booking")}
    found = ((key, entries.get(reference_in(key))) for key in keys)
    return {key: entry for key, entry in found if entry is not None and count_in(key) < entry.count}


def _enqueue(leftovers: dict[str, CalendarEntry]) -> None:
    now = database_clock.now()
    rows = [
        OutboxMessage(
            kind=KIND,
            booking_id=entry.booking_id,
            dedupe_key=f"{KIND}:{LEFTOVER}:{entry.pk}:{key}:{now:%Y%m%d%H}",
            payload={LEFTOVER: key, ENTRY: entry.pk},
            run_after=now,
        )
        for key, entry in leftovers.items()
    ]
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)


def entry_of(message: OutboxMessage) -> CalendarEntry | None:
    """Whose event is to go, or None where it is wanted again or its calendar is connected no more."""
    rows = CalendarEntry.objects.filter(pk=message.payload[ENTRY]).exclude(calendar__connection=None)
    entry = rows.select_related("calendar__connection__resource").first()
    if entry is None or (entry.key == message.payload[LEFTOVER] and entry.removed_at is None):
        return None
    return entry
