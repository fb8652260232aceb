"""The number under which a request, and the messages that follow from it, are found in the logs."""

from __future__ import annotations

from contextvars import ContextVar
from uuid import UUID

from structlog.types import EventDict, WrappedLogger

NAME = "request_id"
_current: ContextVar[UUID | None] = ContextVar(NAME, default=None)

follow = _current.set
"""Let the thread work for that request from now on (None: for none); returns what ``leave`` takes."""
leave = _current.reset
"""Go on with what the thread was working for before."""


def current() -> UUID | None:
    """Return for which request this thread is working; None where for none."""
    return _current.get()


def add_to_line(logger: WrappedLogger, method: str, event: EventDict) -> EventDict:
    """structlog's processor: each line that is logged meanwhile names the request."""
    if (number := _current.get()) is not None:
        event.setdefault(NAME, str(number))
    return event
