"""Where whoever has booked goes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from bookings.effects.links import manage_token
from bookings.models import Booking
from bookings.views.booking.booking_card import is_to_be_read
from bookings.views.booking.manage import JUST_BOOKED, dead_link
from bookings.views.frames import is_embedded
from bookings.views.page_urls import carried_query, page_url
from bookings.views.return_to import FIELD as RETURN_TO
from bookings.views.return_to import named, return_url


def booked_page(request: HttpRequest, made: Booking, *, new: bool = False) -> HttpResponse:
    """Lead to the booking, or back to the page that the link named, which is told the reference.

    A page that is to be read first stays, and so does a frame: the page around it is told where to go, once.
    """
    if made.has_renewed_form:
        return dead_link(request)
    if is_embedded(request):
        query = {JUST_BOOKED: "1"} | carried_query(request) if new else {}
    elif (back := return_url(request, made.project, reference=made.reference)) and not is_to_be_read(made):
        return redirect(back)
    else:
        query = {RETURN_TO: named(request)} if back else {}
    return redirect(page_url(request, "customer", manage_token(made), query=query))
