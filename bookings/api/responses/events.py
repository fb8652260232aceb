"""Events in answers."""

from bookings.api.responses.context import Context
from bookings.api.responses.fields import RowOut, Timestamp, Uuid
from bookings.models import Event


class EventOut(RowOut):
    calendar_id: Uuid
    what: str
    where: str
    description: str
    rsvp: str
    participants: list[str]
    invite: bool
    allDay: bool  # noqa: N815  # the record spells it so
    start: Timestamp
    end: Timestamp


def serialize_event(row: Event, context: Context) -> EventOut:
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
