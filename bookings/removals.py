"""Deleting rows for good, in the order in which they hold each other."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking, OutboxMessage, Remark


def delete_bookings(bookings: QuerySet[Booking]) -> None:
    """What continues another goes before it, and seats before their session; with them what was to be sent of them.

    Their history stays as it is: it names nobody.
    """
    gone = bookings.order_by().values("pk")
    Remark.objects.filter(booking_id__in=gone).delete()
    OutboxMessage.objects.filter(booking_id__in=gone).delete()
    while bookings.exists():
        bookings.filter(continued_by=None, seats=None).delete()


def delete_with_history(rows: QuerySet[Any]) -> None:
    """How the rows were goes with them."""
    ids, model = list(rows.values_list("pk", flat=True)), rows.model
    rows.delete()
    model.history.filter(id__in=ids).delete()
