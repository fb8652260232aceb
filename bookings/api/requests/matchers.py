"""What a value of a search matches: each of these makes a condition of the text that was sent."""

import json
import re
from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.db.models import F, Func, Q, TextField, Value
from django.db.models.functions import Upper
from django.db.models.lookups import Exact, IContains, IEndsWith, IRegex, IStartsWith

from bookings import sql

Matcher = Callable[[str], Q]


def text_matches(column: str) -> Matcher:
    """Rows whose column has this text, small and capital letters alike; ``*`` at either end stands for anything."""

    def find(value: str) -> Q:
        lookup, text = _text_lookup(value)
        return Q(lookup(F(column), text))

    return find


def _text_lookup(value: str) -> tuple[Callable[..., Any], str]:
    """The lookup for a value of a search, stars at its ends and all, and the text that it takes.

    Beyond ASCII only the regular expressions of SQLite, which are Python's, know small letters from capital ones.
    """
    text = value.strip("*")
    open_ends = (value.startswith("*"), value.endswith("*") and len(value) > 1)
    if not sql.is_postgresql() and not text.isascii():
        before, after = open_ends
        return IRegex, ("" if before else r"\A") + re.escape(text) + ("" if after else r"\Z")
    lookups = {(True, True): IContains, (True, False): IEndsWith, (False, True): IStartsWith}
    return lookups.get(open_ends, _same_in_capitals), text


def _same_in_capitals(column: Any, text: str) -> Exact:
    """As ``IExact``, in words that an index of capital letters serves on SQLite, too."""
    return Exact(Upper(column), Upper(Value(text)))


def id_matches(column: str) -> Matcher:
    """Rows whose column has this id; a text that is none finds nothing."""

    def find(value: str) -> Q:
        try:
            return Q(**{column: UUID(value)})
        except ValueError:
            return matches_nothing(value)

    return find


def matches_nothing(value: str) -> Q:
    """No row: what the record searches for and this site does not have."""
    return Q(pk__in=[])


class TextUnder(Func):
    """The value under a key of a JSON object, as text; ``true`` and ``false`` for flags.

    Django's own transform takes a key of digits for a place in a list, and for a number that is no integer at all.
    """

    output_field = TextField()

    def __init__(self, column: Any, key: str) -> None:
        super().__init__(column)
        self.key = key

    def as_postgresql(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, list[Any]]:
        inner, params = compiler.compile(self.get_source_expressions()[0])
        return f"({inner} ->> %s::text)", [*params, self.key]

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> tuple[str, tuple[Any, ...]]:
        inner, params = compiler.compile(self.get_source_expressions()[0])
        kind, value = f"JSON_TYPE({inner}, %s)", f"JSON_EXTRACT({inner}, %s)"
        path = f"$.{json.dumps(self.key)}"
        text = f"CAST(CASE WHEN {kind} IN ('true', 'false') THEN {kind} ELSE {value} END AS TEXT)"
        return text, (*params, path) * 3


def answer_matches(column: str, key: str) -> Matcher:
    """Rows whose JSON object in ``column`` has this under ``key``, whatever its type; ``*`` as in ``text_matches``."""

    def find(value: str) -> Q:
        lookup, text = _text_lookup(value)
        return Q(lookup(TextUnder(column, key), text))

    return find
