"""How webhooks are told, and what they are told of a booking: the record's fields, without ``data`` around them."""

from datetime import UTC

from bookings.api.responses.bookings import serialize_booking
from bookings.api.responses.context import Context, Json
from bookings.models import Booking, Webhook

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


def serialize_webhook(row: Webhook, context: Context) -> Json:
    return {
        "id": str(row.pk),
        "url": row.url,
        "graph": row.graph or None,
        "state": row.state or None,
        "method": row.method,
        "enabled": row.enabled,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }


def webhook_payload(booking: Booking) -> Json:
    """The booking as a server key would read it, with every part that the record names, in UTC."""
    return serialize_booking(booking, Context(zone=UTC, names=NAMES))
