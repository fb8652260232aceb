"""What a member of staff sees of sessions and series: every query of these pages begins here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking, Resource
from bookings.models.bookings import BookingQuerySet


def bookings_of(user: Any) -> BookingQuerySet:
    """The bookings, sessions and seats."""
    return Booking.objects.live()


def resources_of(user: Any) -> QuerySet[Resource]:
    """The resources that may be booked, by name."""
    return Resource.objects.live().order_by("name", "pk")
