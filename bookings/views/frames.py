"""Pages inside another site's frame: no cookie of ours arrives there, so a signed token in each form is the proof."""

from __future__ import annotations

from functools import wraps
from typing import Any
from urllib.parse import urlsplit

from csp.decorators import csp_update
from django.core.signing import BadSignature, TimestampSigner
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.views.decorators.clickjacking import xframe_options_exempt
from django.views.decorators.csrf import csrf_exempt

from bookings.models import Project
from bookings.views.page_request import View, project_of

ONE_DAY = 24 * 3600
FIELD = "csrfmiddlewaretoken"
FRAMES = {"iframe", "frame", "embed", "object"}
FIRST_PAGE = "choose"
_FORM = "form"


def is_embedded(request: HttpRequest) -> bool:
    """Whether the page stands in another site's frame."""
    return request.path.startswith("/embed/")


def frame_token() -> str:
    """A token for a form that we show in a frame."""
    return _signer().sign(_FORM)


def is_frame_token(token: str) -> bool:
    """Whether a form of ours, shown within a day, sent this token."""
    try:
        return _signer().unsign(token, max_age=ONE_DAY) == _FORM
    except BadSignature:
        return False


def framed(view: View) -> View:
    """The same view for a frame: the form token instead of the cookie, and only on pages that the project allows."""

    @csrf_exempt
    @xframe_options_exempt
    @wraps(view)
    def in_a_frame(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method == "POST" and not is_frame_token(request.POST.get(FIELD, "")):
            return allow_in_any_frame(request, render(request, "403_csrf.html", status=403))
        response = view(request, *args, **kwargs)
        project = project_of(request)
        if project is None:
            return allow_in_any_frame(request, response)
        allowed = valid_origins(project.embed_origins)
        if _stands_elsewhere(request, allowed):
            return allow_in_any_frame(request, _not_here(request, project))
        return _allow_in_frames_of(allowed, request, response)

    return in_a_frame


def _stands_elsewhere(request: HttpRequest, allowed: list[str]) -> bool:
    """Whether the browser says that a page which is not allowed has the frame; one that says nothing is left to it.

    Safari before 16.4, and every browser on an address without https, does not say that it asks for a frame.  Then the
    page that led to the first one of the flow is taken for the one around it; later ones are reached by other ways too,
    such as back from a payment.
    """
    asked_for = request.headers.get("Sec-Fetch-Dest")
    if asked_for not in {*FRAMES, None} or request.headers.get("Sec-Fetch-Site") == "same-origin":
        return False
    around = _origin_of(request.headers.get("Referer", ""))
    if not around:
        return asked_for is not None and not allowed
    is_first = bool(request.resolver_match and request.resolver_match.url_name == FIRST_PAGE)
    is_asked = asked_for is not None or is_first
    return is_asked and around not in [*allowed, f"{request.scheme}://{request.get_host()}"]


def _origin_of(url: str) -> str:
    """Empty where it has none, or cannot be read."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return ""
    return f"{parts.scheme}://{parts.netloc}" if parts.netloc else ""


def _not_here(request: HttpRequest, project: Project) -> HttpResponse:
    """A sentence, where the browser would show a grey frame, and the way to the page outside."""
    context = {"outside_url": reverse("pages:choose", args=[project.slug])}
    response = render(request, "bookings/not_here.html", context, status=403)
    add_never_cache_headers(response)
    return response


def allow_in_any_frame(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    """A page of no project, which only says something, for whichever frame it was meant for: else that stays blank."""
    return xframe_options_exempt(lambda _request: _allow_in_frames_of(["*"], request, response))(request)


def _allow_in_frames_of(
    allowed: list[str], request: HttpRequest, response: HttpResponseBase
) -> HttpResponseBase:
    return csp_update({"frame-ancestors": allowed})(lambda _request: response)(request)


def valid_origins(listed: list[Any]) -> list[str]:
    """Those entries that are origins, like https://example.org; nothing else may reach the header."""
    found = []
    for text in listed:
        parts = urlsplit(text) if isinstance(text, str) else None
        if (
            parts
            and parts.scheme in {"http", "https"}
            and parts.netloc
            and text == f"{parts.scheme}://{parts.netloc}"
        ):
            found.append(text)
    return [origin for origin in found if not set(origin) & set(" ;,'\"")]


def _signer() -> TimestampSigner:
    return TimestampSigner(salt="bookings.frames")
