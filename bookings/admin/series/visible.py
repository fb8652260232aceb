"""What a member of staff sees of sessions and series: every query of these pages begins here."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bookings.models import Booking, Project, Resource
from bookings.models.booking_queries import BookingQuerySet
from bookings.staff_limits import limited


def bookings_of(user: Any) -> BookingQuerySet:
    """The bookings, sessions and seats."""
    return limited(Booking.objects.live(), user)


def resources_of(user: Any) -> QuerySet[Resource]:
    """The resources that may be booked, by name."""
    return limited(Resource.objects.live(), user).order_by("name", "pk")


def projects_of(user: Any) -> QuerySet[Project]:
    """The projects in which they may be booked."""
    return limited(Project.objects.live(), user)
