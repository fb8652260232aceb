"""What stands before every page of the customer: a limit for each client address, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable

from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.http.response import HttpResponseBase
from django.template.loader import render_to_string
from django.utils.translation import gettext as _

from bookings import bites, configuration, limits
from bookings.availability.allowance import GateShut
from bookings.rate_limits import spend_by_address
from bookings.views.frames import allow_in_any_frame, is_embedded
from bookings.views.message_pages import message_page

NAMESPACES = {"pages", "embed"}
RETRY_SECONDS = "30"


class CustomerPagesMiddleware:
    """For the customer's pages alone, which the namespace of the URL tells."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        with configuration.forgotten_afterwards():
            response = self.get_response(request)
        if (
            isinstance(response, HttpResponseNotAllowed)
            and not response.content
            and _is_customer_page(request)
        ):
            return _allow_in_its_frame(request, method_not_allowed(request, response["Allow"]))
        return response

    def process_view(self, request: HttpRequest, *_view: object) -> HttpResponseBase | None:
        """Refuse a visitor who asks too often."""
        if not _is_customer_page(request):
            return None
        try:
            usage = spend_by_address(request)
        except (OperationalError, InterfaceError):
            return _allow_in_its_frame(request, database_away(request))
        if usage is None or not usage.exceeded:
            configuration.trust_to_the_end()
            return None
        bites.note(limits.REQUESTS_PER_ADDRESS.setting)
        return _allow_in_its_frame(request, too_many_requests(request, usage.resets_in))

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponseBase | None:
        """A database that is away is said in a sentence that needs none; a shut gate opens in a moment."""
        if _is_customer_page(request) and isinstance(exception, GateShut):
            bites.note(limits.DEAR_SEARCH.setting)
            return _allow_in_its_frame(request, too_many_requests(request, 1))
        if not (_is_customer_page(request) and isinstance(exception, OperationalError | InterfaceError)):
            return None
        return _allow_in_its_frame(request, database_away(request))


def database_away(request: HttpRequest) -> HttpResponse:
    """503, with when to come back."""
    response = HttpResponse(render_to_string("503.html", {"embedded": is_embedded(request)}), status=503)
    response["Retry-After"] = RETRY_SECONDS
    return response


def method_not_allowed(request: HttpRequest, allowed: str) -> HttpResponse:
    """405, in words."""
    response = message_page(
        request,
        heading=_("This page cannot be asked for in that way"),
        sentences=[_("Nothing was booked or changed.")],
        status=405,
    )
    response["Allow"] = allowed
    return response


def _is_customer_page(request: HttpRequest) -> bool:
    return bool(request.resolver_match and request.resolver_match.namespace in NAMESPACES)


def _allow_in_its_frame(request: HttpRequest, response: HttpResponse) -> HttpResponseBase:
    return allow_in_any_frame(request, response) if is_embedded(request) else response


def too_many_requests(request: HttpRequest, seconds: int) -> HttpResponse:
    """429, with when to come back."""
    response = message_page(
        request,
        heading=_("A little slower, please"),
        sentences=[_("Too many pages were asked for from your connection. Please go on in a minute.")],
        status=429,
    )
    response["Retry-After"] = str(seconds)
    return response
