"""Reservations in answers: in the shape of a booking."""

from typing import NotRequired

from typing_extensions import TypedDict

from bookings import database_clock
from bookings.api.responses import booking_parts as parts
from bookings.api.responses.context import Context
from bookings.api.responses.fields import RowOut, Timestamp
from bookings.api.responses.resources import PublicResourceOut, ResourceOut
from bookings.api.responses.terms import TermsOut, serialize_terms
from bookings.forms.terms import BookingTerms, Conditions
from bookings.models import Reservation


class HeldAttributesOut(TypedDict):
    event_info: parts.EntryOut


class ReservationOut(RowOut):
    """A time or seats that are held; ``state`` is ``reserved`` or ``expired``, ``graph`` is ``reservation``.

    ``places`` are told of seats: how many of the session's it holds.
    """

    state: str
    graph: str
    completed: bool
    expires_at: Timestamp
    places: NotRequired[int]
    attributes: NotRequired[HeldAttributesOut]
    event_info: NotRequired[parts.EntryOut]
    resource: NotRequired[ResourceOut | PublicResourceOut]
    user: NotRequired[ResourceOut | PublicResourceOut]
    terms: NotRequired[TermsOut]


def serialize_reservation(
    reservation: Reservation, context: Context, terms: BookingTerms | None = None
) -> ReservationOut:
    """A reservation in the shape of a booking, and until when it holds; with its ``terms`` where they are known."""
    live = reservation.released_at is None and reservation.expires_at > database_clock.now()
    body: ReservationOut = {
        "id": str(reservation.pk),
        "state": "reserved" if live else "expired",
        "graph": "reservation",
        "completed": not live,
        "expires_at": context.timestamp(reservation.expires_at),
        "created_at": context.timestamp(reservation.created_at),
        "updated_at": context.timestamp(reservation.created_at),
    }
    if reservation.session_id:
        body["places"] = reservation.places
    if "attributes" in context.names:
        body["attributes"] = {"event_info": parts.entry(reservation, context)}
    if "event_info" in context.names:
        body["event_info"] = parts.entry(reservation, context)
    if "resource" in context.names:
        body["resource"] = parts.resource(reservation, context, "resource")
    if "user" in context.names:
        body["user"] = parts.resource(reservation, context, "user")
    if terms is None and "terms" in context.names:
        terms = Conditions.of_hold(reservation).at(reservation.start)
    if terms:
        body["terms"] = serialize_terms(terms, context)
    return body
