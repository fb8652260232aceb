"""What a webhook is told of a booking: the record's fields, without the ``data`` around them."""

from datetime import UTC
from uuid import uuid4

from bookings.api.caller import Caller
from bookings.api.responses.catalogue import Json
from bookings.api.responses.serializers import Telling, tell_one
from bookings.models import Booking

NAMES = frozenset(
    {
        "attributes",
        "available_actions",
        "calendar",
        "customer_action_links",
        "customers",
        "event",
        "meta",
        "owner_booking",
        "project",
        "user",
    }
)


def webhook_payload(booking: Booking) -> Json:
    """The booking as a server key would read it, with every part that the record names, in UTC."""
    return tell_one(booking, Telling(caller=Caller(id=uuid4(), is_widget=False), zone=UTC, names=NAMES))
