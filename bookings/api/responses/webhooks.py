"""Webhooks in answers, and what they are told of a booking: its fields without ``data`` around them."""

from datetime import UTC
from typing import Annotated

from typing_extensions import TypedDict

from bookings.api.responses.bookings import BookingOut, serialize_booking
from bookings.api.responses.context import Context
from bookings.api.responses.fields import RowOut, one_of
from bookings.api.responses.frames import Data
from bookings.models import Booking, Webhook

TOLD = frozenset(
    {
        "attributes",
        "available_actions",
        "calendar",
        "continued_by",
        "continues",
        "customer_action_links",
        "customers",
        "event",
        "meta",
        "owner_booking",
        "project",
        "user",
    }
)


class WebhookOut(RowOut):
    """``graph`` and ``state`` are null where any will do."""

    url: str
    graph: str | None
    state: str | None
    method: Annotated[str, one_of(*Webhook.Method.values)]
    enabled: bool


class MessageOut(TypedDict):
    message: str


class WebhookMade(Data[WebhookOut]):
    """The message ends with the webhook's id, in words that no language changes: a published client reads it there."""

    meta: MessageOut


def webhook_made(row: Webhook, context: Context) -> WebhookMade:
    message = f"The webhook was created with the id {row.pk}"
    return {"data": serialize_webhook(row, context), "meta": {"message": message}}


def serialize_webhook(row: Webhook, context: Context) -> WebhookOut:
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


def webhook_payload(booking: Booking) -> BookingOut:
    """The booking as a server key would read it, with every part that the record names, in UTC."""
    return serialize_booking(booking, Context(zone=UTC, names=TOLD))
