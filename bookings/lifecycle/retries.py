"""Trying once more what failed for a reason that is gone the next time; one place knows all such reasons.

Whoever opens the outermost transaction tries again: a verb, an idempotent request, a bulk. Inside somebody else's
transaction there is nothing to try, since the failure has ended it or has to end it.

A verb that writes by one statement needs no transaction around it: the statement is one (``alone_where``).
"""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.db import DatabaseError, IntegrityError, connection, transaction
from django.db.transaction import TransactionManagementError

from bookings import configuration, metrics, prepared
from bookings.constraints import violated
from bookings.errors import BookingError, Conflict
from bookings.models import Booking

P = ParamSpec("P")
R = TypeVar("R")

# serialization_failure and deadlock_detected of PostgreSQL; the text is SQLite's.
SQLSTATES = {"40001", "40P01"}
SQLITE_BUSY = "database is locked"
MOST_OVERDUE = 8
"""How often one request makes way for automatic actions: one may follow another, and each is a transaction."""

_is_ours: ContextVar[bool] = ContextVar("a transaction that is tried again is open", default=False)
_is_within_a_verb: ContextVar[bool] = ContextVar(
    "a verb calls another, and only its own refusal counts", default=False
)


class Overdue(Exception):
    """An automatic action was due before the one that is asked for; ``play`` plays it, in its own transaction."""

    def __init__(self, play: Callable[[], None]) -> None:
        super().__init__()
        self.play = play


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction, and once more where ``in_one_transaction`` does; count why it refused."""
    return alone_where(lambda *_args, **_kwargs: False)(function)


def alone_where(is_one_statement: Callable[..., bool]) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """A ``verb`` that runs in no transaction where ``is_one_statement`` tells of its arguments that it writes once.

    That saves two ways to the database of four.  Where it turns out to lock rows, which needs a transaction and comes
    before it writes, it is begun anew in one; in somebody else's transaction it is a part of that.
    """

    def decorated(function: Callable[P, R]) -> Callable[P, R]:
        @functools.wraps(function)
        def attempted(*args: P.args, **kwargs: P.kwargs) -> R:
            def do() -> R:
                return function(*args, **kwargs)

            if _is_within_a_verb.get():
                return in_one_transaction(do)
            token = _is_within_a_verb.set(True)
            try:
                return in_one_transaction(do, alone=is_one_statement(*args, **kwargs))
            except BookingError as refusal:
                if metrics.counts():
                    metrics.REFUSALS.labels(refusal.code).inc()
                raise
            finally:
                _is_within_a_verb.reset(token)

        return attempted

    return decorated


def in_one_transaction(do: Callable[[], R], *, alone: bool = False) -> R:
    """Return what ``do`` returns.  It is done once more, from its beginning, where the database left two transactions
    no order to be put in, where it forgot what it had prepared, and where a reference was drawn that another booking
    has; and again each time that an automatic action came first, ``MOST_OVERDUE`` times at most.  Then ``Conflict`` is
    raised.  ``alone`` see ``alone_where``.
    """
    if _is_ours.get():
        return _inside(do)
    token = _is_ours.set(True)
    try:
        return _until_done(do, alone=alone)
    finally:
        _is_ours.reset(token)


def _until_done(do: Callable[[], R], *, alone: bool) -> R:
    is_outermost = not connection.in_atomic_block
    attempt = _alone if alone and is_outermost else _inside
    overdue, may_conflict = 0, is_outermost
    while True:
        try:
            return attempt(do)
        except Overdue as due:
            overdue += 1
            if overdue > MOST_OVERDUE:
                raise Conflict from due
            due.play()
        except Conflict:
            if not may_conflict:
                raise
            may_conflict = False
        attempt = _inside


def _alone(do: Callable[[], R]) -> R:
    try:
        return _within(nullcontext(), do)
    except TransactionManagementError:  # it has rows to lock
        return _inside(do)


def _inside(do: Callable[[], R]) -> R:
    return _within(transaction.atomic(), do)


def _within(around: AbstractContextManager[Any], do: Callable[[], R]) -> R:
    try:
        with configuration.trust(it=False), around:
            return do()
    except DatabaseError as error:
        if not _is_gone_next_time(error):
            raise
        raise Conflict from error


def _is_gone_next_time(error: DatabaseError) -> bool:
    if isinstance(error, prepared.Forgotten):
        return True
    if isinstance(error, IntegrityError):  # two bookings drew the same one, which each draws anew
        return violated(error, Booking, "references_are_unique")
    return getattr(error.__cause__, "sqlstate", None) in SQLSTATES or SQLITE_BUSY in str(error)
