"""Calls from pages of other sites: preflights without a key, and answers that such pages may read.

No cookie is ever looked at under ``/v2``, so any origin may ask; a widget key may be bound to origins of its own.
"""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext_lazy as _

from bookings.api.errors import Forbidden

PREFIX = "/v2/"
WRONG_ORIGIN = _("This key may not be used on this page.")
ALLOWED_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
# By name: a star does not stand for Authorization.
ALLOWED_HEADERS = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, Timekit-App, Timekit-Context, "
    "Timekit-InputTimestampFormat, Timekit-OutputTimestampFormat, Timekit-Timezone, Visitor-Token, X-Requested-With"
)
EXPOSED_HEADERS = (
    "Idempotent-Replayed, Retry-After, Timekit-Request-Id, Timekit-TestMode, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
)


def is_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith(PREFIX)


def allow_other_origins(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: answer preflights under ``/v2`` at once, and let other origins read every answer, 5xx too."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return get_response(request)
        response = _preflight() if request.method == "OPTIONS" else get_response(request)
        response["Access-Control-Allow-Origin"] = request.headers.get("Origin", "*")
        response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        patch_vary_headers(response, ["Origin"])
        return response

    return middleware


def check_origin(request: HttpRequest, key: Any) -> None:
    """Raises ``Forbidden`` where a page uses a widget key that is bound to other origins."""
    origin = request.headers.get("Origin")
    if origin is None or not key.is_widget or not key.origins:
        return
    if _plain(origin) not in {_plain(allowed) for allowed in key.origins}:
        raise Forbidden(str(WRONG_ORIGIN))


def _plain(origin: Any) -> str:
    return str(origin).strip().rstrip("/").lower()


def _preflight() -> HttpResponse:
    headers = {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "7200",
    }
    return HttpResponse(status=204, headers=headers)
