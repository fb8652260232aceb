"""What belongs to many bookings and is no relation of theirs, read for all of them at once."""

from collections.abc import Iterable, Sequence
from typing import Any

from django.db.models import QuerySet

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


def siblings_of(bookings: Sequence[Booking], among: QuerySet[Booking]) -> list[Booking]:
    """Everything that was made together with any of the bookings, those included, in the order of making."""
    bulks = {booking.bulk for booking in bookings if booking.bulk}
    return list(among.filter(bulk__in=bulks).order_by("created_at", "pk")) if bulks else []
