"""Other times for somebody whose time was taken, looked up when the refusal is answered: after its transaction."""

from django.http import HttpRequest

from bookings.api.listing import included
from bookings.errors import BookingError
from bookings.models import Booking, Reservation


def offer_alternatives(request: HttpRequest, refusal: BookingError, wanted: Booking | Reservation) -> None:
    """Let a refusal know how to find other times: always for a public page, for a server where it asks."""
    key = request.auth  # type: ignore[attr-defined]
    if key.is_widget or "alternatives" in included(request):
        refusal.data["seek"] = list
