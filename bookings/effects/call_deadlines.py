"""A total deadline for a call to another server: a time-out for each read lets a peer drip for ever."""

from __future__ import annotations

import os
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from contextvars import ContextVar

from django.utils.translation import gettext_noop

OVER = gettext_noop("The server did not answer in time.")


class Deadline:
    """Shuts the connections that it watches once its time is over; whoever waits on one then gets an ``OSError``.

    What it shuts is a duplicate of the connection's descriptor, so that it does not matter whether TLS was put round
    the connection meanwhile.
    """

    def __init__(self, seconds: float) -> None:
        self.is_over = False
        self._lock = threading.Lock()
        self._duplicates: list[socket.socket] = []
        self._timer = self._started(seconds)

    def prolong(self, seconds: float) -> None:
        """Let it be over so many seconds from now, unless it is over."""
        self._timer.cancel()
        self._timer = self._started(seconds)

    def _started(self, seconds: float) -> threading.Timer:
        timer = threading.Timer(seconds, self.end)
        timer.daemon = True
        timer.start()
        return timer

    def watch(self, connection: socket.socket) -> None:
        duplicate = socket.socket(fileno=os.dup(connection.fileno()))
        with self._lock:
            self._duplicates.append(duplicate)
            if self.is_over:
                _shut(duplicate)

    @property
    def has_connection(self) -> bool:
        with self._lock:
            return bool(self._duplicates)

    def end(self) -> None:
        with self._lock:
            self.is_over = True
            for duplicate in self._duplicates:
                _shut(duplicate)

    def forget(self) -> None:
        self._timer.cancel()
        with self._lock:
            for duplicate in self._duplicates:
                duplicate.close()
            self._duplicates.clear()


_present: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


@contextmanager
def deadline(seconds: float) -> Iterator[Deadline]:
    """Within it, connections that are handed to ``watch`` end after so many seconds at the latest."""
    within = Deadline(seconds)
    token = _present.set(within)
    try:
        yield within
    finally:
        _present.reset(token)
        within.forget()


def watch(connection: socket.socket) -> None:
    """Hand a new connection to the deadline that holds at present, if one does."""
    within = _present.get()
    if within is not None:
        within.watch(connection)


def prolong(seconds: float) -> None:
    """Let the deadline that holds at present, if one does, be over so many seconds from now."""
    within = _present.get()
    if within is not None:
        within.prolong(seconds)


def _shut(connection: socket.socket) -> None:
    with suppress(OSError):  # the other side was faster
        connection.shutdown(socket.SHUT_RDWR)
