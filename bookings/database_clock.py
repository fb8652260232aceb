"""The moment by the database's clock, which says what is due and what anybody may; a web machine's is for display.

Asking costs a round trip, so it is asked every few seconds and counted on from there by the process's own stopwatch,
which no setting of the machine's clock moves.  Where a row is read or written anyway, the statement asks by itself
(``Now()``, ``bookings.sql.now``).
"""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from bookings import sql

ASKED_EVERY = 10.0
"""Seconds."""
COARSE = timedelta(milliseconds=2)
"""SQLite tells rounded milliseconds and compares their text: what is written as due now would be due a moment later."""


@dataclass(frozen=True)
class _Answer:
    moment: datetime
    stopwatch: float
    """What the process's stopwatch showed at that moment, in seconds."""


_last: _Answer | None = None


def now() -> datetime:
    """The moment by the database's clock, to a few milliseconds; at most one query every ten seconds."""
    global _last  # noqa: PLW0603  # one answer a process
    answer = _last
    if answer is None or time.perf_counter() - answer.stopwatch > ASKED_EVERY:
        # Counted from when the answer came, so that it is never ahead of what a later statement finds.
        answer = _last = _Answer(sql.database_now() - COARSE, time.perf_counter())
    return answer.moment + timedelta(seconds=time.perf_counter() - answer.stopwatch)


def forget() -> None:
    """Ask anew at the next call."""
    global _last  # noqa: PLW0603
    _last = None


def drift() -> timedelta:
    """Return how far the database's clock is ahead of this machine's, to a few milliseconds; asked anew each time."""
    before = timezone.now()
    moment = sql.database_now()
    return moment - before - (timezone.now() - before) / 2
