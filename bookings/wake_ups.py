"""Saying that something was written to the outbox, so that nobody waits for the next look at it.

Only what is committed is said, and in a web process only once the answer is out: neither the transaction nor whoever
waits for the answer has any of it.  It is a hint.  The worker looks each second all the same, so that one that is lost
costs that second and nothing else.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

from django.core.signals import request_finished
from django.db import transaction

from bookings import in_flight

Hear = Callable[[], None]


class _Ear:
    """Who is told in this process, if anybody; threads that answer a request remember what they have to say."""

    def __init__(self) -> None:
        self.hear: Hear | None = None
        self.thread = threading.local()


_ear = _Ear()


def listen(hear: Hear) -> None:
    """Let ``hear`` be called whenever messages of this process were committed; it returns at once and raises nothing.

    One in each process; a second takes the first one's place.
    """
    _ear.hear = hear
    request_finished.connect(_answered)


def stop_listening() -> None:
    _ear.hear = None
    request_finished.disconnect(_answered)


def written() -> None:
    """Messages were added in the open transaction: say so when it is committed and answered."""
    if _ear.hear is not None:
        transaction.on_commit(_committed, robust=True)


def _committed() -> None:
    if in_flight.answers_here():
        _ear.thread.has_news = True
    elif _ear.hear is not None:
        _ear.hear()


def _answered(**_about: Any) -> None:
    """The server has sent the whole answer and closes it."""
    if getattr(_ear.thread, "has_news", False):
        _ear.thread.has_news = False
        if _ear.hear is not None:
            _ear.hear()
