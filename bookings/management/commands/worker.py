"""``manage.py worker``: sends what follows a commit, plays the clock's actions and removes what has had its time."""

import signal
import time
from functools import partial
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from bookings.api.responses.webhooks import webhook_payload
from bookings.effects import finding, mail, reminders, webhooks
from bookings.effects.outbox import Handler, Sender
from bookings.housekeeping import sweep
from bookings.lifecycle import play_due

TICK_SECONDS = 0.2  # how soon a signal is heard
PAUSE_SECONDS = 1.0  # how long an empty outbox is left alone
DATABASE_PAUSE_SECONDS = 2.0
SWEEP_SECONDS = 60.0

log = structlog.get_logger(__name__)

HANDLERS: dict[str, Handler] = {
    "mail": mail.deliver,
    "links": finding.deliver,
    "reminder": reminders.deliver,
    "webhook": webhooks.spread,
    "delivery": partial(webhooks.deliver, payload_of=webhook_payload),
}


class Command(BaseCommand):
    help = "Sends mails and webhooks, and plays automatic actions. Any number may run beside each other."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        self.sender = Sender(HANDLERS)
        self.stopped_by: list[int] = []
        self.swept_at = float("-inf")
        if options["once"]:
            while self.work():
                pass
            return
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, frame: self.stopped_by.append(received))
        log.info("worker_started")
        while not self.stopped_by:
            self.pause(self.round())
        log.info("worker_ended", signal=self.stopped_by[0])

    def round(self) -> float:
        """Do what is due and return for how many seconds to pause; a database that is away is waited for."""
        try:
            busy = self.work()
        except (OperationalError, InterfaceError):
            log.exception("database_unavailable")
            close_old_connections()
            return DATABASE_PAUSE_SECONDS
        return 0.0 if busy else PAUSE_SECONDS

    def work(self) -> bool:
        """Play some of what is due, send one message; tell whether there may be more at once."""
        played = play_due()
        sent = self.sender.send_next()
        if time.monotonic() - self.swept_at >= SWEEP_SECONDS:
            self.swept_at = time.monotonic()
            sweep()
        return bool(played or sent)

    def pause(self, seconds: float) -> None:
        end = time.monotonic() + seconds
        while not self.stopped_by and time.monotonic() < end:
            time.sleep(TICK_SECONDS)
