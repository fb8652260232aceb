"""Bookings: make, read, list, change, move, delete."""

from bookings import configuration
from bookings.api.api import api
from bookings.api.auth import any_key, server_only
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Invalid, NotFound
from bookings.api.requests.action import read_inputs
from bookings.api.requests.booking import make_booking, prepare
from bookings.api.requests.booking_lists import BOOKINGS
from bookings.api.requests.booking_matchers import within
from bookings.api.requests.key_limits import playable
from bookings.api.requests.listing import read_window
from bookings.api.requests.move import move
from bookings.api.requests.rows import find_row
from bookings.api.requests.schemas import ActionIn, BookingIn, MetaIn, MoveIn
from bookings.api.responses.answers import Created, NoContent, Ok, created, ok
from bookings.api.responses.bookings import (
    BookingOut,
    serialize_booking,
    serialize_bookings,
    serialize_made,
    with_default_fields,
)
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data, Page
from bookings.api.responses.reservations import ReservationOut, serialize_reservation
from bookings.api.siblings import with_siblings
from bookings.forms import named_rows, values
from bookings.forms.findings import Findings
from bookings.forms.resolve import as_uuid
from bookings.lifecycle import act_on_all, correct, delete, release
from bookings.models import Booking, Reservation
from bookings.overrides import override


@api.post("/bookings", tags=["Bookings"])
@configuration.trusted
def create_booking(request: ApiRequest, body: BookingIn) -> Created[Data[BookingOut]]:
    """Make a booking; the answer tells its price and terms."""
    context = Context.of(request, own=True)
    booking = make_booking(request, prepare(request.auth, body))
    return created(serialize_made(booking, context))


@api.get("/bookings", auth=server_only, tags=["Bookings"])
def list_bookings(request: ApiRequest) -> Ok[Page[BookingOut]]:
    """List bookings: searched, within a window, ordered, page by page."""
    context = Context.of(request)
    rows = with_default_fields(request.auth.bookings()).filter(within(*read_window(request)))
    return BOOKINGS.answer(request, rows, lambda page: serialize_bookings(page, context))


@api.get("/bookings/{booking_id}", auth=server_only, tags=["Bookings"])
def get_booking(request: ApiRequest, booking_id: str) -> Ok[Data[BookingOut | ReservationOut]]:
    """Read a booking; a reservation's id reads the reservation, and later the booking that it became."""
    context = Context.of(request)
    found = _booking_or_reservation(request.auth, booking_id)
    if isinstance(found, Reservation):
        return ok(serialize_reservation(found, context))
    return ok(serialize_booking(found, context))


@api.put("/bookings/{booking_id}", auth=server_only, tags=["Bookings"])
def relabel_booking(request: ApiRequest, booking_id: str, body: MetaIn) -> Ok[Data[BookingOut]]:
    """Merge keys into a booking's ``meta``."""
    context = Context.of(request)
    booking = find_row(request.auth.bookings(), booking_id)
    findings = Findings(body.findings)
    if body.meta is None:
        findings.required("meta")
    findings.take("meta", override(booking.meta, body.meta or {}), values.mapping, {})
    if findings.errors:
        raise Invalid(findings.errors)
    correct(booking, by=request.auth.actor, changes={"meta": body.meta})
    return ok(serialize_booking(with_default_fields(Booking.objects.all()).get(pk=booking.pk), context))


@api.delete("/bookings/{booking_id}", auth=server_only, tags=["Bookings"])
def delete_booking(request: ApiRequest, booking_id: str) -> NoContent:
    """Delete a booking that is over, or let a reservation go."""
    found = _booking_or_reservation(request.auth, booking_id)
    if isinstance(found, Reservation):
        release(found, by=request.auth.actor)
    else:
        delete(found, by=request.auth.actor)
    return NoContent()


@api.put("/bookings/{booking_id}/{action}", auth=any_key, tags=["Bookings"])
def act_on_booking(
    request: ApiRequest, booking_id: str, action: str, body: ActionIn | None = None
) -> Ok[Data[BookingOut]]:
    """Play an action of the booking's graph; what was made together with it plays along.

    For a widget key only what has the same customer, by the e-mail address.
    """
    context = Context.of(request)
    booking = _playable(request.auth, booking_id)
    body = body or ActionIn()
    inputs = read_inputs(request.auth, booking, body, action)
    alone = body.apply_to_bulked_bookings is False
    together = [booking] if alone else _playing_along(request.auth, booking)
    played = act_on_all(together, action, by=request.auth.actor, inputs=inputs)
    return ok(serialize_booking(played[0], context))


@api.post("/bookings/{booking_id}/reschedule", auth=any_key, tags=["Bookings"])
def reschedule_booking(request: ApiRequest, booking_id: str, body: MoveIn) -> Created[Data[BookingOut]]:
    """Move a booking: a new one continues it at the new time."""
    context = Context.of(request)
    moved = move(request, _playable(request.auth, booking_id), body)
    return created(serialize_made(moved, context))


def _playable(caller: Caller, booking_id: str) -> Booking:
    pk = as_uuid(booking_id)
    found = named_rows.booking(pk) if pk else None
    if found is None or not caller.sees(found) or not playable(caller, found):
        raise NotFound("Booking")
    return found


def _playing_along(caller: Caller, booking: Booking) -> list[Booking]:
    """The booking, and what was made together with it: for a page what the same customer has, who alone is proven."""
    if not caller.is_widget:
        return with_siblings(booking, caller.bookings())
    email = booking.customer.email.casefold()
    if not email:
        return [booking]
    together = with_siblings(booking, caller.bookings().select_related("version", "customer"))
    return [one for one in together if playable(caller, one) and one.customer.email.casefold() == email]


def _booking_or_reservation(caller: Caller, pk: str) -> Booking | Reservation:
    try:
        return find_row(with_default_fields(caller.bookings()), pk)
    except NotFound:
        pass
    try:
        reservation = find_row(caller.reservations().select_related("resource"), pk)
    except NotFound:
        raise NotFound("Booking") from None
    if reservation.booking_id:
        return find_row(with_default_fields(caller.bookings()), str(reservation.booking_id))
    return reservation
