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

from django.db import ProgrammingError, connection

from bookings import sql

GONE = "26000"
"""The SQLSTATE of a prepared statement that does not exist."""
MOST = 50
"""So many statements are prepared on one connection; each keeps its plan in the backend."""


@dataclass
class _Known:
    """What is known of one connection; it is forgotten with it."""

    is_direct: bool
    met: set[str] = field(default_factory=set)
    prepared: set[str] = field(default_factory=set)


_connections: WeakKeyDictionary[Any, _Known] = WeakKeyDictionary()


def execute(cursor: Any, text: str, values: Sequence[Any]) -> None:
    """Run a statement, ``%s`` in the place of each value, by Django's cursor; prepared from its second time on.

    The text has to say of what type a value is, where PostgreSQL could not tell: a name knows no types.  Where
    somebody deallocated what was prepared, the error of PostgreSQL is raised (``GONE``), and it is prepared anew the
    next time.
    """
    if not is_direct(cursor):
        cursor.execute(text, values)
        return
    known = _known(cursor)
    if text not in known.prepared and not _prepare(cursor, text, known):
        cursor.execute(text, values)
        return
    try:
        cursor.execute(_execution(text, len(values)), values)
    except ProgrammingError as error:
        if getattr(error.__cause__, "sqlstate", None) == GONE:
            known.prepared.clear()
        raise


def is_direct(cursor: Any) -> bool:
    """Whether the connection leads straight to PostgreSQL; asked once, and anew where it is opened anew."""
    return sql.is_postgresql() and _known(cursor).is_direct


def _known(cursor: Any) -> _Known:
    driver = connection.connection
    known = _connections.get(driver)
    if known is None:
        cursor.execute("SELECT pg_backend_pid()")
        (answering,) = cursor.fetchone()
        known = _connections[driver] = _Known(is_direct=answering == driver.info.backend_pid)
    return known


def _prepare(cursor: Any, text: str, known: _Known) -> bool:
    if text not in known.met:
        known.met.add(text)
        return False
    if len(known.prepared) >= MOST:
        return False
    numbers = count(1)
    numbered = re.sub("%s|%%", lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", text)
    cursor.execute(f"PREPARE {_name(text)} AS {numbered}")
    known.prepared.add(text)
    return True


@lru_cache(maxsize=4 * MOST)
def _execution(text: str, amount: int) -> str:
    marks = ", ".join(["%s"] * amount)
    return f"EXECUTE {_name(text)} ({marks})"


def _name(text: str) -> str:
    return f"booking_{blake2b(text.encode(), digest_size=16).hexdigest()}"
