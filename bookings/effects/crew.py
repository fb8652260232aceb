"""The threads that send: a few for each lane, so that no kind of message waits for another."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import structlog
from django.db import InterfaceError, InternalError, OperationalError, close_old_connections, connections

from bookings.effects.outbox import Handler, Sender
from bookings.models.outbox import DELIVERY, TEST_DELIVERY, TEST_WEBHOOK, WEBHOOK

PAUSE_SECONDS = 1.0  # how long an empty outbox is left alone
DATABASE_PAUSE_SECONDS = 2.0
BESIDE_WIDTH = 2
PATIENCE_SECONDS = 5.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Kinds that share ``width`` threads."""

    name: str
    kinds: tuple[str, ...]
    width: int


# Mails and reminders go to the one mail server; calls go to anybody, slow ones among them.
LANES = (
    Lane(name="mail", kinds=("mail", "links", "staff_link", "staff_notice", "reminder"), width=3),
    Lane(name="sms", kinds=("sms", "link_text"), width=2),
    Lane(name="webhook", kinds=(WEBHOOK, TEST_WEBHOOK), width=1),
    Lane(name="delivery", kinds=(DELIVERY, TEST_DELIVERY), width=4),
    Lane(name="calendar", kinds=("calendar",), width=2),
)


class _Hands:
    """The threads of one lane.  Of the idle ones one looks for messages, and the others wait for their turn."""

    def __init__(self, lane: Lane, handlers: Mapping[str, Handler], stopping: threading.Event) -> None:
        self.stopping = stopping
        self.sender = Sender({kind: handlers[kind] for kind in lane.kinds})
        self.turn = threading.Lock()
        self.has_news = threading.Event()
        """A target is free again, something was written, or the end was asked for: whoever looks waits no longer."""

    def send_one(self) -> None:
        """Send the next message; where there is none, come back after a while."""
        with self.turn:
            self.has_news.clear()
            message = None if self.stopping.is_set() else self.sender.take()
            if message is None and not self.stopping.is_set():
                self.has_news.wait(PAUSE_SECONDS)
        if message is not None:
            try:
                self.sender.send(message)
            finally:
                self.has_news.set()


class Crew:
    """All lanes' threads.  ``stop`` ends them after the message that each is sending.

    ``beside`` has other work, by name: each does one piece and tells whether there was any.  It may last, and whoever
    stops waits for it no longer than ``PATIENCE_SECONDS``: what is cut off there is done again.
    """

    def __init__(
        self, handlers: Mapping[str, Handler], *, beside: Mapping[str, Callable[[], bool]] | None = None
    ) -> None:
        self.stopping = threading.Event()
        self.failed = threading.Event()
        """A thread met a fault of ours: the process ends, to be started again."""
        self._hands = {lane: _Hands(lane, handlers, self.stopping) for lane in LANES}
        self._threads = [
            threading.Thread(target=self._serve, args=[hands.send_one], name=f"{lane.name}-{number}")
            for lane, hands in self._hands.items()
            for number in range(lane.width)
        ]
        self._beside = [
            threading.Thread(
                target=self._serve, args=[partial(self._do, work)], name=f"{name}-{number}", daemon=True
            )
            for name, work in (beside or {}).items()
            for number in range(BESIDE_WIDTH)
        ]

    def start(self) -> None:
        for thread in (*self._threads, *self._beside):
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        self.wake()
        for thread in self._threads:
            thread.join()
        for thread in self._beside:
            thread.join(PATIENCE_SECONDS)

    def wake(self) -> None:
        """Look for messages now and not at the next second; from whatever thread, and at once."""
        for hands in self._hands.values():
            hands.has_news.set()

    def _do(self, work: Callable[[], bool]) -> None:
        if not work():
            self.stopping.wait(PAUSE_SECONDS)

    def _serve(self, do_one: Callable[[], None]) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    do_one()
                except (OperationalError, InterfaceError, InternalError):
                    log.exception("database_unavailable")
                    self.stopping.wait(DATABASE_PAUSE_SECONDS)
                finally:
                    close_old_connections()
        except BaseException:
            log.exception("sending_failed", thread=threading.current_thread().name)
            self.failed.set()
            self.stopping.set()
            raise
        finally:
            connections.close_all()
