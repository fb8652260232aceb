"""What `base.html` shows around every page of the customer: the site's name, its languages, the way home."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.html import format_html
from django.utils.translation import get_language, override

from bookings.languages import site_of, written_in
from bookings.picture_files import shown
from bookings.views.accent_stylesheet import accent_url
from bookings.views.frames import frame_token, is_embedded
from bookings.views.page_request import project_of


def base_template(request: HttpRequest) -> dict[str, Any]:
    """The context of `base.html`; the site's row is read only where a template shows it."""
    project = project_of(request)
    return {
        "site": SimpleLazyObject(lambda: site_of(request)),
        "staff_lang": SimpleLazyObject(lambda: _lang_attribute(written_in(request))),
        "logo": shown(project.logo) if project else None,
        "accent_url": SimpleLazyObject(lambda: _accent_url(request)),
        "languages": [_language(request, code, name) for code, name in settings.LANGUAGES],
        "home_url": reverse("pages:home"),
        "find_url": reverse("pages:find"),
        "desk_url": _desk_url(request),
        "test_mode": settings.TEST_MODE,
        **(_frame_context(request) if is_embedded(request) else {}),
    }


def _desk_url(request: HttpRequest) -> str:
    """The desk's first page, for a member of staff who asked for a page of the desk that is not to be had; or empty."""
    url, user = reverse("admin:index"), getattr(request, "user", None)
    return url if request.path.startswith(url) and user is not None and user.is_staff else ""


def _accent_url(request: HttpRequest) -> str:
    """Of the project's accent, else of the site's."""
    project = project_of(request)
    return accent_url((project.accent if project else "") or site_of(request).accent)


def _lang_attribute(language: str) -> str:
    return format_html(' lang="{}"', language) if language else ""


def _frame_context(request: HttpRequest) -> dict[str, Any]:
    return {"embedded": True, "csrf_token": frame_token()}


def _language(request: HttpRequest, code: str, name: str | Promise) -> dict[str, Any]:
    """A language under its own name, and where this page is to be had in it."""
    query = request.GET.copy()
    query["lang"] = code
    with override(code):
        own_name = str(name)
    return {
        "code": code,
        "name": own_name,
        "href": f"?{query.urlencode()}",
        "current": code == get_language(),
    }
