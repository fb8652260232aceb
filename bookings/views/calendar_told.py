"""The address that Google and Microsoft call when a calendar changes.

Whoever knows a channel's secret can have its calendar read now, and nothing else: what is sent is not believed.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from bookings.calendars import channels

LONGEST_TOKEN = 1000
MOST_BYTES = 64 * 1024
MOST_TOLD = 100


@csrf_exempt
@never_cache
@require_POST
def told(request: HttpRequest, channel: UUID) -> HttpResponse:
    """Mark the calendar as due; Microsoft's question whether anybody is there is answered by its own token."""
    token = request.GET.get("validationToken")
    if token is not None:
        answers = len(token) <= LONGEST_TOKEN and channels.is_open(channel)
        return HttpResponse(token, content_type="text/plain") if answers else HttpResponse(status=404)
    if secret := request.headers.get("X-Goog-Channel-Token"):
        return _answer(channels.hear(channel, secret))
    said = _said(request)
    secret = str(said[0].get("clientState") or "") if said else ""
    return _answer(channels.hear(channel, secret, [str(one.get("lifecycleEvent")) for one in said]))


def _answer(known: bool) -> HttpResponse:
    return HttpResponse(status=202 if known else 404)


def _said(request: HttpRequest) -> Sequence[dict[str, Any]]:
    """Microsoft's notifications, all of one channel; nothing where they cannot be read."""
    try:
        body = request.body
        found = json.loads(body)["value"] if len(body) <= MOST_BYTES else ()
    except (ValueError, KeyError, TypeError, RecursionError, RequestDataTooBig, UnreadablePostError):
        return ()
    listed = found[:MOST_TOLD] if isinstance(found, list) else ()
    return [one for one in listed if isinstance(one, dict)]
