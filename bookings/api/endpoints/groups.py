"""Sessions that can be joined: what the widget shows in place of free times."""

from dataclasses import replace

from django.http import HttpResponse

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.requests.booking_lists import SESSIONS, joinable
from bookings.api.requests.rows import find_row
from bookings.api.responses.answers import data_answer
from bookings.api.responses.booking_schemas import BookingShape
from bookings.api.responses.bookings import readable, serialize_booking, serialize_bookings
from bookings.api.responses.context import Context
from bookings.api.responses.schemas import One, Page

ALWAYS = frozenset({"attributes", "available_actions", "resource"})


@api.get("/bookings/groups", auth=any_key, tags=["Sessions"], response={200: Page[BookingShape]})
def list_groups(request: ApiRequest) -> HttpResponse:
    """List future sessions with a seat left, by their start."""
    context = _context(request)
    rows = readable(joinable(request.auth.bookings()))
    return SESSIONS.answer(request, rows, lambda page: serialize_bookings(list(page), context))


@api.get("/bookings/groups/{booking_id}", auth=any_key, tags=["Sessions"], response={200: One[BookingShape]})
def get_group(request: ApiRequest, booking_id: str) -> HttpResponse:
    """Read one session."""
    context = _context(request)
    sessions = readable(request.auth.bookings().sessions())
    return data_answer(serialize_booking(find_row(sessions, booking_id), context))


def _context(request: ApiRequest) -> Context:
    context = Context.of(request)
    return replace(context, names=context.names | ALWAYS)
