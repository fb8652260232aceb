"""The address /mcp: limits, sizes and refusals in the protocol's own form, around the tools."""

from __future__ import annotations

import json
from http import HTTPStatus

from django.core.exceptions import RequestDataTooBig
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.http.request import UnreadablePostError
from django.views.decorators.csrf import csrf_exempt
from django_mcpz.jsonrpc import INVALID_REQUEST, PARSE_ERROR, error_response

from bookings import bites, limits
from bookings.agents.caller import forget_cookies, read_key, spend_request
from bookings.agents.tools import booking, deciding, finding, managing  # noqa: F401  # they register themselves
from bookings.agents.tools.registry import server
from bookings.models import Site

MAX_DEPTH = 24
INTERNAL_ERROR = -32603


@csrf_exempt
def mcp(request: HttpRequest) -> HttpResponse:
    """Answer a call, which reads no cookie and needs no CSRF token."""
    try:
        forget_cookies(request)
        if refusal := _refusal(request):
            return refusal
        return server(request)
    except (OperationalError, InterfaceError):
        said = "The site cannot reach its database at the moment. Please try again soon."
        return _error(HTTPStatus.SERVICE_UNAVAILABLE, INTERNAL_ERROR, said, seconds=30)


def _refusal(request: HttpRequest) -> HttpResponse | None:
    read_key(request)
    usage, limit = spend_request(request)
    if usage is not None and usage.exceeded:
        bites.note(limit.setting)
        said = f"Too many requests. Please wait {usage.resets_in} seconds."
        return _error(HTTPStatus.TOO_MANY_REQUESTS, INTERNAL_ERROR, said, seconds=usage.resets_in)
    if not Site.current().agents_may_book:
        return _error(HTTPStatus.NOT_FOUND, INVALID_REQUEST, "This site takes no bookings from assistants.")
    if request.method != "POST":
        said = "This address speaks the Model Context Protocol by POST. For people: see /assistants/."
        response = _error(HTTPStatus.METHOD_NOT_ALLOWED, INVALID_REQUEST, said)
        response["Allow"] = "POST"
        return response
    return _unreadable(request)


def _unreadable(request: HttpRequest) -> HttpResponse | None:
    try:
        body = request.body
    except (RequestDataTooBig, UnreadablePostError):
        body = None
    if body is None or len(body) > 1024 * limits.BODY.value:
        return _error(HTTPStatus.REQUEST_ENTITY_TOO_LARGE, INVALID_REQUEST, "The body is too large.")
    try:
        too_deep = _depth(json.loads(body)) > MAX_DEPTH
    except (ValueError, RecursionError):
        return _error(HTTPStatus.BAD_REQUEST, PARSE_ERROR, "Invalid JSON")
    if too_deep:
        return _error(HTTPStatus.BAD_REQUEST, INVALID_REQUEST, "The body is nested too deeply.")
    return None


def _depth(value: object) -> int:
    """How deep objects and lists are nested, no deeper than is allowed and one more."""
    level, depth = [value], 0
    while level and depth <= MAX_DEPTH:
        nested = [one for one in level if isinstance(one, dict | list)]
        if not nested:
            break
        depth += 1
        level = [inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)]
    return depth


def _error(status: HTTPStatus, code: int, said: str, *, seconds: int = 0) -> HttpResponse:
    response = error_response(None, code, said, status=status)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response
