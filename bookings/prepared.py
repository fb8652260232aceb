"""Statements that PostgreSQL keeps prepared, on connections that lead straight to it.

A pooler gives each transaction another backend, on which another client may have prepared something under the same
name, and then the other's statement runs without an error. So each connection is asked once whether the backend that
answers is the one that introduced itself when it was opened. Behind a pooler it is not, and the same text goes
unprepared. A statement is named after its text besides: no other has its name.

What is prepared is run by its name through libpq, its values beside it: as texts in the statement they would be quoted
here and parsed there, a hundred and thirty for a booking. Django's cursor stands around it, for its log and its errors.

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
from types import SimpleNamespace
from typing import Any, NamedTuple

import psycopg
from django.db import DatabaseError
from psycopg.adapt import PyFormat, Transformer
from psycopg.generators import execute as sent
from psycopg.pq import ExecStatus

from bookings import sql

_FORGOTTEN = frozenset({"26000", "0A000"})
"""The SQLSTATEs of a statement that is not prepared, or whose columns have other types than when it was."""
_PLACE = "prepared_by_bookings"
_GOOD = frozenset({ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK})
MOST = 50
"""So many statements are prepared on one connection; each keeps its plan in the backend."""


class Forgotten(DatabaseError):
    """What was prepared is so no longer, and the transaction has ended with that."""


class Answer(NamedTuple):
    rows: list[tuple[Any, ...]]
    affected: int
    """How many rows were selected, written or deleted."""

    @property
    def first(self) -> tuple[Any, ...] | None:
        return self.rows[0] if self.rows else None


@dataclass
class _Known:
    """What is known of one of the driver's connections; it is kept there, and forgotten with it."""

    is_direct: bool
    adapts: Any
    """How values go to the server and come back, as Django set it up; it looks each type up once."""
    met: set[str] = field(default_factory=set)
    prepared: set[str] = field(default_factory=set)
    forgotten: int = 0
    """How often all were given up; the names that they have later say it, since some may be there still."""

    def name_of(self, text: str) -> str:
        return f"{_name(text)}_{self.forgotten}"


def run(text: str, values: Sequence[Any] = ()) -> Answer:
    """Run a statement, ``%s`` in the place of each value; on PostgreSQL it is prepared from its second time on.

    The text has to say of what type a value is, where PostgreSQL could not tell: a name knows no types.  Where
    somebody deallocated what was prepared, or altered a column of it, it runs unprepared; in a transaction, which the
    error has ended, ``Forgotten`` is raised.  It is prepared anew the next time.
    """
    itself: Any = sql.connection_itself()
    known = _known(itself) if sql.is_postgresql() else None
    if known is None or not known.is_direct or not _is_prepared(itself, known, text):
        return _by_text(itself, text, values)
    try:
        return _by_name(itself, known, text, values)
    except DatabaseError as error:
        if getattr(error.__cause__, "sqlstate", None) not in _FORGOTTEN:
            raise
        known.prepared.clear()
        known.forgotten += 1
        if itself.in_atomic_block:
            raise Forgotten from error
        return _by_text(itself, text, values)


def is_direct() -> bool:
    """Whether the connection leads straight to PostgreSQL; asked once, and anew where it is opened anew."""
    return sql.is_postgresql() and _known(sql.connection_itself()).is_direct


def leads_to_the_server(driver: psycopg.Connection[Any], cursor: Any = None) -> bool:
    """Whether the backend that answers is the one that introduced itself to ``driver``, by its cursor or another's."""
    asked: Any = cursor or driver.cursor()
    asked.execute("SELECT pg_backend_pid()")
    (answering,) = asked.fetchone()
    return bool(answering == driver.info.backend_pid)


def _known(itself: Any) -> _Known:
    itself.close_if_health_check_failed()  # as Django does before each cursor
    itself.ensure_connection()
    driver = itself.connection
    known: _Known | None = vars(driver).get(_PLACE)
    if known is None:
        with itself.cursor() as cursor:
            is_direct = leads_to_the_server(driver, cursor)
        known = vars(driver)[_PLACE] = _Known(is_direct, Transformer.from_context(driver))
    return known


def _by_text(itself: Any, text: str, values: Sequence[Any]) -> Answer:
    with itself.cursor() as cursor:
        cursor.execute(text, values)
        return Answer(cursor.fetchall() if cursor.description else [], cursor.rowcount)


def _is_prepared(itself: Any, known: _Known, text: str) -> bool:
    """It is, or becomes so now."""
    if text in known.prepared:
        return True
    if text not in known.met:
        known.met.add(text)
        return False
    if len(known.prepared) >= MOST:
        return False
    numbers = count(1)
    numbered = re.sub("%s|%%", lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", text)
    with itself.cursor() as cursor:
        cursor.execute(f"PREPARE {known.name_of(text)} AS {numbered}")
    known.prepared.add(text)
    return True


def _by_name(itself: Any, known: _Known, text: str, values: Sequence[Any]) -> Answer:
    execution = _Execution(itself.connection, known.adapts, known.name_of(text))
    around = itself.make_debug_cursor if itself.queries_logged else itself.make_cursor
    around(execution).execute(text, values)
    return execution.answer


class _Execution:
    """What Django's cursor takes for the driver's, for one execution of what is prepared under a name."""

    answer: Answer
    text: str = ""
    values: Sequence[Any] = ()

    def __init__(self, driver: psycopg.Connection[Any], adapts: Any, name: str) -> None:
        self.driver, self.adapts, self.name = driver, adapts, name

    def execute(self, text: str, values: Sequence[Any]) -> None:
        self.text, self.values = text, values
        given = self.adapts.dump_sequence(values, [PyFormat.TEXT] * len(values))
        with self.driver.lock:
            result = self.driver.wait(self._sent(given))
        if result.status not in _GOOD:
            raise psycopg.errors.error_from_result(result, self.driver.info.encoding)
        self.adapts.set_pgresult(result)
        self.answer = Answer(self.adapts.load_rows(0, result.ntuples, tuple), result.command_tuples or 0)
        self.adapts.set_pgresult(None)  # the connection keeps what it adapts by, and no answer

    def _sent(self, given: Sequence[Any]) -> Any:
        yield from self.driver._start_query()  # noqa: SLF001  # its BEGIN, where a transaction is to be opened
        self.driver.pgconn.send_query_prepared(self.name.encode(), given)
        (result,) = yield from sent(self.driver.pgconn)
        return result

    @property
    def _query(self) -> SimpleNamespace:
        """What Django's log of queries reads from the driver's cursor."""
        return SimpleNamespace(
            query=psycopg.ClientCursor(self.driver).mogrify(self.text, self.values).encode()
        )


@lru_cache(maxsize=4 * MOST)
def _name(text: str) -> str:
    return f"booking_{blake2b(text.encode(), digest_size=16).hexdigest()}"
