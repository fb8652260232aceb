"""Which page of a list a query asks for, and what the paginator says of it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings import limits
from bookings.api.errors import FieldErrors
from bookings.api.requests.cursors import Cursor, is_by_time
from bookings.api.requests.search_terms import query_bytes
from bookings.api.requests.totals import Total, sorted_afterwards, total_of
from bookings.api.responses.frames import Paginator

FURTHEST_PAGE = 10**6
NOT_A_COUNT = _("Send a whole number from 1 on.")
NO_CURSOR = _("Send it as an answer named it, with the same order.")
CURSOR_NEEDS_TIMES = _("Only a list that is ordered by a time can be read so.")
CURSOR_OR_PAGE = _("Send either this or a page.")
CURSOR_HEADER, TOTAL_HEADER = "Timekit-After", "Timekit-Total"
_AS_SENT = "%&=+;:,/?@!$()*~"
_DIGITS = re.compile(r"[0-9]{1,7}")
_WHOLE = re.compile(r"\s*[+-]?[0-9]+\s*", re.ASCII)


@dataclass(frozen=True)
class PageRequest:
    """Rows from ``page`` of so many, or those behind a cursor; an empty ``after`` begins to read by cursors."""

    limit: int
    page: int
    by_cursor: bool
    cursor: Cursor | None

    @classmethod
    def read(cls, request: HttpRequest, order: str, errors: FieldErrors) -> PageRequest:
        limit, page = (_count(request, name, errors) for name in ("limit", "page"))
        most = limits.LIST_ROWS.value
        cursor = _cursor(request, order, errors)
        return cls(min(limit or most, most), page or 1, "after" in request.GET, cursor)

    @property
    def first(self) -> int:
        """How many rows stand before the page; of those that a cursor passed nobody knows."""
        return (self.page - 1) * self.limit


@dataclass(frozen=True)
class ListPage:
    """The rows of one page, and what is known of the others."""

    asked: PageRequest
    rows: Sequence[Any]
    total: Total
    after: str
    """The cursor of what follows; empty where nothing does, or no cursor can say it."""
    more: bool

    @classmethod
    def of(cls, asked: PageRequest, rows: QuerySet[Any], order: str) -> ListPage:
        total = total_of(rows)
        wanted = sorted_afterwards(rows) if total.exact else rows
        wanted = wanted.filter(asked.cursor.rest()) if asked.cursor else wanted
        found = _read(wanted, asked.first, asked.limit + 1, total)
        shown, more = found[: asked.limit], len(found) > asked.limit
        after = str(Cursor.at(shown[-1], order)) if more and is_by_time(order) else ""
        if not total.exact and not asked.cursor:
            total = total.seen(asked.first, len(found), more=more)
        return cls(asked, shown, total, after, more)

    def paginator(self, request: HttpRequest) -> Paginator:
        return self._unnumbered(request) if self.asked.by_cursor else self._numbered(request)

    def headers(self) -> dict[str, str]:
        told = {TOTAL_HEADER: "exact" if self.total.exact else "estimated"}
        return told | ({CURSOR_HEADER: self.after} if self.after else {})

    def _numbered(self, request: HttpRequest) -> Paginator:
        limit, page = self.asked.limit, self.asked.page
        last = max(1, -(-self.total.rows // limit))
        return {
            "total": self.total.rows,
            "per_page": limit,
            "current_page": page,
            "last_page": last,
            "next_page_url": _url(request, "page", str(page + 1)) if self.more else None,
            "prev_page_url": _url(request, "page", str(min(page - 1, last))) if page > 1 else None,
            "from": self.asked.first + 1 if self.rows else None,
            "to": self.asked.first + len(self.rows) if self.rows else None,
        }

    def _unnumbered(self, request: HttpRequest) -> Paginator:
        return {
            "total": self.total.rows,
            "per_page": self.asked.limit,
            "current_page": 1,
            "last_page": 2 if self.more else 1,
            "next_page_url": _url(request, "after", self.after) if self.more else None,
            "prev_page_url": None,
            "from": None,
            "to": None,
        }


def _read(rows: QuerySet[Any], first: int, number: int, total: Total) -> list[Any]:
    """So many rows behind the first; of a far longer list they are read whole once it is known which they are."""
    if total.rows <= 2 * number:
        return list(rows[first : first + number])
    ids = list(rows.values_list("pk", flat=True)[first : first + number])
    whole = {row.pk: row for row in rows.order_by().filter(pk__in=ids)}
    return [whole[pk] for pk in ids if pk in whole]


def _cursor(request: HttpRequest, order: str, errors: FieldErrors) -> Cursor | None:
    sent = request.GET.get("after")
    if sent is None:
        return None
    if "page" in request.GET:
        errors["after"] = [str(CURSOR_OR_PAGE)]
    elif not is_by_time(order):
        errors["after"] = [str(CURSOR_NEEDS_TIMES)]
    elif sent:
        try:
            return Cursor.read(sent, order)
        except ValueError:
            errors["after"] = [str(NO_CURSOR)]
    return None


def _count(request: HttpRequest, name: str, errors: FieldErrors) -> int | None:
    sent = request.GET.get(name)
    if sent is None:
        return None
    if name == "page" and not _WHOLE.fullmatch(sent):
        return 1  # as the record's paginator does: a client sends "1include=attributes"
    number = int(sent) if _DIGITS.fullmatch(sent) else 0
    if not 1 <= number <= FURTHEST_PAGE:
        errors[name] = [str(NOT_A_COUNT)]
    return number


def _url(request: HttpRequest, name: str, value: str) -> str:
    """The same query as it was sent, since a plus in it may mean either thing, with another page or cursor."""
    sent = quote(query_bytes(request), safe=_AS_SENT).split("&")
    kept = [part for part in sent if part and part.partition("=")[0] != name]
    return request.build_absolute_uri(f"{request.path}?{'&'.join([*kept, f'{name}={quote(value)}'])}")
