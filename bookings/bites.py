"""Which limits bit, and how often: doctor and desk say so.

Noted by the door that refuses, after the transaction that the refusal rolled back.  Written at most once a second for
each limit and process, so a flood of refusals costs a statement a second; what the last second of a flood adds may
stay unwritten.
"""

from __future__ import annotations

import threading
import time
from datetime import datetime, timedelta

from django.db.models import QuerySet, Sum
from django.db.models.functions import Now

from bookings import database_clock, metrics
from bookings.limits import LIMITS, Limit
from bookings.models import RequestCount
from bookings.models.request_counts import BITES

KEPT = timedelta(hours=24)
BETWEEN_WRITES = 1.0
"""Seconds."""

_lock = threading.Lock()
_unwritten: dict[str, int] = {}
_written_at: dict[str, float] = {}


def note(name: str | None) -> None:
    """Count that the limit of that setting refused somebody; None for a refusal that no limit made.

    One that refused a test is not counted.
    """
    if name is None or not metrics.counts():
        return
    metrics.LIMITS.labels(name).inc()
    with _lock:
        _unwritten[name] = _unwritten.get(name, 0) + 1
        if time.monotonic() - _written_at.get(name, float("-inf")) < BETWEEN_WRITES:
            return
        amount, _written_at[name] = _unwritten.pop(name), time.monotonic()
    RequestCount.objects.add(f"{BITES}{name}", _hour(), amount)


def lately_noted() -> QuerySet[RequestCount]:
    """What was counted of limits within the last day; ``who`` tells which one."""
    return RequestCount.objects.filter(who__startswith=BITES, window__gt=Now() - KEPT)


def lately() -> list[tuple[Limit, int]]:
    """The limits that bit within the last day, and how often, the busiest first."""
    found = dict(lately_noted().values_list("who").annotate(Sum("count")).order_by())
    counted = [(limit, found.get(f"{BITES}{limit.setting}", 0)) for limit in LIMITS]
    return sorted([one for one in counted if one[1]], key=lambda one: -one[1])


def _hour() -> datetime:
    return database_clock.now().replace(minute=0, second=0, microsecond=0)
