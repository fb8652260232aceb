"""What a booking that moves asks for anew."""

from __future__ import annotations

from bookings.layers import merged
from bookings.models import Booking, Resource


def may_overlap(booking: Booking, resource: Resource | None = None) -> bool:
    """Whether the new time, with that resource (else its own), may overlap because project and option say so.

    What was allowed when the booking was made does not count.
    """
    if booking.project is None:
        return False
    there = resource or booking.resource
    link = booking.project.links.filter(resource=there).first()
    settings = merged({}, booking.project, booking.option, link)["settings"]
    return isinstance(settings, dict) and settings.get("allow_double_bookings") is True
