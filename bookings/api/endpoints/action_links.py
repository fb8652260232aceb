"""Signed links for one action of one booking: they lead to the page that asks, and play nothing themselves."""

from django.http import HttpResponse
from django.shortcuts import redirect

from bookings.api.api import api
from bookings.api.caller import ApiRequest
from bookings.api.errors import NotFound
from bookings.api.requests.rows import find_row
from bookings.api.throttling import throttle
from bookings.effects.links import action_token, is_action_signature
from bookings.models import Booking

LEADS_ON = {
    "responses": {
        200: {"description": "The page that asks.", "content": {"text/html": {"schema": {"type": "string"}}}},
        302: {"description": "Where that page is."},
    }
}
NO_TOKEN = "-"  # noqa: S105  # the page of a link that opens nothing


@api.get(
    "/bookings/{booking_id}/external_action/{action}", auth=None, tags=["Bookings"], openapi_extra=LEADS_ON
)
def open_action_link(request: ApiRequest, booking_id: str, action: str, signature: str = "") -> HttpResponse:
    """Lead to the page that asks whether to play the action.  Whoever opens it is a person, so errors are pages."""
    throttle(request)
    try:
        booking = find_row(Booking.objects.live(), booking_id)
    except NotFound:
        return redirect("pages:customer", NO_TOKEN)
    if not is_action_signature(booking, action, signature):
        return redirect("pages:customer", NO_TOKEN)
    return redirect("pages:action", action_token(booking, action), action)
