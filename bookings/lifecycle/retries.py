"""Two requests that meet at one row may leave the database no order to put them in; then one tries once more."""

from __future__ import annotations

import functools
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction

from bookings.errors import Conflict

P = ParamSpec("P")
R = TypeVar("R")

# serialization_failure and deadlock_detected of PostgreSQL; the text is SQLite's.
SQLSTATES = {"40001", "40P01"}
SQLITE_BUSY = "database is locked"


def verb(function: Callable[P, R]) -> Callable[P, R]:
    """Run in one transaction; what fails to serialise is tried once more, then ``Conflict`` is raised.

    Inside somebody else's transaction there is nothing to try again: the failure has ended it.
    """

    @functools.wraps(function)
    def attempted(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        for last_try in (False, True):
            try:
                with transaction.atomic():
                    return function(*args, **kwargs)
            except OperationalError as error:
                if not _lost_a_race(error):
                    raise
                if last_try or not outermost:
                    raise Conflict from error
        raise Conflict

    return attempted


def _lost_a_race(error: OperationalError) -> bool:
    return getattr(error.__cause__, "sqlstate", None) in SQLSTATES or SQLITE_BUSY in str(error)
