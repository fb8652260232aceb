"""What the day reads of the database: its bookings, and what is taken of its resources.

A day of twenty resources has hundreds of either, whose rows are wide: no more is read of them than is told.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db.models import F, Q

from bookings.admin.booking.waiting import with_clash
from bookings.admin.today.shown_day import ShownDay
from bookings.lifecycle.notices import OFF
from bookings.models import Booking, Occupancy, Resource
from bookings.staff_limits import limited

BEGUN_BEFORE = timedelta(days=14)
"""How long before the day something may have begun that is still shown on it: so far an index is read."""
MOST_BOOKINGS = 600
BOOKING = (
    "reference", "resource", "session", "start", "end", "what", "max_seats", "seats_taken", "overstepped",
    "attendance", "staff_note", "deleted_at", "version__offers_seats", "state__name", "state__label",
    "state__settled", "state__occupies", "state__mail_to_customer", "customer__name", "customer__phone",
    "customer__phone_e164",
)  # fmt: skip
"""What a line tells, and what its answers are decided by."""
OFFERED = {
    "offered_project": F("project__name"),
    "option_label": F("option__label"),
    "option_length": F("option__length"),
}
"""What else it tells, read without their rows."""


class Piece(NamedTuple):
    """A piece ``[start, end)``, buffers within it, of a booking, a reservation or an event; the others are None."""

    resource: UUID
    start: datetime
    end: datetime
    busy_start: datetime
    busy_end: datetime
    booking: UUID | None
    booking__resource: UUID | None
    booking__reference: str | None
    reservation: UUID | None
    reservation__resource: UUID | None
    reservation__project__name: str | None
    event: int | None
    event__what: str | None
    event__remote: str | None


def day_bookings(shown: ShownDay, resources: Sequence[Resource], user: Any) -> list[Booking]:
    """What is booked or asked for on the day of these resources, or of the one that was chosen, by time.

    Seats of sessions are among it; what was called off is left out, and what resources have that are no more.  One more
    than ``MOST_BOOKINGS`` if there are more.  One query.
    """
    over = Q(state_entered_at__gte=F("start")) & ~Q(state__mail_to_customer__in=OFF)
    stands = Q(state__occupies=True) | Q(state__settled=False) | over
    rows = (
        limited(Booking.objects.live(), user)
        .not_moved()
        .filter(
            stands,
            resource__in=[one.pk for one in ([shown.resource] if shown.resource else resources)],
            start__gte=shown.start - BEGUN_BEFORE,
            start__lt=shown.end,
            end__gt=shown.start,
        )
    )
    known = {resource.pk: resource for resource in resources}
    found = list(
        with_clash(rows)
        .select_related("state", "version", "customer")
        .only(*BOOKING)
        .annotate(**OFFERED)
        .order_by("start", "pk")[: MOST_BOOKINGS + 1]
    )
    for booking in found:
        if booking.resource_id in known:
            booking.resource = known[booking.resource_id]
    return found


def day_pieces(shown: ShownDay, resources: Iterable[Resource]) -> dict[UUID, list[Piece]]:
    """What is taken of these resources that day, by resource and in order.  One query."""
    found: defaultdict[UUID, list[Piece]] = defaultdict(list)
    rows = Occupancy.objects.live().filter(
        resource__in=[one.pk for one in resources],
        start__gte=shown.start - BEGUN_BEFORE,
        start__lt=shown.end,
        end__gt=shown.start,
    )
    for row in rows.order_by("start").values_list(*Piece._fields):
        piece = Piece._make(row)
        found[piece.resource].append(piece)
    return found
