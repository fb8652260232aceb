"""The API's description and the pages that explain it, served by the site itself."""

import json
from functools import cache

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, re_path, reverse
from django.utils.translation import get_language
from django.views.decorators.http import require_safe
from ninja.openapi.docs import Swagger

from bookings.api.api import api
from bookings.api.caller import ApiRequest
from bookings.api.reference import documents
from bookings.api.reference.openapi import description
from bookings.api.responses.answers import JSON, Ok, ok
from bookings.api.responses.app import StartOut
from bookings.api.responses.frames import Data
from bookings.api.routing import in_json, throttled
from bookings.api.throttling import throttle


class Console(Swagger):
    """Ninja's console with a form for a key, since its own takes no empty user name."""

    template = "api/console.html"


CONSOLE = Console(settings={"persistAuthorization": False, "tryItOutEnabled": True, "validatorUrl": None})


@api.get("/", auth=None, tags=["App"], url_name="start")
def get_start(request: ApiRequest) -> Ok[Data[StartOut]]:
    """Where the API is described; no key is needed."""
    throttle(request)
    return ok(
        {
            "version": api.version,
            "documentation": reverse("v2:docs"),
            "differences": documents.PAGES["timekit"].url,
            "schema": reverse("v2:openapi-json"),
            "guides": {name: page.url for name, page in documents.PAGES.items()},
        }
    )


@require_safe
@throttled
def openapi(request: ApiRequest) -> HttpResponse:
    """What the API is, for programs."""
    return HttpResponse(_description(get_language()), content_type=JSON)


@require_safe
@throttled
def console(request: ApiRequest) -> HttpResponse:
    """What the API is, for people, with a console to try it."""
    return CONSOLE.render_page(request, api)


@require_safe
@throttled
def document(request: ApiRequest, name: str) -> HttpResponse:
    """One of the pages that explain the API, beside the list of all."""
    page = documents.PAGES[name]
    others = [
        {"label": one.label, "href": one.url, "current": one is page} for one in documents.PAGES.values()
    ]
    context = {"title": page.title, "text": page.html, "pages": others, "test_mode": settings.TEST_MODE}
    return render(request, "api/document.html", context)


def urls() -> list[URLPattern]:
    return [
        re_path(r"^openapi\.json$", in_json(openapi), name="openapi-json"),
        re_path(r"^docs/?$", in_json(console), name="docs"),
        *(
            re_path(rf"^docs/{name}/?$", in_json(document), {"name": name}, name=f"docs-{name}")
            for name in documents.PAGES
        ),
    ]


@cache
def _description(language: str | None) -> str:
    return json.dumps(description(), cls=DjangoJSONEncoder, ensure_ascii=False)
