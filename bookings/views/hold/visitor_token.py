"""Who holds a time before anybody has a name: a random token in a cookie, of which only a digest is stored."""

from __future__ import annotations

import re
import secrets

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from bookings.client_address import counted_digest
from bookings.models import Reservation
from bookings.views.frames import is_embedded
from bookings.visitors.holding import Holder, live_hold, token_digest

COOKIE = "visitor"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def visitor_token(request: HttpRequest) -> str:
    """The visitor's token: from the cookie, in a frame without cookies from form or URL, else a new one."""
    return _token_sent(request) or secrets.token_urlsafe(16)


def _token_sent(request: HttpRequest) -> str:
    carried = (request.POST, request.GET) if _is_in_a_frame(request) else ()
    sent = (source.get(COOKIE, "") for source in (request.COOKIES, *carried))
    return next((token for token in sent if _TOKEN.fullmatch(token)), "")


def _is_in_a_frame(request: HttpRequest) -> bool:
    """Whether it may keep no cookies.

    A page that stands by itself may; a URL or a form by which somebody else says there whose visit it is would let
    them have what is held and booked.
    """
    return is_embedded(request) and request.headers.get("Sec-Fetch-Dest") != "document"


def holder(request: HttpRequest, token: str) -> Holder:
    """Who makes a hold with this request."""
    return Holder(token_digest(token), counted_digest(request))


def remember_visitor(response: HttpResponse, token: str) -> HttpResponse:
    """Let the browser bring the token again until it is closed."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def own_hold(request: HttpRequest) -> Reservation | None:
    """The live hold of who asks; nobody is looked up for a visitor who is new."""
    token = _token_sent(request)
    return live_hold(token) if token else None
