"""Where a call lands: with and without a slash at its end, literal paths before ids, refusals in JSON."""

import re
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import URLPattern, re_path
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from ninja import NinjaAPI

from bookings.api.caller import ApiRequest
from bookings.api.chunks import read_chunks
from bookings.api.errors import ApiError, NoSuchPath
from bookings.api.responses.answers import error_answer, json_answer
from bookings.api.throttling import throttle

View = Callable[..., HttpResponseBase]
_ASKED_MOST = ("bookings", "availability")
_PARAMETER = re.compile(r"<(?:str:)?(\w+)>")


def patterns(api: NinjaAPI) -> list[URLPattern]:
    """The API's paths, each once, literal before parameter and those asked most first."""
    views: dict[str, URLPattern] = {}
    for pattern in api.urls[0]:
        if isinstance(pattern, URLPattern):  # ninja makes no resolvers
            views.setdefault(str(pattern.pattern).rstrip("/"), pattern)
    routes = sorted(views, key=lambda route: (_specific_first(route), not route.startswith(_ASKED_MOST)))
    return [_with_or_without_slash(route, views[route]) for route in routes]


def _specific_first(route: str) -> list[bool]:
    return [part.startswith("<") for part in route.split("/")]


def _with_or_without_slash(route: str, pattern: URLPattern) -> URLPattern:
    parts = _PARAMETER.split(route)
    regex = "".join(f"(?P<{part}>[^/]+)" if odd % 2 else re.escape(part) for odd, part in enumerate(parts))
    return re_path(f"^{regex}/?$" if route else "^$", in_json(pattern.callback), name=pattern.name)


def in_json(view: View) -> View:
    """The view, for HEAD as for GET, with ninja's plain "method not allowed" told in JSON."""

    @csrf_exempt
    def answer(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        try:
            read_chunks(request)
        except ApiError as error:
            return _one_too_many(request) or error_answer(error)
        if request.method == "HEAD":
            request.method = "GET"  # the server leaves out the body
        response = view(request, *args, **kwargs)
        if response.status_code == 405:
            allowed = ", ".join(sorted(part.strip() for part in response["Allow"].split(",")))
            refusal = {"error": _("This call has other methods.")}
            return _one_too_many(request) or json_answer(refusal, 405, {"Allow": allowed})
        return response

    return answer


def throttled(view: View) -> View:
    """The view of a page that needs no key, counted by its address."""

    @wraps(view)
    def answer(request: ApiRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        return _one_too_many(request) or view(request, *args, **kwargs)

    return answer


@csrf_exempt
def no_such_path(request: ApiRequest) -> HttpResponse:
    return _one_too_many(request) or error_answer(NoSuchPath())


all_others = re_path(r"", no_such_path)


def _one_too_many(request: ApiRequest) -> HttpResponse | None:
    """Count what no view counted, by its address; an answer where it is one too many."""
    try:
        throttle(request)
    except ApiError as refusal:
        return error_answer(refusal)
    return None
