"""Who calls: anybody, or whoever holds a server key and sends it as a bearer token.  No cookie is ever read."""

from __future__ import annotations

from typing import cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone, translation

from bookings import limits
from bookings.client_address import counted_digest
from bookings.languages import language_without_cookies
from bookings.lifecycle import Actor
from bookings.limits import Limit
from bookings.models import ApiKey, Booking
from bookings.models.booking_queries import BookingQuerySet
from bookings.models.keys import digest_of, opens_here, opens_sandbox
from bookings.rate_limits import Usage, spend, spend_by_address
from bookings.visitors.holding import Holder, token_digest


class AgentRequest(HttpRequest):
    """A request at this door.  Django makes the object; this is its type."""

    agent_key: ApiKey | None
    agent_unknown: bool


def forget_cookies(request: HttpRequest) -> None:
    """Read none: whoever is signed in at this browser is nobody here, and the language is that of the request."""
    request.COOKIES = {}
    request.user = AnonymousUser()
    translation.activate(language_without_cookies(request))


def read_key(request: HttpRequest) -> None:
    """Set ``agent_key``, and note that it is used; ``agent_unknown`` for a token that is no server key of this site."""
    call = cast(AgentRequest, request)
    call.agent_key, call.agent_unknown = None, False
    header = request.headers.get("Authorization", "")
    if not header:
        return
    scheme, _space, value = header.partition(" ")
    value = value.strip()
    # What these tools find is live, so that a test key of a live site opens nothing here.
    tried = scheme.lower() == "bearer" and opens_here(value) and not opens_sandbox(value)
    rows = ApiKey.objects.active().filter(digest=digest_of(value), kind=ApiKey.Kind.SERVER)
    key = rows.first() if tried else None
    call.agent_key, call.agent_unknown = key, key is None
    if key is not None:
        key.note_use(timezone.now())


def spend_request(request: HttpRequest) -> tuple[Usage | None, Limit]:
    """Count a request whose key was read, for the key, else for its address."""
    key = key_of(request)
    if key is None:
        return spend_by_address(request), limits.REQUESTS_PER_ADDRESS
    return spend(f"key:{key.pk}", limits.REQUESTS_PER_KEY.value), limits.REQUESTS_PER_KEY


def is_unknown(request: HttpRequest) -> bool:
    """Whether a token was sent that is none."""
    return cast(AgentRequest, request).agent_unknown


def key_of(request: HttpRequest) -> ApiKey | None:
    return cast(AgentRequest, request).agent_key


def has_key(request: HttpRequest) -> bool:
    return key_of(request) is not None


def holder_of(request: HttpRequest, visitor: str) -> Holder:
    """Who holds: a visitor, counted by address like any other unless a server key answers for it."""
    return Holder(token_digest(visitor), counted_address(request))


def counted_address(request: HttpRequest) -> str:
    """The digest by which holds and bookings are counted; empty with a server key."""
    return "" if has_key(request) else counted_digest(request)


def customers_actor() -> Actor:
    """The customer, through an assistant."""
    return Actor.customer().through_an_agent()


def keys_actor(key: ApiKey) -> Actor:
    """The holder of a server key, through an assistant."""
    return Actor.of_key(key.pk, is_widget=False).through_an_agent()


def bookings_of(key: ApiKey) -> BookingQuerySet:
    """Those that a server key sees: of its projects, or all where it is limited to none."""
    projects = list(key.projects.values_list("pk", flat=True))
    bookings = Booking.objects.live()
    return bookings.filter(project__in=projects) if projects else bookings
