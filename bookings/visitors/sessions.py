"""The session that a URL, a form or a call names."""

from __future__ import annotations

from bookings.availability.offering import Offering
from bookings.forms.resolve import as_uuid
from bookings.models import Booking


def session_of(offering: Offering, pk: str) -> Booking | None:
    """The project's session of that id."""
    sessions = Booking.objects.live().sessions().select_related("resource", "state", "version__graph")
    wanted = as_uuid(pk) if pk else None
    return sessions.filter(project=offering.project, pk=wanted).first() if wanted else None
