"""How the list of bookings is searched: each way along an index of its own, so that no table is read through."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any
from uuid import UUID

import phonenumbers
from django.contrib.admin.views.main import ChangeList
from django.contrib.postgres.search import SearchQuery, SearchVector
from django.core.paginator import Paginator
from django.db.models import QuerySet, Value
from django.db.models.functions import Upper
from django.http import HttpRequest
from django.utils.functional import cached_property

from bookings import sql
from bookings.models import Booking, Customer
from bookings.models.bookings import REFERENCE_LETTERS
from bookings.models.customers import IN_NUMBERS, bare_phone, last_word_of_name

MOST_FOUND = 1000
"""So many bookings one search finds of a kind; who looks for one of them types more."""
SHORTEST = 2
SHOWN_IN_LINES = ("resource", "project", "state", "customer")
MOST_COUNTED = 2000
LAST = "\U0010ffff"
"""Sorts behind every letter, where texts are compared by their bytes."""
_PHONE = re.compile(r"[+(]?[\d\s()./-]{5,40}")
_REFERENCE = re.compile(f"[{REFERENCE_LETTERS}]{{2,8}}")


class BoundedPaginator(Paginator):
    """Counts no further than ``MOST_COUNTED``: what lies behind is found by filtering."""

    @cached_property
    def count(self) -> int:
        rows: Any = self.object_list
        return int(rows.order_by()[:MOST_COUNTED].count())


class BookingList(ChangeList):
    """The list's page: which bookings, along an index, and then all that a line shows of them.

    In one statement, SQLite may begin with the resources and read all bookings of each.
    """

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        bare = self.result_list.select_related(None).prefetch_related(None)
        place = {pk: number for number, pk in enumerate(bare.values_list("pk", flat=True))}
        rows = Booking.objects.order_by().filter(pk__in=place).select_related(*SHOWN_IN_LINES)
        full = rows.prefetch_related("state__leaving")
        self.result_list = sorted(full, key=lambda booking: place[booking.pk])


def found(term: str, country: str = "") -> list[UUID]:
    """The ids of bookings whose reference, e-mail or name begins so, or whose telephone is that number.

    ``country`` says what a number without one means.
    """
    term = " ".join(term.replace("\0", "").split())
    ways = _ways(term, country) if len(term) >= SHORTEST else ()
    return list({pk for rows in ways for pk in rows.order_by().values_list("pk", flat=True)[:MOST_FOUND]})


def _ways(term: str, country: str) -> Iterator[QuerySet[Any]]:
    if _REFERENCE.fullmatch(term.upper()):
        first = term.upper()
        yield Booking.objects.filter(reference__gte=first, reference__lt=f"{first}ZZZZZZZZ")
    if _PHONE.fullmatch(term):
        numbers = spellings(term, country)
        yield Customer.objects.exclude(phone="").alias(bare=bare_phone()).filter(bare__in=numbers)
        return
    yield _email_begins(term)
    if "@" not in term:
        yield from _name_begins(term)


def spellings(typed: str, country: str) -> set[str]:
    """How a number may stand in a row, without what stands between digits: with its country, or as at home."""
    bare = typed.translate(dict.fromkeys(map(ord, IN_NUMBERS)))
    whole = f"+{bare[2:]}" if bare.startswith("00") else bare
    try:
        number = phonenumbers.parse(whole, country or None)
    except phonenumbers.NumberParseException:
        return {bare}
    formats = phonenumbers.PhoneNumberFormat
    abroad = phonenumbers.format_number(number, formats.E164)
    at_home = phonenumbers.format_number(number, formats.NATIONAL)
    return {bare, abroad, f"00{abroad[1:]}", at_home.translate(dict.fromkeys(map(ord, IN_NUMBERS)))}


def _email_begins(term: str) -> QuerySet[Any]:
    rows = Customer.objects.alias(upper_email=Upper("email"))
    if sql.is_postgresql():
        return rows.filter(upper_email__startswith=term.upper())
    return _between(rows, "upper_email", term)


def _name_begins(term: str) -> Iterator[QuerySet[Any]]:
    """By the beginnings of words on PostgreSQL; on SQLite by that of the name and of its last word."""
    if sql.is_postgresql():
        words = filter(None, (re.sub(r"[^\w]", "", word) for word in term.split()))
        if asked := " & ".join(f"{word}:*" for word in words):
            query = SearchQuery(asked, search_type="raw", config="simple")
            yield Customer.objects.alias(words=SearchVector("name", config="simple")).filter(words=query)
        return
    yield _between(Customer.objects.alias(upper_name=Upper("name")), "upper_name", term)
    yield _between(Customer.objects.alias(last_word=last_word_of_name()), "last_word", term)


def _between(rows: QuerySet[Any], name: str, term: str) -> QuerySet[Any]:
    """Those whose text begins so, as a range: SQLite takes no index for LIKE."""
    first, last = Upper(Value(term)), Upper(Value(f"{term}{LAST}"))
    return rows.filter(**{f"{name}__gte": first, f"{name}__lt": last})
