"""Webhooks: signed calls to the addresses that want to know, each retried on its own.

A state's row in the outbox becomes one ``delivery`` per matching webhook; a reminder may make one too.  The body is
the booking in the API's spelling, which the caller brings along: this package does not know the API.  Each attempt
leaves a row in the log, with what was sent and what came back.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlencode

import httpx2
import standardwebhooks
from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.effects import relevance, safe_http, webhook_log
from bookings.effects.call_deadlines import OVER, Deadline, deadline
from bookings.effects.outbox import GivenUp, NoLongerTrue, NotNow, enqueue
from bookings.models import Booking, OutboxMessage, Site, Webhook, WebhookCall
from bookings.models.outbox import DELIVERY, TEST_DELIVERY, TEST_WEBHOOK

Payload = Callable[[Booking], Mapping[str, Any]]
GONE = 410
TEST_HEADER = "x-timekit-test"
LONGEST_CALL_SECONDS = 15.0  # less than a worker is given to end
LONGEST_ANSWER_SECONDS = 2.0  # for the words of an answer whose status came: they are only noted
LONGEST_ANSWER_BYTES = 4 * WebhookCall.LONGEST_ANSWER


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
    wanted = {"", state} | ({Webhook.MOVED} if message.payload.get("moved") else set())
    is_test = message.kind == TEST_WEBHOOK
    webhooks = Webhook.objects.filter(is_test=is_test).order_by("created_at", "pk")
    for place, webhook in enumerate(webhooks):
        if not webhook.enabled or str(place) in switched_off:
            continue
        if webhook.state not in wanted or webhook.graph not in {"", graph}:
            continue
        enqueue(
            TEST_DELIVERY if is_test else DELIVERY,
            dedupe_key=f"delivery:{message.pk}:{webhook.pk}",
            payload=message.payload | {"webhook": str(webhook.pk)},
            booking_id=message.booking_id,
            target=webhook_log.target_of(webhook.pk),
        )


def deliver(message: OutboxMessage, *, payload_of: Payload) -> None:
    """Call the target of a delivery with what ``payload_of`` says of its booking, if that is still true."""
    if message.payload.get("test"):
        webhook = _webhook(message)
        in_sandbox = webhook.is_test
        body: Mapping[str, Any] = {
            "test": True,
            "state": webhook.state or None,
            "graph": webhook.graph or None,
        }
        target, query = Target(url=webhook.url, method=webhook.method), {"test": "true"}
    else:
        booking = relevance.booking_of(message)
        in_sandbox = booking.is_test
        target, body = _target(booking, message), payload_of(booking)
        query = {"id": str(booking.pk), "state": booking.state.name}
        if in_sandbox:
            body, query = {**body, "test": True}, query | {"test": "true"}
    content = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    call(target, content, message=message, query=query, in_sandbox=in_sandbox)


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
    if not message.payload.get("again"):  # what staff send again tells how the booking stands now
        relevance.check_still_in(booking, message)
    webhook = _webhook(message, is_test=booking.is_test)
    if webhook.paused_at and not message.payload.get("again"):
        raise GivenUp(webhook_log.PAUSED)
    return Target(url=webhook.url, method=webhook.method)


def _webhook(message: OutboxMessage, **side: bool) -> Webhook:
    """The webhook that is called, which need not be switched on where staff ask for the call.

    ``side`` names whether it is for tests, where a booking says so.
    """
    asked = message.payload.get("again") or message.payload.get("test")
    states = {} if asked else {"enabled": True}
    webhook = Webhook.objects.filter(pk=message.payload["webhook"], **states, **side).first()
    if webhook is None:
        raise NoLongerTrue(gettext_noop("The webhook was removed or switched off."))
    return webhook


def call(
    target: Target, body: str, *, message: OutboxMessage, query: Mapping[str, str], in_sandbox: bool = False
) -> None:
    """Make the signed call and note what came of it; a GET has no body, and ``query`` instead.

    Raises ``GivenUp`` for an address that is never called, else ``NotNow`` with the status that came.
    """
    is_get = target.method.lower() == "get"
    made = WebhookCall(url=target.url[:1000], method=target.method.lower()[:4])
    made.payload = urlencode(query) if is_get else body
    began = time.monotonic()
    try:
        content = "" if is_get else body
        signed = headers(content, message_id=webhook_log.id_of(message), now=timezone.now(), test=in_sandbox)
        _exchange(made, target, content, query if is_get else None, signed)
    except (GivenUp, NotNow) as error:
        made.error = str(error)
        webhook_log.note(message, made, seconds=time.monotonic() - began, is_gone=isinstance(error, GivenUp))
        raise
    webhook_log.note(message, made, seconds=time.monotonic() - began)


def _address(url: str, query: Mapping[str, str]) -> httpx2.URL:
    """The address with a query behind its own, of which each letter stays: ``?key`` is not ``?key=`` to everybody."""
    found = httpx2.URL(url)
    return found.copy_with(query=b"&".join(filter(None, [found.query, urlencode(query).encode()])) or None)


def _exchange(
    made: WebhookCall, target: Target, content: str, query: Mapping[str, str] | None, signed: dict[str, str]
) -> None:
    """Call, and write into ``made`` what comes back, as far as it comes."""
    with deadline(LONGEST_CALL_SECONDS) as within:
        try:
            with (
                safe_http.client() as client,
                client.stream(
                    "POST" if query is None else "GET",
                    _address(target.url, query or {}),
                    content=content.encode(),
                    headers=signed,
                ) as response,
            ):
                made.status = response.status_code
                made.answer = _words(response)
                _judge(response, target)
        except (safe_http.Refused, httpx2.InvalidURL, httpx2.UnsupportedProtocol) as error:
            raise GivenUp(str(error)) from error
        except (httpx2.HTTPError, OSError) as error:
            raise NotNow(OVER if within.is_over else f"{type(error).__name__}: {error}") from error


def _words(response: httpx2.Response) -> str:
    """The beginning of an answer as it came, or as much of it as comes soon."""
    read = b""
    with deadline(LONGEST_ANSWER_SECONDS) as brief, suppress(httpx2.HTTPError, OSError):
        _watch(response, brief)
        for part in response.iter_raw():
            read += part
            if len(read) >= LONGEST_ANSWER_BYTES:
                break
    return read.decode(errors="replace")


def _watch(response: httpx2.Response, brief: Deadline) -> None:
    stream = response.extensions.get("network_stream")
    if stream is not None:
        brief.watch(stream.get_extra_info("socket"))


def headers(body: str, *, message_id: str, now: datetime, test: bool = False) -> dict[str, str]:
    """The record's signature (hex HMAC-SHA256 of the body) and those of Standard Webhooks, by one secret.

    What is told of a ``test`` says so, and is signed by the secret that test keys know.
    """
    site = Site.current()
    secret = (site.test_webhook_secret if test else site.webhook_secret).encode()
    stamp = now.replace(microsecond=0)
    return {
        "Content-Type": "application/json",
        "User-Agent": "booking-site-webhooks/1",
        "Accept-Encoding": "identity",
        "x-timekit-signature": hmac.new(secret, body.encode(), hashlib.sha256).hexdigest(),
        "webhook-id": message_id,
        "webhook-timestamp": str(int(stamp.timestamp())),
        "webhook-signature": standardwebhooks.Webhook(secret).sign(message_id, stamp, body),
    } | ({TEST_HEADER: "true"} if test else {})


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
    except (ValueError, TypeError, OverflowError):
        return None
