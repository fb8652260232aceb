"""Bookings that were made together by one request, and play their actions together."""

from collections.abc import Sequence

from django.db.models import QuerySet

from bookings.models import Booking


def siblings_of(bookings: Sequence[Booking], among: QuerySet[Booking]) -> list[Booking]:
    """Everything that was made together with any of the bookings, those included, in the order of making."""
    bulks = {booking.bulk for booking in bookings if booking.bulk}
    return list(among.filter(bulk__in=bulks).order_by("created_at", "pk")) if bulks else []


def with_siblings(booking: Booking, among: QuerySet[Booking]) -> list[Booking]:
    """The booking, and after it whatever was made together with it."""
    return [booking, *(sibling for sibling in siblings_of([booking], among) if sibling.pk != booking.pk)]
