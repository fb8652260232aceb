"""What is kept of every request: its number in all logs, how long it took, and a line of the access log.

No line holds an address's path or query, which may be a customer's link, nor, unless told, who asked.
"""

from __future__ import annotations

import logging
import time
import uuid
from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings import metrics, request_ids
from bookings.client_address import client_address, is_from_trusted_proxy
from bookings.request_head import header

HEADER = "X-Request-Id"
NOWHERE = "none"
"""The route of what no view answered: files, and refusals before an address was looked up."""
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

access = logging.getLogger("access")


def observe(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: outermost, so that whatever any other does is counted, and logged under the request's number."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        number = _number_of(request)
        before = request_ids.follow(number)
        started = time.perf_counter()
        try:
            response = get_response(request)
            _note(request, response, time.perf_counter() - started, number)
        finally:
            request_ids.leave(before)
        response[HEADER] = str(number)
        return response

    return middleware


def route_of(request: HttpRequest) -> str:
    """Return the name of the view that answered; never the path, which holds ids."""
    match = request.resolver_match
    return match.view_name if match else NOWHERE


def _number_of(request: HttpRequest) -> uuid.UUID:
    """The one that a trusted proxy gave it, where that is a UUID; else a new one."""
    given = header(request, HEADER)
    if given and is_from_trusted_proxy(request):
        try:
            return uuid.UUID(given)
        except ValueError:
            pass
    return uuid.uuid4()


def _note(request: HttpRequest, response: HttpResponseBase, seconds: float, number: uuid.UUID) -> None:
    method = request.method if request.method in METHODS else NOWHERE
    route, status = route_of(request), response.status_code
    metrics.REQUESTS.labels(method, route, f"{status // 100}xx").observe(seconds)
    if settings.ACCESS_LOG:
        fields = {
            "request_id": str(number),
            "method": method,
            "route": route,
            "status": status,
            "ms": round(seconds * 1000, 1),
        }
        if settings.ACCESS_LOG_ADDRESS:
            fields["address"] = client_address(request)
        access.info("request", extra={"fields": fields})
