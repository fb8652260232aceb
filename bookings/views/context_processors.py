"""What every page of the customer has around it: the site's name, its languages, the way home."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise, SimpleLazyObject
from django.utils.translation import get_language, override

from bookings.languages import site_of
from bookings.models import Project
from bookings.views.accent import accent_url
from bookings.views.frames import proof


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor; the site's row is read only where a template shows it."""
    project = project_of(request)
    return {
        "site": SimpleLazyObject(lambda: site_of(request)),
        "logo": project.logo.url if project and project.logo else "",
        "accent_url": accent_url(project.accent) if project else "",
        "languages": [_language(request, code, name) for code, name in settings.LANGUAGES],
        "home_url": reverse("pages:home"),
        "find_url": reverse("pages:find"),
        "test_mode": settings.TEST_MODE,
        **(_in_a_frame(request) if is_embedded(request) else {}),
    }


def _in_a_frame(request: HttpRequest) -> dict[str, Any]:
    return {"embedded": True, "csrf_token": proof()}


def belongs_to(request: HttpRequest, project: Project | None) -> None:
    """Let the page wear the project's logo and accent, and stand in the frames that it allows."""
    request.project = project  # type: ignore[attr-defined]


def project_of(request: HttpRequest) -> Project | None:
    """The project that the page belongs to, if it is any one's."""
    return getattr(request, "project", None)


def is_embedded(request: HttpRequest) -> bool:
    """Whether the page stands in another site's frame."""
    return request.path.startswith("/embed/")


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
