"""Wake-ups from one process to another by PostgreSQL's NOTIFY, each side in a thread with a connection of its own.

A pooler may hand on what was sent and never what was listened for, so both sides ask first whether their connection
leads straight to PostgreSQL (``bookings.prepared``), and behind a pooler do nothing.  SQLite has nothing like it.
Whatever fails here is tried again, less and less often: the worker looks each second by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import psycopg
import structlog
from django.db import DEFAULT_DB_ALIAS, connections

from bookings import metrics, prepared, sql

CHANNEL = "booking_outbox"
BETWEEN_SECONDS = 0.1
"""Between two signals of one process."""
IDLE_SECONDS = 60.0
"""After so long without one its thread and its connection end, until there is another."""
FIRST_REST_SECONDS, LONGEST_REST_SECONDS = 1.0, 300.0
CONNECT_SECONDS = 5
HEARING_SECONDS = 0.5
"""How soon the listening thread sees that it is to end."""

log = structlog.get_logger(__name__)


class NotDirect(Exception):
    """A pooler stands before the server."""


def connect() -> psycopg.Connection[Any]:
    """A new connection to the site's database, in autocommit; raises ``NotDirect`` or ``psycopg.Error``."""
    parameters = connections[DEFAULT_DB_ALIAS].get_connection_params()
    fitting = {"connect_timeout": CONNECT_SECONDS} | parameters | {"autocommit": True}
    driver: psycopg.Connection[Any] = psycopg.connect(**fitting)
    if not prepared.leads_to_the_server(driver):
        driver.close()
        raise NotDirect
    return driver


class _Rests:
    """How long to leave the server alone after failures in a row."""

    def __init__(self) -> None:
        self._length = 0.0

    def failed(self, error: Exception) -> float:
        metrics.WAKE_UPS.labels("failed").inc()
        if isinstance(error, NotDirect):
            self._length = LONGEST_REST_SECONDS
        else:
            self._length = min(max(self._length * 2, FIRST_REST_SECONDS), LONGEST_REST_SECONDS)
        log.info("wake_ups_rest", seconds=self._length, reason=type(error).__name__)
        return self._length

    def succeeded(self) -> None:
        self._length = 0.0


class Notifier:
    """Sends wake-ups from a thread that is there only while there are some; ``notify`` returns at once.

    However many are asked for, one is sent in ``BETWEEN_SECONDS``.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._asked = threading.Event()
        self._stopping = threading.Event()
        self._thread: threading.Thread | None = None

    def notify(self) -> None:
        if not sql.is_postgresql():
            return
        with self._lock:
            if self._stopping.is_set():
                return
            self._asked.set()
            if self._thread is None:
                thread = threading.Thread(target=self._run, name="wake-ups", daemon=True)
                try:
                    thread.start()
                except RuntimeError:  # the machine has no thread left; the next one tries again
                    log.exception("wake_ups_without_a_thread")
                    return
                self._thread = thread

    def stop(self) -> None:
        """End the thread and its connection; what was asked for and not sent yet is found by the worker's own look."""
        with self._lock:
            self._stopping.set()
            self._asked.set()
            thread = self._thread
        if thread is not None:
            thread.join(CONNECT_SECONDS)

    def _run(self) -> None:
        driver: psycopg.Connection[Any] | None = None
        rests = _Rests()
        try:
            while self._is_asked():
                self._asked.clear()
                try:
                    driver = driver or connect()
                    driver.execute("SELECT pg_notify(%s, '')", [CHANNEL])
                except (psycopg.Error, OSError, NotDirect) as error:
                    _close(driver)
                    driver = None
                    self._stopping.wait(rests.failed(error))
                else:
                    metrics.WAKE_UPS.labels("sent").inc()
                    rests.succeeded()
                    self._stopping.wait(BETWEEN_SECONDS)
        finally:
            _close(driver)

    def _is_asked(self) -> bool:
        """Wait for the next; False where the thread is to end, which then nobody counts on any more."""
        self._asked.wait(IDLE_SECONDS)
        with self._lock:
            if self._asked.is_set() and not self._stopping.is_set():
                return True
            self._thread = None
            return False


class Listener:
    """Calls ``wake`` at each signal of other processes, from a thread of its own; ``wake`` returns at once."""

    def __init__(self, wake: Callable[[], None]) -> None:
        self._wake = wake
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._run, name="wake-ups-heard", daemon=True)

    def start(self) -> None:
        if sql.is_postgresql():
            self._thread.start()

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(CONNECT_SECONDS)

    def _run(self) -> None:
        rests = _Rests()
        while not self._stopping.is_set():
            try:
                with connect() as driver:
                    driver.execute(f"LISTEN {CHANNEL}")
                    rests.succeeded()
                    self._wake()  # nobody heard what was said before
                    self._hear(driver)
            except (psycopg.Error, OSError, NotDirect) as error:
                self._stopping.wait(rests.failed(error))

    def _hear(self, driver: psycopg.Connection[Any]) -> None:
        while not self._stopping.is_set():
            for _signal in driver.notifies(timeout=HEARING_SECONDS):
                metrics.WAKE_UPS.labels("heard").inc()
                self._wake()


def _close(driver: psycopg.Connection[Any] | None) -> None:
    if driver is not None:
        driver.close()
