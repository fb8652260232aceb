"""Sessions that can be joined: what the widget shows in place of free times."""

from dataclasses import replace

from django.db.models import Q

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest, Caller
from bookings.api.requests.booking_lists import PUBLIC_SESSIONS, SESSIONS, joinable
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
from bookings.models.booking_queries import BookingQuerySet

ALWAYS = frozenset({"attributes", "available_actions", "resource"})


@api.get("/bookings/groups", auth=any_key, tags=["Sessions"])
def list_groups(request: ApiRequest) -> Ok[Page[BookingOut]]:
    """List future sessions with a seat left, by their start; ``places_left`` tells how many.

    A widget key sees none of projects that are for staff alone, and searches nothing of customers.
    """
    context = _context(request)
    rows = with_default_fields(joinable(_open_to(request.auth))).annotate(places_left=places_left())
    listing = PUBLIC_SESSIONS if request.auth.is_widget else SESSIONS
    return listing.answer(request, rows, lambda page: serialize_bookings(page, context))


@api.get("/bookings/groups/{booking_id}", auth=any_key, tags=["Sessions"])
def get_group(request: ApiRequest, booking_id: str) -> Ok[Data[BookingOut]]:
    """Read one session."""
    context = _context(request)
    sessions = with_default_fields(_open_to(request.auth).sessions()).annotate(places_left=places_left())
    return ok(serialize_booking(find_row(sessions, booking_id), context))


def _open_to(caller: Caller) -> BookingQuerySet:
    """The caller's bookings; a page sees sessions of no project and of those that it sees."""
    bookings = caller.bookings()
    if not caller.is_widget:
        return bookings
    return bookings.filter(Q(project=None) | Q(project__in=caller.projects()))


def _context(request: ApiRequest) -> Context:
    context = Context.of(request)
    return replace(context, names=context.names | ALWAYS)
