"""How reservations are told: in the shape of a booking."""

from django.utils import timezone

from bookings.api.responses.bookings import serialize_booked_resource, times_and_texts
from bookings.api.responses.context import Context, Json
from bookings.models import Reservation


def serialize_reservation(reservation: Reservation, context: Context) -> Json:
    """A reservation in the shape of a booking, and until when it holds."""
    live = reservation.released_at is None and reservation.expires_at > timezone.now()
    body: Json = {
        "id": str(reservation.pk),
        "state": "reserved" if live else "expired",
        "graph": "reservation",
        "completed": not live,
        "expires_at": context.timestamp(reservation.expires_at),
        "created_at": context.timestamp(reservation.created_at),
        "updated_at": context.timestamp(reservation.created_at),
    }
    info = times_and_texts(reservation, context)
    parts = {
        "attributes": {"event_info": info},
        "event_info": info,
        "resource": serialize_booked_resource(reservation, context, "resource"),
        "user": serialize_booked_resource(reservation, context, "user"),
    }
    return body | {name: part for name, part in parts.items() if name in context.names}
