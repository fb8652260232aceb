"""How events are told."""

from datetime import tzinfo

from bookings.api.responses.context import Json
from bookings.api.timestamps import timestamp
from bookings.models import Event


def serialize_event(row: Event, zone: tzinfo) -> Json:
    return {
        "id": str(row.pk),
        "calendar_id": str(row.calendar_id),
        "what": row.what,
        "where": row.where,
        "description": row.description,
        "rsvp": row.my_rsvp,
        "participants": row.participants,
        "invite": row.invite,
        "allDay": row.all_day,
        "start": timestamp(row.start, zone),
        "end": timestamp(row.end, zone),
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }
