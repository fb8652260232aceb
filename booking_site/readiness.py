"""Whether this process can do its work: read, write, know the schema, and agree with the database about the time."""

from __future__ import annotations

import tempfile
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from django.db import Error, connection, transaction
from django.utils import timezone

from bookings import database_clock, sql
from bookings.migration_state import unapplied
from bookings.models import RequestCount
from bookings.release_floor import ReleaseTooOld, refuse_too_old

TRIED_EVERY = 10.0
"""Seconds for which the answer of a try that writes is kept."""
MOST_DRIFT = timedelta(minutes=5)
PROBE = "readyz"
PROBE_BYTES = 64 * 1024


def no_database() -> Iterator[str]:
    """Asked each time."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except Error:
        yield "no database"


def not_writable() -> Iterator[str]:
    """An insert that is rolled back; beside SQLite's file, which an insert reaches at its commit only, also bytes."""
    try:
        with transaction.atomic():
            RequestCount.objects.add(PROBE, timezone.now(), 1)
            transaction.set_rollback(True)
        if not sql.is_postgresql():
            _write_beside(Path(connection.settings_dict["NAME"]))
    except (Error, OSError):
        yield "the database takes no writes"


def not_migrated() -> Iterator[str]:
    """A database that is newer than this release is no reason."""
    if waiting := unapplied(connection):
        yield f"{len(waiting)} migrations wait, the first is {waiting[0]}"


def too_old() -> Iterator[str]:
    """The database's floor, which a newer release may raise while this one runs."""
    try:
        refuse_too_old(connection)
    except ReleaseTooOld as error:
        yield str(error)


def clocks_apart() -> Iterator[str]:
    drift = abs(database_clock.drift())
    if drift >= MOST_DRIFT:
        yield f"this machine's clock and the database's differ by {drift.total_seconds():.0f} s"


def _write_beside(database: Path) -> None:
    """Raises ``OSError`` on a full or read-only disk."""
    if database.exists():  # a database in memory has no disk
        with tempfile.TemporaryFile(dir=database.parent, buffering=0) as probe:
            if probe.write(b"\0" * PROBE_BYTES) < PROBE_BYTES:
                raise OSError


DEEP_CHECKS = (not_writable, not_migrated, too_old, clocks_apart)
"""What is kept for ``TRIED_EVERY``: each yields what is wrong, in words that tell nothing secret."""


class Readiness:
    """Asks, and remembers the dearer answers; one a process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._tried_at = float("-inf")
        self._found: list[str] = []

    def wrong(self) -> list[str]:
        """Return why this process cannot serve; empty where it can."""
        if found := list(no_database()):
            return found
        with self._lock:
            if time.monotonic() - self._tried_at >= TRIED_EVERY:
                self._found = _deep()
                self._tried_at = time.monotonic()
            return self._found


def _deep() -> list[str]:
    try:
        return [words for check in DEEP_CHECKS for words in check()]
    except Error:
        return ["no database"]
