"""The events of bookings in calendars elsewhere, as their providers know them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.models import Booking, CalendarEntry


class ProviderEventOut(TypedDict):
    """``id`` is Google's or Microsoft's own id of the event, or its address on a CalDAV server."""

    id: str


def serialize_provider_events(bookings: Sequence[Booking], context: Context) -> list[ProviderEventOut | None]:
    """Each in the calendar of its own resource while it stands there; a seat's is its session's.

    A widget key is told of none, since an address may name an account.
    """
    if context.for_widget:
        return [None] * len(bookings)
    events = [(booking.session or booking).uid for booking in bookings if booking.state.occupies]
    standing = CalendarEntry.objects.standing().filter(uid__in=events).exclude(event="")
    found = {
        (uid, resource): event
        for uid, resource, event in standing.values_list("uid", "calendar__resource", "event")
    }
    return [_told(booking, found) for booking in bookings]


def _told(booking: Booking, found: Mapping[tuple[UUID, UUID], str]) -> ProviderEventOut | None:
    held = booking.session or booking
    event = found.get((held.uid, held.resource_id)) if booking.state.occupies else None
    return {"id": event} if event else None
