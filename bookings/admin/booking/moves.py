"""What a booking continues, and what continues it: a visit that was moved is a row for each time it had."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from bookings.models import Booking
from bookings.staff_limits import sees

MOST_STEPS = 50


@dataclass(frozen=True, kw_only=True)
class Moves:
    """The ids of the bookings that one continues, the latest first, and of the one that continues it, each with its
    resource's.
    """

    before: tuple[tuple[UUID, UUID], ...]
    after: tuple[UUID, UUID] | None

    @classmethod
    def of(cls, booking: Booking) -> Moves:
        """One query, however often it was moved: all of them have its reference."""
        rows = Booking.objects.filter(reference=booking.reference).order_by()
        read = {pk: (resource, old) for pk, resource, old in rows.values_list("pk", "resource", "continues")}
        before: list[tuple[UUID, UUID]] = []
        step = booking.continues_id
        while step in read and len(before) < MOST_STEPS:
            resource, following = read[step]
            before.append((step, resource))
            step = following
        after = next(((pk, resource) for pk, (resource, old) in read.items() if old == booking.pk), None)
        return cls(before=tuple(before), after=after)

    def seen_before(self, user: Any) -> list[UUID]:
        """Those that it continues and the user sees, the latest first."""
        return [pk for pk, resource in self.before if sees(user, resource)]

    def seen_after(self, user: Any) -> UUID | None:
        """What continues it, if the user sees that."""
        return self.after[0] if self.after and sees(user, self.after[1]) else None
