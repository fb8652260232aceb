"""Webhooks: signed calls to the addresses that want to know, each retried on its own.

A state's row in the outbox becomes one ``delivery`` per matching webhook; a reminder may make one too.  The body is
the booking in the API's spelling, which the caller brings along: this package does not know the API.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx2
import standardwebhooks
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.effects import relevance, safe_http
from bookings.effects.call_deadlines import OVER, deadline
from bookings.effects.outbox import GivenUp, NoLongerTrue, NotNow, enqueue
from bookings.models import Booking, OutboxMessage, Site, Webhook

Payload = Callable[[Booking], Mapping[str, Any]]
GONE = 410
LONGEST_CALL_SECONDS = 15.0  # less than a worker is given to end


@dataclass(frozen=True, kw_only=True)
class Target:
    url: str
    method: str
    """``post`` or ``get``."""
    expected: int | None = None
    """The only status that counts as taken, or None for any of 200 to 299."""


def spread(message: OutboxMessage) -> None:
    """Make one delivery for each webhook that wants to hear of the state and that the booking leaves on."""
    state, graph = message.payload["state"], message.payload["graph"]
    chosen = (
        Booking.objects.values_list("notifications", flat=True).filter(pk__in=[message.booking_id]).first()
    )
    switched_off = {
        place for place, one in (chosen or {}).get("webhooks", {}).items() if one.get("enabled") is False
    }
    for place, webhook in enumerate(Webhook.objects.order_by("created_at", "pk")):
        if not webhook.enabled or str(place) in switched_off:
            continue
        if webhook.state not in {"", state} or webhook.graph not in {"", graph}:
            continue
        enqueue(
            "delivery",
            dedupe_key=f"delivery:{message.pk}:{webhook.pk}",
            payload=message.payload | {"webhook": str(webhook.pk)},
            booking_id=message.booking_id,
            target=f"webhook:{webhook.pk}",
        )


def deliver(message: OutboxMessage, *, payload_of: Payload) -> None:
    """Call the target of a delivery with what ``payload_of`` says of its booking, if that is still true."""
    booking = relevance.booking_of(message)
    target = _target(booking, message)
    body = json.dumps(payload_of(booking), cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    call(target, body, message_id=f"msg_{message.pk}", booking=booking)


def _target(booking: Booking, message: OutboxMessage) -> Target:
    if "reminder" in message.payload:
        reminder = relevance.reminder_of(booking, message.payload["reminder"], timezone.now())
        chosen = reminder.get("settings", {})
        expected = chosen.get("expected_response_code")
        return Target(
            url=str(chosen.get("url", "")),
            method=str(chosen.get("method", "post")),
            expected=expected if isinstance(expected, int) else None,
        )
    relevance.check_state(booking, message)
    webhook = Webhook.objects.filter(pk=message.payload["webhook"], enabled=True).first()
    if webhook is None:
        raise NoLongerTrue(gettext_noop("The webhook was removed or switched off."))
    return Target(url=webhook.url, method=webhook.method)


def call(target: Target, body: str, *, message_id: str, booking: Booking) -> None:
    """Make the signed call; a GET has no body and names the booking in its query.

    Raises ``GivenUp`` for an address that is never called, else ``NotNow`` with the status that came.
    """
    is_get = target.method.lower() == "get"
    content = "" if is_get else body
    query = {"id": str(booking.pk), "state": booking.state.name} if is_get else None
    with deadline(LONGEST_CALL_SECONDS) as within:
        try:
            with (
                safe_http.client() as client,
                client.stream(
                    "GET" if is_get else "POST",
                    target.url,
                    params=query,
                    content=content.encode(),
                    headers=headers(content, message_id=message_id, now=timezone.now()),
                ) as response,
            ):
                _judge(response, target)
        except (safe_http.Refused, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise GivenUp(str(error)) from error
        except (httpx2.HTTPError, OSError) as error:
            raise NotNow(OVER if within.is_over else f"{type(error).__name__}: {error}") from error


def headers(body: str, *, message_id: str, now: datetime) -> dict[str, str]:
    """The record's signature (hex HMAC-SHA256 of the body) and those of Standard Webhooks, by one secret."""
    secret = Site.current().webhook_secret.encode()
    stamp = now.replace(microsecond=0)
    return {
        "Content-Type": "application/json",
        "User-Agent": "booking-site-webhooks/1",
        "x-timekit-signature": hmac.new(secret, body.encode(), hashlib.sha256).hexdigest(),
        "webhook-id": message_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": standardwebhooks.Webhook(secret).sign(message_id, stamp, body),
    }


def standard_secret(site: Site) -> str:
    """The signing secret as the libraries of Standard Webhooks read it."""
    return f"whsec_{base64.b64encode(site.webhook_secret.encode()).decode()}"


def _judge(response: httpx2.Response, target: Target) -> None:
    status = response.status_code
    if status == target.expected or (target.expected is None and response.is_success):
        return
    if status == GONE:
        raise GivenUp(gettext_noop("410: the address is gone."))
    if response.is_redirect:
        raise NotNow(f"{status}: redirects are not followed.")
    raise NotNow(f"Answered {status}.", retry_after=_retry_after(response))


def _retry_after(response: httpx2.Response) -> timedelta | None:
    """The time that the other side asks for, in seconds or as a date."""
    asked = response.headers.get("retry-after", "")
    if asked.isdecimal() and len(asked) < 9:
        return timedelta(seconds=int(asked))
    try:
        return parsedate_to_datetime(asked) - timezone.now()
    except (ValueError, TypeError):
        return None
