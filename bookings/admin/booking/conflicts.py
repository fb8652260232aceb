"""Which rules a staff member's booking breaks, each a sentence; none of them stops it."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.db.models import Q

from bookings.lifecycle.rules import broken_by
from bookings.models import Booking, Occupancy, Resource
from bookings.staff_limits import resources_seen_by


def broken_rules(
    booking: Booking, now: datetime, *, companions: Sequence[Resource] = (), moving: Booking | None = None
) -> list[str]:
    """What a customer would be told of an unsaved booking's time, but for its being taken.

    ``moving`` is the booking that it is to continue, which does not count beside it.
    """
    ignoring = {moving.pk} if moving else set()
    verdicts = broken_by(booking, now=now, companions=companions, ignoring=ignoring)
    return list(dict.fromkeys(verdict.sentence for verdict in verdicts))


def overlapping_pieces(booking: Booking, user: Any) -> list[Occupancy]:
    """The live pieces that share time with a booking and are not its own, for staff to look at."""
    start, end = booking.start - booking.buffer_before, booking.end + booking.buffer_after
    pieces = Occupancy.objects.live().overlapping(start, end).filter(resource=booking.resource_id)
    seen = resources_seen_by(user)
    if seen is not None:  # what only goes along is another's
        pieces = pieces.filter(Q(booking=None) | Q(booking__resource__in=seen))
    return list(
        pieces.exclude(booking=booking.pk)
        .select_related("booking__customer", "booking__state", "event", "reservation")
        .order_by("start")[:10]
    )
