"""Statements that PostgreSQL keeps prepared, on connections that lead straight to it.

A pooler gives each transaction another backend, on which another client may have prepared something under the same
name, and then the other's statement runs without an error. So each connection is asked once whether the backend that
answers is the one that introduced itself when it was opened. Behind a pooler it is not, and the same text goes
unprepared. A statement is named after its text besides: no other has its name.

Nothing is set for a connection, and no plan is asked for: after five plans made with values PostgreSQL takes the one
without by itself, where that is as cheap.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from hashlib import blake2b
from itertools import count
from typing import Any
from weakref import WeakKeyDictionary

import psycopg
from django.db import DatabaseError, connection
from psycopg.adapt import Transformer

from bookings import sql

_FORGOTTEN = frozenset({"26000", "0A000"})
"""The SQLSTATEs of a statement that is not prepared, or whose columns have other types than when it was."""
MOST = 50
"""So many statements are prepared on one connection; each keeps its plan in the backend."""


class Forgotten(DatabaseError):
    """What was prepared is so no longer, and the transaction has ended with that."""


@dataclass
class _Known:
    """What is known of one connection; it is forgotten with it."""

    is_direct: bool
    met: set[str] = field(default_factory=set)
    prepared: set[str] = field(default_factory=set)
    forgotten: int = 0
    """How often all were given up; the names that they have later say it, since some may be there still."""

    def name_of(self, text: str) -> str:
        return f"{_name(text)}_{self.forgotten}"


_connections: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def execute(cursor: Any, text: str, values: Sequence[Any]) -> None:
    """Run a statement, ``%s`` in the place of each value, by Django's cursor; prepared from its second time on.

    The text has to say of what type a value is, where PostgreSQL could not tell: a name knows no types.  Where
    somebody deallocated what was prepared, or altered a column of it, it runs unprepared; in a transaction, which the
    error has ended, ``Forgotten`` is raised.  It is prepared anew the next time.
    """
    if not is_direct(cursor):
        cursor.execute(text, values)
        return
    known = _known(cursor)
    if text not in known.prepared and not _prepare(cursor, text, known):
        cursor.execute(text, values)
        return
    try:
        cursor.execute(_execution(cursor, known.name_of(text), values))
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _FORGOTTEN:
            raise
        known.prepared.clear()
        known.forgotten += 1
        if connection.in_atomic_block:
            raise Forgotten from error
        cursor.execute(text, values)


def is_direct(cursor: Any) -> bool:
    """Whether the connection leads straight to PostgreSQL; asked once, and anew where it is opened anew."""
    return sql.is_postgresql() and _known(cursor).is_direct


def leads_to_the_server(driver: psycopg.Connection[Any], cursor: Any = None) -> bool:
    """Whether the backend that answers is the one that introduced itself to ``driver``, by its cursor or another's."""
    asked: Any = cursor or driver.cursor()
    asked.execute("SELECT pg_backend_pid()")
    (answering,) = asked.fetchone()
    return bool(answering == driver.info.backend_pid)


def _known(cursor: Any) -> _Known:
    driver = connection.connection
    known = _connections.get(driver)
    if known is None:
        known = _connections[driver] = _Known(is_direct=leads_to_the_server(driver, cursor))
    return known


def _prepare(cursor: Any, text: str, known: _Known) -> bool:
    if text not in known.met:
        known.met.add(text)
        return False
    if len(known.prepared) >= MOST:
        return False
    numbers = count(1)
    numbered = re.sub("%s|%%", lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", text)
    cursor.execute(f"PREPARE {known.name_of(text)} AS {numbered}")
    known.prepared.add(text)
    return True


def _execution(cursor: Any, name: str, values: Sequence[Any]) -> str:
    """With the values in it, each as the driver's own cursor would quote it.

    That one would split the text anew each time to find their places, since it remembers none with so many.
    """
    if not values:
        return f"EXECUTE {name}"
    driver = Transformer.from_context(cursor.cursor)
    quoted = b", ".join(b"NULL" if value is None else driver.as_literal(value) for value in values)
    return f"EXECUTE {name} ({quoted.decode(driver.encoding)})"


@lru_cache(maxsize=4 * MOST)
def _name(text: str) -> str:
    return f"booking_{blake2b(text.encode(), digest_size=16).hexdigest()}"
