"""How calendars are told."""

from datetime import tzinfo

from bookings.api.responses.context import Json, Names
from bookings.api.responses.events import serialize_event
from bookings.api.timestamps import timestamp
from bookings.models import Calendar


def serialize_calendar(row: Calendar, zone: tzinfo, names: Names = frozenset()) -> Json:
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
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }
    if "events" in names:
        body["events"] = [serialize_event(one, zone) for one in row.events.all()]
    return body
