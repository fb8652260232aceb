"""What this process counts of its own work, for Prometheus; what the database knows is asked there when it is wanted.

Where the operator switched metrics on, the numbers of a process are kept in files that all processes of a machine
share (see ``booking_site.metrics``); else in its memory, where nobody asks for them.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from prometheus_client import Counter, Histogram

_leaves_out: ContextVar[bool] = ContextVar("leaves_out", default=False)

BOOKINGS = Counter("booking_bookings", "Bookings that were made, by who made them", ["by"])
REFUSALS = Counter(
    "booking_refusals", "What the rules or the database refused, by the code of the reason", ["reason"]
)
LIMITS = Counter("booking_limits_bitten", "Requests that a limit refused, by its setting", ["limit"])
MESSAGES = Counter(
    "booking_messages", "Messages that a worker tried, by kind and by what came of it", ["kind", "outcome"]
)
WAKE_UPS = Counter(
    "booking_wake_ups",
    "Signals that something waits in the outbox: sent by this process, heard, failed",
    ["what"],
)
REQUESTS = Histogram(
    "booking_request_seconds",
    "From a request's arrival to its answer, by the name of its route",
    ["method", "route", "status"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5),
)


def leave_out() -> None:
    """Count nothing of what this call goes on to do: it is a test."""
    _leaves_out.set(True)


def counts() -> bool:
    return not _leaves_out.get()


@contextmanager
def counted_again_afterwards() -> Iterator[None]:
    """A thread counts the next call whatever became of this one."""
    try:
        yield
    finally:
        _leaves_out.set(False)
