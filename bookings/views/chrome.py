"""What every page of the customer has around it: the site's name, its languages, the way home."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, get_language_info

from bookings.models import Site


def chrome(request: HttpRequest) -> dict[str, Any]:
    """Context processor; the site's row is read only where a template shows it."""
    return {
        "site": SimpleLazyObject(Site.current),
        "languages": [_language(request, code) for code, _name in settings.LANGUAGES],
        "home_url": reverse("pages:home"),
        "find_url": reverse("pages:find"),
        "test_mode": settings.TEST_MODE,
        "embedded": is_embedded(request),
    }


def is_embedded(request: HttpRequest) -> bool:
    """Whether the page stands in another site's frame."""
    return request.path.startswith("/embed/")


def _language(request: HttpRequest, code: str) -> dict[str, Any]:
    query = request.GET.copy()
    query["lang"] = code
    return {
        "code": code,
        "name": get_language_info(code)["name_local"],
        "href": f"?{query.urlencode()}",
        "current": code == get_language(),
    }
