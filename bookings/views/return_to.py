"""Back to the page that a link names, after a booking, where staff allowed its site at the project."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from csp.decorators import csp_update
from django.core.exceptions import ValidationError
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from bookings.models import Project
from bookings.validators import plain_origin
from bookings.views.frames import is_embedded, valid_origins
from bookings.views.page_request import View, project_of

FIELD = "return_to"
REFERENCE = "reference"
LONGEST = 2000


def named(request: HttpRequest) -> str:
    """What the URL, or the form, names as the page to go back to; empty where it names none."""
    return str(request.POST.get(FIELD) or request.GET.get(FIELD, ""))


def return_url(request: HttpRequest, project: Project | None, **told: str) -> str:
    """The page to go back to, with what it is ``told`` in its query; empty where none is named that is allowed."""
    sent = named(request)
    origin = _origin_of(sent)
    if project is None or not origin or origin not in valid_origins(project.return_origins):
        return ""
    allowed, parts = urlsplit(origin), urlsplit(sent)
    pairs = parse_qsl(parts.query, keep_blank_values=True)
    query = urlencode([*(pair for pair in pairs if pair[0] not in told), *told.items()])
    whole = (allowed.scheme, allowed.netloc, parts.path or "/", query, parts.fragment)
    return urlunsplit(whole)


def host_of(url: str) -> str:
    return urlsplit(url).netloc


def is_refused(request: HttpRequest, project: Project) -> bool:
    """Whether the URL names a page that is not allowed."""
    return bool(named(request)) and not return_url(request, project)


def leads_back(view: View) -> View:
    """The same view, whose form may lead to the page that the URL names: browsers ask the policy about that, too."""

    @wraps(view)
    def leading(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        response = view(request, *args, **kwargs)
        url = "" if is_embedded(request) else return_url(request, project_of(request))
        return _with_form_action(_origin_of(url), request, response) if url else response

    return leading


def _with_form_action(origin: str, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    answer: Callable[[HttpRequest], HttpResponseBase] = csp_update({"form-action": [origin]})(
        lambda _request: response
    )
    return answer(request)


def _origin_of(url: str) -> str:
    """As a browser reads it; empty for what has none, names a user, or is too long."""
    try:
        parts = urlsplit(url[: LONGEST + 1])
        return (
            plain_origin(f"{parts.scheme}://{parts.netloc}") if len(url) <= LONGEST and parts.netloc else ""
        )
    except (ValueError, ValidationError):
        return ""
