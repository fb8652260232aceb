"""Sessions that can be joined: what the widget shows in place of free times."""

from dataclasses import replace

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.requests.booking_lists import SESSIONS, joinable
from bookings.api.requests.rows import find_row
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.bookings import (
    BookingOut,
    serialize_booking,
    serialize_bookings,
    with_default_fields,
)
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data, Page
from bookings.availability.sessions import places_left

ALWAYS = frozenset({"attributes", "available_actions", "resource"})


@api.get("/bookings/groups", auth=any_key, tags=["Sessions"])
def list_groups(request: ApiRequest) -> Ok[Page[BookingOut]]:
    """List future sessions with a seat left, by their start; ``places_left`` tells how many."""
    context = _context(request)
    rows = with_default_fields(joinable(request.auth.bookings())).annotate(places_left=places_left())
    return SESSIONS.answer(request, rows, lambda page: serialize_bookings(page, context))


@api.get("/bookings/groups/{booking_id}", auth=any_key, tags=["Sessions"])
def get_group(request: ApiRequest, booking_id: str) -> Ok[Data[BookingOut]]:
    """Read one session."""
    context = _context(request)
    sessions = with_default_fields(request.auth.bookings().sessions()).annotate(places_left=places_left())
    return ok(serialize_booking(find_row(sessions, booking_id), context))


def _context(request: ApiRequest) -> Context:
    context = Context.of(request)
    return replace(context, names=context.names | ALWAYS)
