"""Telling staff once of a calendar that nobody has read for too long."""

from __future__ import annotations

from bookings import typed_text
from bookings.effects import staff_notices
from bookings.models import Connection


def tell_of_stale() -> None:
    """Write to managers of each calendar that is stale; of one that is read again and goes stale again, again."""
    for one in Connection.objects.stale().select_related("resource"):
        known = one.synced_at or one.created_at
        about = typed_text.line(f"{one.resource}, {one}")
        staff_notices.tell("calendar_stale", key=f"calendar:{one.pk}:{known:%Y%m%d%H%M%S}", about=about)
