"""How reservations are told: in the shape of a booking."""

from django.utils import timezone

from bookings.api.responses.bookings import serialize_booked_resource, times_and_texts
from bookings.api.responses.context import Json, Telling
from bookings.models import Reservation


def serialize_reservation(reservation: Reservation, telling: Telling) -> Json:
    """A reservation in the shape of a booking, and until when it holds."""
    live = reservation.released_at is None and reservation.expires_at > timezone.now()
    body: Json = {
        "id": str(reservation.pk),
        "state": "reserved" if live else "expired",
        "graph": "reservation",
        "completed": not live,
        "expires_at": telling.at(reservation.expires_at),
        "created_at": telling.at(reservation.created_at),
        "updated_at": telling.at(reservation.created_at),
    }
    info = times_and_texts(reservation, telling)
    parts = {
        "attributes": {"event_info": info},
        "event_info": info,
        "resource": serialize_booked_resource(reservation, telling, "resource"),
        "user": serialize_booked_resource(reservation, telling, "user"),
    }
    return body | {name: part for name, part in parts.items() if name in telling.names}
