"""While a SQLite site is moved it can be read and not changed: a file beside the database says so to every process."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from django.core.exceptions import MiddlewareNotUsed
from django.db import connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

GetResponse = Callable[[HttpRequest], HttpResponseBase]
SAFE = {"GET", "HEAD", "OPTIONS"}
RETRY_SECONDS = "60"


def mark() -> Path | None:
    """The file that says so; None on PostgreSQL, which is where such a site goes."""
    if connection.vendor != "sqlite":
        return None
    database = Path(str(connection.settings_dict["NAME"]))
    return database.with_name(f"{database.name}.read-only")


def refuse_changes(
    get_response: Callable[[HttpRequest], HttpResponseBase],
) -> Callable[[HttpRequest], HttpResponseBase]:
    """Middleware: 503 in words for what would change something."""
    file = mark()
    if file is None:
        raise MiddlewareNotUsed

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if request.method in SAFE or not file.exists():
            return get_response(request)
        return _refusal(request)

    return middleware


def _refusal(request: HttpRequest) -> HttpResponse:
    sentence = _("The site is being moved and can only be read for some minutes. Please try again then.")
    headers = {"Retry-After": RETRY_SECONDS, "Cache-Control": "no-store"}
    if request.path_info.startswith("/v2/"):
        return JsonResponse({"error": sentence}, status=503, headers=headers)
    return HttpResponse(
        f"{sentence}\n", status=503, headers=headers, content_type="text/plain; charset=utf-8"
    )


def is_marked() -> bool:
    """Whether nothing may be changed at present."""
    file = mark()
    return file is not None and file.exists()
