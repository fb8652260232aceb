"""Who holds a time before anybody has a name: a random token in a cookie, of which only a digest is stored."""

from __future__ import annotations

import hashlib
import re
import secrets
from typing import NamedTuple

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from bookings.client_address import counted_digest
from bookings.models import Reservation

COOKIE = "visitor"
_TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def visitor_token(request: HttpRequest) -> str:
    """The visitor's token: from the cookie, from form or URL in a frame without cookies, else a new one."""
    return _token_sent(request) or secrets.token_urlsafe(16)


def _token_sent(request: HttpRequest) -> str:
    sent = (source.get(COOKIE, "") for source in (request.COOKIES, request.POST, request.GET))
    return next((token for token in sent if _TOKEN.fullmatch(token)), "")


class Holder(NamedTuple):
    """What a hold keeps of who made it: digests of the visitor's token and of the client's network.

    The latter is empty where holds are never capped.
    """

    visitor: str
    client_address: str


def holder(request: HttpRequest, token: str) -> Holder:
    """Who makes a hold with this request."""
    return Holder(token_digest(token), counted_digest(request))


def token_digest(token: str) -> str:
    """What a reservation keeps of a token."""
    return hashlib.sha256(f"visitor:{token}".encode()).hexdigest()


def remember_visitor(response: HttpResponse, token: str) -> HttpResponse:
    """Let the browser bring the token again until it is closed."""
    response.set_cookie(COOKIE, token, httponly=True, samesite="Lax", secure=settings.SESSION_COOKIE_SECURE)
    return response


def live_hold(token: str) -> Reservation | None:
    """The visitor's live hold; picking another time replaces it."""
    return live_holds(token_digest(token)).first()


def own_hold(request: HttpRequest) -> Reservation | None:
    """The live hold of who asks; nobody is looked up for a visitor who is new."""
    token = _token_sent(request)
    return live_hold(token) if token else None


def live_holds(digest: str) -> QuerySet[Reservation]:
    """All that the visitor of a digest holds, the newest first."""
    return Reservation.objects.live().filter(visitor=digest).order_by("-created_at", "pk")
