"""What stands in the head of every answer under ``/v2``."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.api import limits
from bookings.api.api import request_id
from bookings.api.cors import is_api


def name_every_answer(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: the request's id, whether this is a test installation, and what is left of the limit."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        if is_api(request):
            response["Timekit-Request-Id"] = request_id(request)
            if settings.TEST_MODE:
                response["Timekit-TestMode"] = "true"
            for name, value in limits.headers(request).items():
                response[name] = value
        return response

    return middleware
