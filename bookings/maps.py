"""Where a map shows a place."""

from urllib.parse import quote, urlencode

from bookings.models import Booking, Project


def map_of(kind: str, place: str) -> str:
    """The page of OpenStreetMap that looks for a place, which a visitor may open; empty where nobody goes there.

    ``kind`` is one of ``Project.Place``.
    """
    if kind != Project.Place.IN_PERSON or not place.strip():
        return ""
    return f"https://www.openstreetmap.org/search?{urlencode({'query': place}, quote_via=quote)}"


def map_of_booking(booking: Booking) -> str:
    """The page that looks for the place of a booking; empty where nobody goes there, or no project says."""
    return map_of(booking.project.place, booking.where) if booking.project else ""
