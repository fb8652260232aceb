"""How events are told."""

from bookings.api.responses.context import Context, Json
from bookings.models import Event


def serialize_event(row: Event, context: Context) -> Json:
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
        "start": context.timestamp(row.start),
        "end": context.timestamp(row.end),
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
