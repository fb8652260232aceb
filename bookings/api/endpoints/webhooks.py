"""Webhooks: addresses that are told when bookings enter states.  They belong to the whole site, or to its sandbox."""

from typing import Literal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.endpoints.resources import refuse_limited
from bookings.api.errors import FieldErrors
from bookings.api.requests.fields import Body, Flag, Text
from bookings.api.requests.listing import Listing
from bookings.api.requests.made import make
from bookings.api.requests.matchers import text_matches
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.rows import find_row, find_to_merge
from bookings.api.responses.answers import Created, NoContent, Ok, ok
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data, Page
from bookings.api.responses.webhooks import WebhookMade, WebhookOut, serialize_webhook, webhook_made
from bookings.models import GraphVersion, State, Webhook

NO_GRAPH = _("There is no such graph.")
NO_STATE = _("There is no such state.")
NO_ADDRESS = _("Send an address that begins with https:// or http://.")
COLUMNS = {name: name for name in ("url", "graph", "state", "method", "enabled")}
EMPTY = {"method": Webhook.Method.POST, "enabled": True}
LISTING = Listing(
    search={"graph": text_matches("graph"), "state": text_matches("state"), "url": text_matches("url")}
)


class WebhookIn(Body):
    """``graph`` and ``state`` may be left out: then any will do."""

    url: Text | None = None
    graph: Text | None = None
    state: Text | None = None
    method: Literal["post", "get"] | None = None
    enabled: Flag | None = None


@api.get("/webhooks", auth=server_only, tags=["Webhooks"])
def list_webhooks(request: ApiRequest) -> Ok[Page[WebhookOut]]:
    """Every webhook; searched by url, graph and state."""
    refuse_limited(request)
    context = Context.of(request)
    rows = request.auth.webhooks()
    return LISTING.answer(request, rows, lambda page: [serialize_webhook(row, context) for row in page])


@api.post("/webhooks", auth=server_only, tags=["Webhooks"])
def create_webhook(request: ApiRequest, body: WebhookIn) -> Created[WebhookMade]:
    """Tell an address whenever a booking enters a state."""
    refuse_limited(request)
    context, row = Context.of(request), Webhook(is_test=request.auth.is_test)
    _change(row, body)
    make(request, row)
    return Created(webhook_made(row, context))


@api.get("/webhooks/{pk}", auth=server_only, tags=["Webhooks"])
def get_webhook(request: ApiRequest, pk: str) -> Ok[Data[WebhookOut]]:
    refuse_limited(request)
    return ok(serialize_webhook(find_row(request.auth.webhooks(), pk), Context.of(request)))


@api.put("/webhooks/{pk}", auth=server_only, tags=["Webhooks"])
def update_webhook(request: ApiRequest, pk: str, body: WebhookIn) -> Ok[Data[WebhookOut]]:
    """Change what is sent and leave the rest."""
    refuse_limited(request)
    context = Context.of(request)
    with transaction.atomic():
        row = find_to_merge(request.auth.webhooks(), pk)
        changed = _change(row, body)
        row.save(update_fields=[*changed, "updated_at"])
    return ok(serialize_webhook(row, context))


@api.delete("/webhooks/{pk}", auth=server_only, tags=["Webhooks"])
def delete_webhook(request: ApiRequest, pk: str) -> NoContent:
    refuse_limited(request)
    find_row(request.auth.webhooks(), pk).delete()
    return NoContent()


def _change(row: Webhook, body: WebhookIn) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid``."""
    changed = set_columns(row, body.given(), COLUMNS, EMPTY)
    refuse(body.findings, row_findings(row), _unknown(row))
    return changed


def _unknown(row: Webhook) -> FieldErrors:
    found: FieldErrors = {}
    if row.url and row.url.partition("://")[0].lower() not in {"http", "https"}:
        found["url"] = [str(NO_ADDRESS)]
    versions = GraphVersion.objects.all()
    if "\x00" in row.graph + row.state:
        return found
    if row.graph:
        versions = versions.filter(graph__name=row.graph)
        found |= {} if versions.exists() else {"graph": [str(NO_GRAPH)]}
    if (
        row.state not in {"", Webhook.MOVED}
        and not State.objects.filter(version__in=versions, name=row.state).exists()
    ):
        found["state"] = [str(NO_STATE)]
    return found
