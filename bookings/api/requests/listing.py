"""Lists: what is looked for, in which order, and which page of it."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import TypeVar

from django.db.models import Model, Q, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError

from bookings.api.errors import FieldErrors, Invalid
from bookings.api.requests.fields import read_moment
from bookings.api.requests.matchers import Matcher
from bookings.api.requests.misspelt import misspelt
from bookings.api.requests.paging import ListPage, PageRequest
from bookings.api.requests.search_terms import search_terms
from bookings.api.responses.answers import Ok
from bookings.api.responses.frames import Page
from bookings.api.timestamp_formats import reads_times

Row = TypeVar("Row", bound=Model)
Out = TypeVar("Out")
MOST_TERMS = 100  # databases differ in how many conditions they read: SQLite stops at a thousand
SEARCH_TOO_LONG = _("These are too many.")
SEARCH_UNREADABLE = _("Write it like name:Doc;email:doc@example.com.")
SEARCH_UNKNOWN = _("This cannot be searched for.")
ORDER_UNKNOWN = _("The list cannot be ordered by this.")
DIRECTION_UNKNOWN = _("Send asc or desc.")
ENDS_FIRST = _("The end must come after the start.")


@dataclass(frozen=True, kw_only=True)
class Listing:
    """What one list can be searched for and ordered by; names are the API's, values the models'."""

    search: Mapping[str, Matcher] = field(default_factory=dict)
    order: tuple[str, ...] = ("created_at", "updated_at")
    default_order: tuple[str, ...] = ("created_at", "pk")
    columns: Mapping[str, str] = field(default_factory=dict)
    window: bool = False
    """Whether ``start`` and ``end`` narrow it, by ``within_window``."""

    def answer(
        self,
        request: HttpRequest,
        rows: QuerySet[Row],
        serialize: Callable[[Sequence[Row]], list[Out]],
    ) -> Ok[Page[Out]]:
        """The page that the query asks for.  Raises ``Invalid`` with everything that is wrong in the query."""
        errors = misspelt(request.GET, self.search, window=self.window)
        order = tuple(self._ordering(request, errors))
        rows = rows.filter(self._wanted(request, errors)).order_by(*order)
        asked = PageRequest.read(request, order[0], errors)
        if errors:
            raise Invalid(errors)
        page = ListPage.of(asked, rows, order[0])
        answer = Ok[Page[Out]]({"data": serialize(page.rows), **page.paginator(request)})
        for name, value in page.headers().items():
            answer[name] = value
        return answer

    def _wanted(self, request: HttpRequest, errors: FieldErrors) -> Q:
        wanted = Q()
        terms = search_terms(request)
        if len(terms) > MOST_TERMS:
            errors["search"] = [str(SEARCH_TOO_LONG)]
            return wanted
        for readings in terms:
            wanted &= reduce(or_, [self._condition(term, errors) for term in readings])
        return wanted

    def _condition(self, term: str, errors: FieldErrors) -> Q:
        key, colon, value = term.partition(":")
        if not colon or "\x00" in value:
            errors["search"] = [str(SEARCH_UNREADABLE)]
        elif key not in self.search:
            errors["search"] = [str(SEARCH_UNKNOWN)]
        else:
            return self.search[key](value)
        return Q()

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


def within_window(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Events that share a moment with ``[start, end)`` of the query.  Raises ``Invalid``."""
    start, end = read_window(request)
    if start:
        rows = rows.filter(end__gt=start)
    if end:
        rows = rows.filter(start__lt=end)
    return rows


def read_window(request: HttpRequest) -> tuple[datetime | None, datetime | None]:
    """``start`` and ``end`` of the query, None where it does not say.  Raises ``Invalid``."""
    moments: dict[str, datetime] = {}
    errors: FieldErrors = {}
    for name in ("start", "end"):
        if name in request.GET:
            try:
                sent = request.GET[name]
                moments[name] = read_moment(sent if reads_times() else _with_plus(sent))
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
