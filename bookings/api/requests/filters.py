"""What bookings can be searched for, ordered by and cut to."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any, TypeVar

from django.db.models import Exists, F, Func, Model, OuterRef, Q, QuerySet, TextField
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError

from bookings.api.errors import Invalid
from bookings.api.requests.fields import read_moment
from bookings.api.requests.listing import (
    Listing,
    Matcher,
    id_matches,
    matches_nothing,
    text_lookup,
    text_matches,
)
from bookings.models import Action, Reservation
from bookings.models.bookings import BookingQuerySet

CUSTOMER_COLUMNS = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")
ENDS_FIRST = _("The end must come after the start.")
# SQLite's paths know no way to write a quotation mark inside a name.
_ANSWER_KEY = re.compile(r'[^\x00-\x1f"\\]{1,200}')
Row = TypeVar("Row", bound=Model)
FLAGS = {"true": True, "1": True, "false": False, "0": False}


def completed(value: str) -> Q:
    """Bookings that no action can change any more, or those that one can."""
    leaving = Exists(Action.objects.filter(source=OuterRef("state")))
    wanted = FLAGS.get(value.lower())
    return matches_nothing(value) if wanted is None else Q(~leaving if wanted else leaving)


class TextUnder(Func):
    """The value under a key of a JSON object, as text; ``true`` and ``false`` for flags.

    Django's own transform takes a key of digits for a place in a list, and for a number that is no integer at all.
    """

    output_field = TextField()

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column)
        self.key = key

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        return f"({sql} ->> %s::text)", [*params, self.key]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        sql, params = compiler.compile(self.get_source_expressions()[0])
        kind, value = f"JSON_TYPE({sql}, %s)", f"JSON_EXTRACT({sql}, %s)"
        path = f"$.{json.dumps(self.key)}"
        text = f"CAST(CASE WHEN {kind} IN ('true', 'false') THEN {kind} ELSE {value} END AS TEXT)"
        return text, (*params, path) * 3


def answer_matches(column: str, key: str) -> Matcher:
    """Rows whose JSON object in ``column`` has this under ``key``, whatever its type; ``*`` as in ``text_matches``."""

    def find(value: str) -> Q:
        lookup, text = text_lookup(value)
        return Q(lookup(TextUnder(column, key), text))

    return find


class SearchKeys(Mapping[str, Matcher]):
    """The record's keys, and besides them ``customer.<answer>`` and ``meta.<key>`` for any name."""

    named: Mapping[str, Matcher] = {
        "resource.id": id_matches("resource"),
        "project.id": id_matches("project"),
        "calendar.id": id_matches("calendar"),
        "graph": text_matches("version__graph__name"),
        "state": text_matches("state__name"),
        "completed": completed,
        **{f"customer.{name}": text_matches(f"customer__{name}") for name in CUSTOMER_COLUMNS},
    }
    free = {"customer": "customer__answers", "meta": "meta"}

    def __getitem__(self, name: str) -> Matcher:
        if name in self.named:
            return self.named[name]
        kind, _dot, key = name.partition(".")
        if kind not in self.free or not _ANSWER_KEY.fullmatch(key):
            raise KeyError(name)
        return answer_matches(self.free[kind], key)

    def __iter__(self) -> Iterator[str]:
        return iter(self.named)

    def __len__(self) -> int:
        return len(self.named)


ORDER = {
    "created_at": "created_at",
    "updated_at": "updated_at",
    "start": "start",
    "end": "end",
    "state": "state__name",
    "graph": "version__graph__name",
    "completed": "completed",
}
BOOKINGS = Listing(
    search=SearchKeys(), order=tuple(ORDER), columns=ORDER, default_order=("-created_at", "pk")
)
SESSIONS = Listing(search=SearchKeys(), order=tuple(ORDER), columns=ORDER, default_order=("start", "pk"))


def within_window(request: HttpRequest, rows: QuerySet[Row]) -> QuerySet[Row]:
    """Bookings or events that share a moment with ``[start, end)`` of the query.  Raises ``Invalid``."""
    window: dict[str, datetime] = {}
    errors: dict[str, list[str]] = {}
    for name in ("start", "end"):
        if name in request.GET:
            try:
                window[name] = read_moment(_with_plus(request.GET[name]))
            except PydanticCustomError as wrong:
                errors[name] = [wrong.message()]
    if not errors and len(window) == 2 and window["end"] <= window["start"]:
        errors["end"] = [str(ENDS_FIRST)]
    if errors:
        raise Invalid(errors)
    if "start" in window:
        rows = rows.filter(end__gt=window["start"])
    if "end" in window:
        rows = rows.filter(start__lt=window["end"])
    return rows


def _with_plus(sent: str) -> str:
    """A time whose offset lost its plus on the way, as those do that nobody encoded; a space after the day stays."""
    day = len("2027-08-12 ")
    return sent[:day] + sent[day:].replace(" ", "+")


def joinable(bookings: BookingQuerySet) -> BookingQuerySet:
    """Future sessions with a seat left, inside their booking window; an expired hold's seat is left."""
    now = timezone.now()
    lapsed = Reservation.objects.filter(
        session=OuterRef("pk"), holds_seat=True, booking=None, released_at=None, expires_at__lte=now
    )
    opens = F("start") - F("max_booking_time")
    closes = F("start") - F("min_booking_time")
    return (
        bookings.sessions()
        .occupying()
        .filter(Q(seats_taken__lt=F("max_seats")) | Exists(lapsed), start__gt=now)
        .alias(opens=opens, closes=closes)
        .filter(Q(max_booking_time=None) | Q(opens__lte=now), Q(min_booking_time=None) | Q(closes__gte=now))
    )
