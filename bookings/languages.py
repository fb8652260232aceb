"""`?lang=de` on any page chooses the language of that page, and of the pages after it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest
from django.http.response import HttpResponseBase

_ONE_YEAR = 365 * 24 * 3600


def choose_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, to stand before Django's own: what the address says wins over the cookie, and becomes it."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        wanted = request.GET.get("lang", "")
        if wanted not in dict(settings.LANGUAGES):
            return get_response(request)
        request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = wanted
        response = get_response(request)
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=_ONE_YEAR,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            samesite="Lax",
        )
        return response

    return middleware
