"""Calendars in answers."""

from typing import NotRequired

from bookings.api.responses.context import Context
from bookings.api.responses.events import EventOut, serialize_event
from bookings.api.responses.fields import RowOut, Uuid
from bookings.models import Calendar


class CalendarOut(RowOut):
    resource_id: Uuid
    name: str
    display_name: str
    description: str
    foregroundcolor: str
    backgroundcolor: str
    primary: bool
    provider: str
    provider_id: str | None
    provider_access: str
    provider_primary: bool
    provider_sync: bool
    events: NotRequired[list[EventOut]]


def serialize_calendar(row: Calendar, context: Context) -> CalendarOut:
    body: CalendarOut = {
        "id": str(row.pk),
        "resource_id": str(row.resource_id),
        "name": row.name,
        "display_name": row.name,
        "description": row.description,
        "foregroundcolor": row.foregroundcolor,
        "backgroundcolor": row.backgroundcolor,
        "primary": row.primary,
        "provider": row.provider,
        "provider_id": row.provider_id or None,
        "provider_access": row.provider_access,
        "provider_primary": row.primary if row.provider_primary is None else row.provider_primary,
        "provider_sync": row.provider_sync,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
    if "events" in context.names:
        events = row.events.all()
        told = context.budget.told(events) if context.budget else events
        body["events"] = [serialize_event(one, context) for one in told]
    return body
