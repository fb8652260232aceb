"""The threads that send: a few for each lane, so that no kind of message waits for another."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass

import structlog
from django.db import InterfaceError, OperationalError, close_old_connections, connections

from bookings.effects.outbox import Handler, Sender

PAUSE_SECONDS = 1.0  # how long an empty outbox is left alone
DATABASE_PAUSE_SECONDS = 2.0

log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class Lane:
    """Kinds that share ``width`` threads."""

    name: str
    kinds: tuple[str, ...]
    width: int


# Mails and reminders go to the one mail server; calls go to anybody, slow ones among them.
LANES = (
    Lane(name="mail", kinds=("mail", "links", "staff_link", "reminder"), width=3),
    Lane(name="webhook", kinds=("webhook",), width=1),
    Lane(name="delivery", kinds=("delivery",), width=4),
)


class _Hands:
    """The threads of one lane.  Of the idle ones one looks for messages, and the others wait for their turn."""

    def __init__(self, lane: Lane, handlers: Mapping[str, Handler], stopping: threading.Event) -> None:
        self.stopping = stopping
        self.sender = Sender({kind: handlers[kind] for kind in lane.kinds})
        self.turn = threading.Lock()
        self.has_news = threading.Event()
        """A target is free again, or the end was asked for: whoever looks need not wait any longer."""

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
    """All lanes' threads.  ``stop`` ends them after the message that each is sending."""

    def __init__(self, handlers: Mapping[str, Handler]) -> None:
        self.stopping = threading.Event()
        self.failed = threading.Event()
        """A thread met a fault of ours: the process ends, to be started again."""
        self._hands = {lane: _Hands(lane, handlers, self.stopping) for lane in LANES}
        self._threads = [
            threading.Thread(target=self._serve, args=[hands], name=f"{lane.name}-{number}")
            for lane, hands in self._hands.items()
            for number in range(lane.width)
        ]

    def start(self) -> None:
        for thread in self._threads:
            thread.start()

    def stop(self) -> None:
        self.stopping.set()
        for hands in self._hands.values():
            hands.has_news.set()
        for thread in self._threads:
            thread.join()

    def _serve(self, hands: _Hands) -> None:
        try:
            while not self.stopping.is_set():
                try:
                    hands.send_one()
                except (OperationalError, InterfaceError):
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
