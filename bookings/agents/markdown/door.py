"""What stands around each Markdown page: no cookie, the limit of an address, and refusals in words."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError
from django.http.request import UnreadablePostError
from django.template.loader import render_to_string
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from bookings import bites
from bookings.agents.caller import forget_cookies, read_key, spend_request
from bookings.agents.refusals import Refusal, refusing
from bookings.models import Site

View = Callable[..., HttpResponse]
STATUS = {
    "invalid": 422,
    "proof_needed": 429,
    "too_many_bookings": 429,
    "busy": 429,
    "too_much": 422,
    "gone": 404,
}
PAGE, TEXT = "text/markdown; charset=utf-8", "text/plain; charset=utf-8"


def rendered(template: str, context: dict[str, Any], *, status: int = 200, kind: str = PAGE) -> HttpResponse:
    """A page from templates/agents/; whatever was typed is escaped before."""
    response = HttpResponse(render_to_string(f"agents/{template}", context), content_type=kind, status=status)
    add_never_cache_headers(response)
    return response


def refusal_page(refusal: Refusal) -> HttpResponse:
    """What was refused, with what would help."""
    seconds = refusal.more.get("seconds")
    status = STATUS.get(refusal.code, 409)
    response = rendered("refused.txt", refusal.answer, status=status)
    if seconds:
        response["Retry-After"] = str(seconds)
    return response


def markdown_door(*methods: str) -> Callable[[View], View]:
    """The view for these methods alone; whatever it refuses is said in Markdown."""

    def decorate(view: View) -> View:
        @csrf_exempt
        @wraps(view)
        def opened(request: HttpRequest, **kwargs: Any) -> HttpResponse:
            try:
                forget_cookies(request)
                return _answer(view, request, methods, kwargs)
            except (OperationalError, InterfaceError):
                said = "The site cannot reach its database at the moment. Please try again soon.\n"
                return HttpResponse(said, content_type=PAGE, status=503, headers={"Retry-After": "30"})

        return opened

    return decorate


def _answer(
    view: View, request: HttpRequest, methods: tuple[str, ...], kwargs: dict[str, Any]
) -> HttpResponse:
    try:
        _check(request)
        if request.method not in methods:
            response = _said("method", _("This page cannot be asked for in that way"), 405)
            response["Allow"] = ", ".join(methods)
            return response
        return refusing(view)(request, **kwargs)
    except Refusal as refusal:
        return refusal_page(refusal)
    except Http404:
        return _said("gone", _("There is no such page for assistants. See /llms.txt."), 404)
    except RequestDataTooBig:
        return _said("too_large", _("This is too large."), 413)
    except (TooManyFieldsSent, MultiPartParserError, UnreadablePostError):
        return _said("unreadable", _("The form cannot be read."), 400)


def _said(code: str, sentence: str, status: int) -> HttpResponse:
    return rendered("refused.txt", {"error": code, "sentence": sentence}, status=status)


def _check(request: HttpRequest) -> None:
    """Count the request.  Raises ``Refusal`` or ``Http404``."""
    read_key(request)  # nothing here needs one, so that one which is none does no harm
    usage, limit = spend_request(request)
    if usage is not None and usage.exceeded:
        bites.note(limit.setting)
        said = _("Too many pages were asked for from your connection. Please go on in a minute.")
        raise Refusal("busy", said, seconds=usage.resets_in)
    if not Site.current().agents_may_book:
        raise Http404
