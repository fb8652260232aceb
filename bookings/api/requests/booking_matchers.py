"""What of a booking can be searched where there are millions: what is rare is looked up first, along its own index."""

from __future__ import annotations

import json
import re
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import BooleanField, Exists, F, Func, Min, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce

from bookings import sql
from bookings.api.requests.matchers import Matcher, answer_matches, matches_nothing, text_matches
from bookings.models import Action, Booking, Customer, GraphVersion, State

FLAGS = {"true": True, "1": True, "false": False, "0": False}
FEW = 1000
"""So many ids at most are told to the database one by one; more are found quickly along any order."""
A_DAY = timedelta(days=1)
_ONE_VALUE = re.compile(r"true|false|-?(0|[1-9][0-9]{0,300})(\.[0-9]{1,300})?")


def state_matches(value: str) -> Q:
    """By the ids of the states, which are few: only of these does a planner know how often each is there."""
    return Q(state__in=_ids(State.objects.filter(text_matches("name")(value))))


def completed_matches(value: str) -> Q:
    """Bookings that no action can change any more, or those that one can."""
    wanted = FLAGS.get(value.lower())
    if wanted is None:
        return matches_nothing(value)
    leaving = Exists(Action.objects.filter(source=OuterRef("pk")))
    return Q(state__in=_ids(State.objects.filter(~leaving if wanted else leaving)))


def graph_matches(value: str) -> Q:
    return Q(version__in=_ids(GraphVersion.objects.filter(text_matches("graph__name")(value))))


def customer_matches(column: str) -> Matcher:
    return _customers_first(text_matches(column), text_matches(f"customer__{column}"))


def answers_match(key: str) -> Matcher:
    return _customers_first(answer_matches("answers", key), answer_matches("customer__answers", key))


def _customers_first(of_customers: Matcher, of_bookings: Matcher) -> Matcher:
    def find(value: str) -> Q:
        return _few_first(Customer.objects.filter(of_customers(value)), of_bookings(value))

    return find


def _few_first(rows: QuerySet[Any], otherwise: Q) -> Q:
    ids = _ids(rows[: FEW + 1])
    return Q(pk__in=ids) if len(ids) <= FEW else otherwise


def _ids(rows: QuerySet[Any]) -> list[UUID]:
    return list(rows.values_list("pk", flat=True))


class MetaHas(Func):
    """That ``meta``, in small letters, contains a JSON object, in the words of the index ``booking_by_meta``."""

    output_field = BooleanField()

    def __init__(self, sent: str) -> None:
        super().__init__(F("meta"))
        self.sent = sent

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        column, params = compiler.compile(self.get_source_expressions()[0])
        contains = f"lower({column}::text)::jsonb @> lower(%s::text)::jsonb AND {column} <> '{{}}'::jsonb"
        return f"({contains})", [*params, self.sent, *params]


def meta_matches(key: str) -> Matcher:
    """As ``answer_matches``, by the index where a whole value is asked for."""
    by_text = answer_matches("meta", key)

    def find(value: str) -> Q:
        if not sql.is_postgresql() or value.startswith(("*", "[", "{")) or value.endswith("*"):
            return by_text(value)
        return _few_first(Booking.objects.filter(_has(key, value) & by_text(value)), by_text(value))

    return find


def _has(key: str, value: str) -> Q:
    """The value as a text, and as the number or flag that it may also be."""
    name = json.dumps(key, ensure_ascii=False)
    told = [json.dumps(value, ensure_ascii=False)]
    if _ONE_VALUE.fullmatch(value.lower()):
        told.append(value.lower())
    has = Q()
    for one in told:
        has |= Q(MetaHas(f"{{{name}: {one}}}"))
    return has


class Stays(Func):
    """That a booking lasts over a day and shares a moment with ``[start, end)``, in the words of ``booking_long``."""

    output_field = BooleanField()

    def __init__(self, start: datetime, end: datetime | None) -> None:
        super().__init__(F("start"), F("end"))
        self.window = [start, end]

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        start, end = (compiler.compile(one)[0] for one in self.get_source_expressions())
        shares = f"tstzrange({start}, {end}) && tstzrange(%s::timestamptz, %s::timestamptz)"
        return f"({shares} AND {end} - {start} > interval '1 day')", self.window


def within(start: datetime | None, end: datetime | None) -> Q:
    """Bookings that share a moment with ``[start, end)``; PostgreSQL first looks up when the longest of them began."""
    begins = Q(start__lt=end) if end else Q()
    if start is None:
        return begins
    if not sql.is_postgresql():
        return begins & Q(end__gt=start)
    # Coalesce hides the column: the least of one with an index of its own is looked for along that.
    first = Min(Coalesce("start", "start"))
    stays = Booking.objects.filter(Stays(start, end)).aggregate(first=first)["first"]
    return Q(begins, start__gte=min(start - A_DAY, stays or start), end__gt=start)
