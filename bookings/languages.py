"""The language of a page: `?lang=de` on any page, else the cookie, else the browser's, else the site's own."""

from collections.abc import Callable
from itertools import takewhile

from django.conf import settings
from django.core.exceptions import TooManyFieldsSent
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, QueryDict
from django.http.response import HttpResponseBase
from django.utils.translation import get_language, get_supported_language_variant
from django.utils.translation.trans_real import parse_accept_lang_header

from bookings.models import Site
from bookings.written_out import Statement, columns

_ONE_YEAR = 365 * 24 * 3600
# Read by programs; they answer in the same words whatever the site's language, and cost no query more.
_FOR_PROGRAMS = ("/v2", "/healthz", "/readyz", "/media/", "/static/", "/look/")
_SITE = Statement(f"SELECT {columns(Site, 's')} FROM {Site._meta.db_table} s WHERE s.id = %s", Site)  # noqa: S608


def choose_language(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware, to stand before Django's own: what the address says wins over the cookie, and becomes it.

    Where neither cookie nor browser names a language that we speak, the site's own is taken, for this page only.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        wanted = _read(request).get("lang", "")
        if wanted not in dict(settings.LANGUAGES):
            if not (request.path.startswith(_FOR_PROGRAMS) or _wishes_one_of_ours(request)):
                request.COOKIES[settings.LANGUAGE_COOKIE_NAME] = _own_language(request)
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


def _read(request: HttpRequest) -> QueryDict:
    """The query, which is read here first; the page that refuses one with too many fields reads it once more."""
    try:
        return request.GET
    except TooManyFieldsSent:
        request.GET = QueryDict()
        raise


def site_of(request: HttpRequest) -> Site:
    """The site's row, read at most once for a request; where nobody saved it yet, one that holds the defaults."""
    known = vars(request)
    if "site_row" not in known:
        found = _SITE.first(1)
        known["site_row"] = found[0] if found else Site()
    row: Site = known["site_row"]
    return row


def written_in(request: HttpRequest) -> str:
    """The language in which staff write, where it is another than the page's; else empty."""
    own = site_of(request).language
    return own if _words_of(own) != _words_of(get_language() or "") else ""


def language_without_cookies(request: HttpRequest) -> str:
    """What the address says, else what the request wishes, else the site's own."""
    wanted = request.GET.get("lang", "")
    if wanted in dict(settings.LANGUAGES):
        return wanted
    wishes = (wish for wish, _weight in parse_accept_lang_header(request.headers.get("Accept-Language", "")))
    found = next((wish for wish in takewhile(lambda wish: wish != "*", wishes) if _is_ours(wish)), "")
    return get_supported_language_variant(found) if found else _own_language(request)


def _words_of(language: str) -> str:
    """English and American English have the same words."""
    return language.partition("-")[0]


def _wishes_one_of_ours(request: HttpRequest) -> bool:
    header = request.headers.get("Accept-Language", "")
    wishes = takewhile(lambda wish: wish != "*", (wish for wish, _weight in parse_accept_lang_header(header)))
    return any(_is_ours(wish) for wish in (request.COOKIES.get(settings.LANGUAGE_COOKIE_NAME, ""), *wishes))


def _is_ours(wish: str) -> bool:
    try:
        get_supported_language_variant(wish)
    except LookupError:
        return False
    return True


def _own_language(request: HttpRequest) -> str:
    try:
        return site_of(request).language
    except (OperationalError, InterfaceError):  # the page itself will say that the database is away
        return settings.LANGUAGE_CODE
