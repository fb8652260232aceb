"""The history of bookings, read for all of them at once."""

from collections.abc import Iterable
from typing import Any

from bookings.models import Booking, HistoryEntry, Remark

Entry = tuple[HistoryEntry, str | None]


def logs_of(bookings: Iterable[Booking]) -> dict[Any, list[Entry]]:
    """The history of each booking by its id, oldest first, each entry with its words; two queries."""
    ids = [booking.pk for booking in bookings]
    entries = list(HistoryEntry.objects.filter(booking_id__in=ids))
    remarks = Remark.objects.in_bulk([entry.remark_id for entry in entries if entry.remark_id])
    found: dict[Any, list[Entry]] = {pk: [] for pk in ids}
    for entry in entries:
        remark = remarks.get(entry.remark_id) if entry.remark_id else None
        found[entry.booking_id].append((entry, remark.words if remark else None))
    return found
