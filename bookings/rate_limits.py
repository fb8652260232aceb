"""How many requests a key or an address makes in a minute, and when that is too many.

Requests are counted in the process and added to one row by an atomic upsert at most once a second, so a limit costs
a busy key one statement a second; several processes may together pass it by what they see within that second.
Where REDIS_URL is set every request is counted there at once.  Call it outside the request's transaction.
"""

import threading
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db.models.functions import Now
from django.http import HttpRequest

from bookings import database_clock, limits
from bookings.client_address import client_network
from bookings.errors import TooManyBookings
from bookings.models import RequestCount

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
BOOKED = "booked:"
BETWEEN_WRITES = timedelta(seconds=1)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """What has been used of a limit in the present minute."""

    limit: int
    count: int
    """With the request that asked."""
    resets_in: int
    """Whole seconds until the next minute begins, at least 1."""

    @property
    def remaining(self) -> int:
        return max(0, self.limit - self.count)

    @property
    def exceeded(self) -> bool:
        return self.count > self.limit


@dataclass
class _Window:
    begins: datetime
    known: int = 0
    """The sum in the database after our last write."""
    unwritten: int = 0
    being_written: int = 0
    written_at: datetime | None = None

    @property
    def count(self) -> int:
        return self.known + self.being_written + self.unwritten


class Counter:
    """Counts by ``who`` in this process, and all processes' sum as of the last write."""

    def __init__(self) -> None:
        self._windows: dict[str, _Window] = {}
        self._minute: datetime | None = None
        self._lock = threading.Lock()

    def add(self, who: str, now: datetime) -> int:
        """Count one request and return how many there were in the minute of ``now``."""
        with self._lock:
            window = self._window(who, now)
            window.unwritten += 1
            if window.written_at is not None and now - window.written_at < BETWEEN_WRITES:
                return window.count
            amount, window.unwritten = window.unwritten, 0
            window.being_written += amount
            window.written_at = now
        known = RequestCount.objects.add(who, window.begins, amount)
        with self._lock:
            window.known = max(known, window.known)
            window.being_written -= amount
            return window.count

    def _window(self, who: str, now: datetime) -> _Window:
        minute = now.replace(second=0, microsecond=0)
        if minute != self._minute:
            self._windows.clear()
            self._minute = minute
        return self._windows.setdefault(who, _Window(minute))


counter = Counter()


def spend(who: str, limit: int, now: datetime | None = None) -> Usage | None:
    """Count a request of ``who`` and return what is used of ``limit`` a minute, or None where 0 switches it off."""
    if not limit:
        return None
    now = now or database_clock.now()
    count = _count_in_redis(who, now) if settings.REDIS_URL else None
    if count is None:
        count = counter.add(who, now)
    return Usage(limit=limit, count=count, resets_in=max(1, 60 - now.second))


def spend_by_address(request: HttpRequest, now: datetime | None = None) -> Usage | None:
    """The same for the visitor's address: pages, widget keys, and whoever has no valid key."""
    return spend(f"address:{client_network(request)}", limits.REQUESTS_PER_ADDRESS.value, now)


def check_bookings(digest: str) -> None:
    """Raise ``TooManyBookings`` where a network address (its digest; empty: never) booked as often as it may."""
    limit = limits.BOOKINGS_PER_ADDRESS
    if not (limit.value and digest):
        return
    lately = RequestCount.objects.filter(who=BOOKED + digest, window__gt=Now() - HOUR)
    windows = list(lately.order_by("window").values_list("window", "count"))
    if limit.passed_by(sum(count for _window, count in windows) + 1):
        left = int((windows[0][0] + HOUR - database_clock.now()).total_seconds())
        raise TooManyBookings(limit=limit.setting, seconds=max(1, left))


def note_booking(digest: str) -> None:
    """Count a booking that was made from a network address."""
    if limits.BOOKINGS_PER_ADDRESS.value and digest:
        minute = database_clock.now().replace(second=0, microsecond=0)
        RequestCount.objects.add(BOOKED + digest, minute, 1)


def _count_in_redis(who: str, now: datetime) -> int | None:
    """None where Redis does not answer: then the database counts."""
    from bookings import redis_counts  # noqa: PLC0415  # eight megabytes a process, for sites that have one

    return redis_counts.add(settings.REDIS_URL, who, now)
