"""The stylesheet of one accent: a page of its own, since nothing stands inline."""

from django.http import Http404, HttpRequest, HttpResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from bookings.accents import normal, stylesheet

_ONE_YEAR = 365 * 24 * 3600


@require_safe
def accent_stylesheet(request: HttpRequest, digits: str) -> HttpResponse:
    """The two accents of a colour; the URL holds all there is to know, so it may be kept for ever."""
    try:
        sheet = stylesheet(digits)
    except ValueError as error:
        raise Http404 from error
    response = HttpResponse(sheet, content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={_ONE_YEAR}, immutable"
    return response


def accent_url(colour: str) -> str:
    """Where the stylesheet of a project's accent is, or empty without one."""
    return reverse("pages:accent", args=[normal(colour).removeprefix("#")]) if colour else ""
