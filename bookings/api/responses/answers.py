"""Answers: ``{"data": …}``, lists with the paginator's keys beside it, and refusals."""

import json
from collections.abc import Sequence
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpRequest, HttpResponse

from bookings.api.errors import ApiError

JSON = "application/json; charset=utf-8"
MAX_ROWS = 1000


def json_answer(body: Any, status: int = 200, headers: dict[str, str] | None = None) -> HttpResponse:
    """Any JSON as an answer."""
    content = json.dumps(body, cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"))
    return HttpResponse(content, status=status, content_type=JSON, headers=headers)


def data_answer(data: Any, status: int = 200) -> HttpResponse:
    """``{"data": data}``.  Views return this: ninja passes a response on without validating it once more."""
    return json_answer({"data": data}, status)


def empty_answer() -> HttpResponse:
    """204, after a deletion."""
    return HttpResponse(status=204)


def error_answer(refusal: ApiError) -> HttpResponse:
    return json_answer(refusal.body(), refusal.status, refusal.headers)


def list_answer(
    request: HttpRequest, rows: Sequence[Any], *, total: int, page: int, limit: int
) -> HttpResponse:
    """A page of a list with the record's paginator; ``rows`` are payloads already."""
    last = max(1, -(-total // limit))
    first_row = (page - 1) * limit + 1
    body = {
        "data": rows,
        "total": total,
        "per_page": limit,
        "current_page": page,
        "last_page": last,
        "next_page_url": _page_url(request, page + 1) if page < last else None,
        "prev_page_url": _page_url(request, min(page - 1, last)) if page > 1 else None,
        "from": first_row if rows else None,
        "to": first_row + len(rows) - 1 if rows else None,
    }
    return json_answer(body)


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=':,')}")
