"""Lists: what is looked for, in which order, and which page of it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError

from bookings import limits
from bookings.api.errors import FieldErrors, Invalid
from bookings.api.requests.fields import read_moment
from bookings.api.requests.matchers import Matcher
from bookings.api.responses.answers import Ok
from bookings.api.responses.frames import Page

Row = TypeVar("Row", bound=Model)
Out = TypeVar("Out")
FURTHEST_PAGE = 10**6
NOT_A_COUNT = _("Send a whole number from 1 on.")
MOST_TERMS = 100  # databases differ in how many conditions they read: SQLite stops at a thousand
SEARCH_TOO_LONG = _("These are too many.")
SEARCH_UNREADABLE = _("Write it like name:Doc;email:doc@example.com.")
SEARCH_UNKNOWN = _("This cannot be searched for.")
ORDER_UNKNOWN = _("The list cannot be ordered by this.")
DIRECTION_UNKNOWN = _("Send asc or desc.")
ENDS_FIRST = _("The end must come after the start.")
_DIGITS = re.compile(r"[0-9]{1,7}")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What one list can be searched for and ordered by; names are the API's, values the models'."""

    search: Mapping[str, Matcher] = field(default_factory=dict)
    order: tuple[str, ...] = ("created_at", "updated_at")
    default_order: tuple[str, ...] = ("created_at", "pk")
    columns: Mapping[str, str] = field(default_factory=dict)

    def answer(
        self,
        request: HttpRequest,
        rows: QuerySet[Row],
        serialize: Callable[[Sequence[Row]], list[Out]],
    ) -> Ok[Page[Out]]:
        """The page that the query asks for.  Raises ``Invalid`` with everything that is wrong in the query."""
        errors: FieldErrors = {}
        rows = rows.filter(self._wanted(request, errors)).order_by(*self._ordering(request, errors))
        limit, page = (_count(request, name, errors) for name in ("limit", "page"))
        if errors:
            raise Invalid(errors)
        limit, page = min(limit or limits.LIST_ROWS.value, limits.LIST_ROWS.value), page or 1
        first = (page - 1) * limit
        data = serialize(list(rows[first : first + limit]))
        return Ok(_page_of(request, data, total=rows.count(), page=page, limit=limit))

    def _wanted(self, request: HttpRequest, errors: FieldErrors) -> Q:
        wanted = Q()
        terms = [term for term in request.GET.get("search", "").split(";") if term]
        if len(terms) > MOST_TERMS:
            errors["search"] = [str(SEARCH_TOO_LONG)]
            return wanted
        for term in terms:
            key, colon, value = term.partition(":")
            if not colon or "\x00" in value:
                errors["search"] = [str(SEARCH_UNREADABLE)]
            elif key not in self.search:
                errors["search"] = [str(SEARCH_UNKNOWN)]
            else:
                wanted &= self.search[key](value)
        return wanted

    def _ordering(self, request: HttpRequest, errors: FieldErrors) -> Iterable[str]:
        by, direction = request.GET.get("orderBy"), request.GET.get("sortedBy", "asc").lower()
        if direction not in {"asc", "desc"}:
            errors["sortedBy"] = [str(DIRECTION_UNKNOWN)]
        if by is None:
            return self.default_order
        if by not in self.order:
            errors["orderBy"] = [str(ORDER_UNKNOWN)]
            return self.default_order
        column = self.columns.get(by, by)
        return (f"-{column}" if direction == "desc" else column, "pk")


def _page_of(request: HttpRequest, data: list[Out], *, total: int, page: int, limit: int) -> Page[Out]:
    last = max(1, -(-total // limit))
    first_row = (page - 1) * limit + 1
    return {
        "data": data,
        "total": total,
        "per_page": limit,
        "current_page": page,
        "last_page": last,
        "next_page_url": _page_url(request, page + 1) if page < last else None,
        "prev_page_url": _page_url(request, min(page - 1, last)) if page > 1 else None,
        "from": first_row if data else None,
        "to": first_row + len(data) - 1 if data else None,
    }


def _page_url(request: HttpRequest, page: int) -> str:
    query = request.GET.copy()
    query["page"] = str(page)
    return request.build_absolute_uri(f"{request.path}?{query.urlencode(safe=':,')}")


def _count(request: HttpRequest, name: str, errors: FieldErrors) -> int | None:
    sent = request.GET.get(name)
    if sent is None:
        return None
    number = int(sent) if _DIGITS.fullmatch(sent) else 0
    if not 1 <= number <= FURTHEST_PAGE:
        errors[name] = [str(NOT_A_COUNT)]
    return number


def within_window(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Bookings or events that share a moment with ``[start, end)`` of the query.  Raises ``Invalid``."""
    start, end = _window(request)
    if start:
        rows = rows.filter(end__gt=start)
    if end:
        rows = rows.filter(start__lt=end)
    return rows


def _window(request: HttpRequest) -> tuple[datetime | None, datetime | None]:
    moments: dict[str, datetime] = {}
    errors: FieldErrors = {}
    for name in ("start", "end"):
        if name in request.GET:
            try:
                moments[name] = read_moment(_with_plus(request.GET[name]))
            except PydanticCustomError as wrong:
                errors[name] = [wrong.message()]
    start, end = moments.get("start"), moments.get("end")
    if start and end and end <= start:
        errors["end"] = [str(ENDS_FIRST)]
    if errors:
        raise Invalid(errors)
    return start, end


def _with_plus(sent: str) -> str:
    """A time whose offset lost its plus on the way, as those do that nobody encoded; a space after the day stays."""
    day = len("2027-08-12 ")
    return sent[:day] + sent[day:].replace(" ", "+")
