"""What stands around every call under ``/v2``; the settings say where among the others, and why."""

import uuid
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers

from bookings import configuration, metrics, request_ids
from bookings.api.caller import ApiRequest
from bookings.api.recent import note_call
from bookings.api.throttling import limit_headers
from bookings.api.timestamp_formats import forgotten_afterwards
from bookings.request_head import header

PREFIX = "/v2/"
ALLOWED_METHODS = "GET, HEAD, POST, PUT, DELETE, OPTIONS"
# By name: a star does not stand for Authorization.
ALLOWED_HEADERS = (
    "Accept, Accept-Language, Authorization, Content-Type, Idempotency-Key, Timekit-App, Timekit-Context, "
    "Timekit-InputTimestampFormat, Timekit-OutputTimestampFormat, Timekit-Timezone, Visitor-Token, X-Requested-With"
)
EXPOSED_HEADERS = (
    "Idempotent-Replayed, Retry-After, Timekit-After, Timekit-Request-Id, Timekit-TestMode, Timekit-Total, "
    "X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset"
)
GetResponse = Callable[[HttpRequest], HttpResponseBase]


def is_api(request: HttpRequest) -> bool:
    return f"{request.path_info}/".startswith(PREFIX)


def name_every_answer(get_response: GetResponse) -> GetResponse:
    """Middleware: the request's id, whether it tells of tests, what is left of the limit; notes the call.

    Outside of whatever refuses.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return get_response(request)
        call = cast(ApiRequest, request)
        number = request_ids.current() or uuid.uuid4()
        call.id, call.usage, call.caller = str(number), None, None
        with forgotten_afterwards(), configuration.forgotten_afterwards(), metrics.counted_again_afterwards():
            response = get_response(call)
        response["Timekit-Request-Id"] = call.id
        if call.caller is not None:
            note_call(call, call.caller, response, number)
        if settings.TEST_MODE or (call.caller is not None and call.caller.is_test):
            response["Timekit-TestMode"] = "true"
        for name, value in limit_headers(call).items():
            response[name] = value
        return response

    return middleware


def allow_other_origins(get_response: GetResponse) -> GetResponse:
    """Middleware: answer preflights under ``/v2`` at once, and let other origins read every answer, 5xx too.

    Before whatever may redirect or refuse: a page of another site reads no answer without its headers.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if not is_api(request):
            return get_response(request)
        response = _preflight() if request.method == "OPTIONS" else get_response(request)
        response["Access-Control-Allow-Origin"] = header(request, "Origin") or "*"
        response["Access-Control-Expose-Headers"] = EXPOSED_HEADERS
        patch_vary_headers(response, ["Origin"])
        return response

    return middleware


def _preflight() -> HttpResponse:
    headers = {
        "Access-Control-Allow-Methods": ALLOWED_METHODS,
        "Access-Control-Allow-Headers": ALLOWED_HEADERS,
        "Access-Control-Max-Age": "7200",
    }
    return HttpResponse(status=204, headers=headers)
