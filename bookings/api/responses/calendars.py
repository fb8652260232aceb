"""How calendars are told."""

from bookings.api.responses.context import Context, Json
from bookings.api.responses.events import serialize_event
from bookings.models import Calendar


def serialize_calendar(row: Calendar, context: Context) -> Json:
    body: Json = {
        "id": str(row.pk),
        "resource_id": str(row.resource_id),
        "name": row.name,
        "display_name": row.name,
        "description": row.description,
        "foregroundcolor": row.foregroundcolor,
        "backgroundcolor": row.backgroundcolor,
        "primary": row.primary,
        "provider": row.provider,
        "provider_id": None,
        "provider_access": "owner",
        "provider_primary": row.primary,
        "provider_sync": row.provider_sync,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
    if "events" in context.names:
        body["events"] = [serialize_event(one, context) for one in row.events.all()]
    return body
