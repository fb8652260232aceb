"""``manage.py worker``: sends what follows a commit, plays the clock's actions and removes what has had its time."""

import signal
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, OperationalError, close_old_connections

from bookings.api.responses.webhooks import webhook_payload
from bookings.effects import link_mail, mail, reminders, webhooks
from bookings.effects.crew import DATABASE_PAUSE_SECONDS, PAUSE_SECONDS, Crew
from bookings.effects.outbox import Handler, Sender
from bookings.housekeeping import sweep
from bookings.lifecycle import play_due
from bookings.setup import staff_links

TICK_SECONDS = 0.2  # how soon a signal is heard
SWEEP_SECONDS = 60.0

log = structlog.get_logger(__name__)

HANDLERS: dict[str, Handler] = {
    "mail": mail.deliver,
    "links": link_mail.deliver,
    "reminder": reminders.deliver,
    staff_links.KIND: staff_links.deliver,
    "webhook": webhooks.spread,
    "delivery": partial(webhooks.deliver, payload_of=webhook_payload),
}


class Command(BaseCommand):
    help = "Sends mails and webhooks, and plays automatic actions. Any number may run beside each other."
    requires_system_checks = []  # they load every page and form, which this process keeps and never shows

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["once"]:
            do_what_is_due()
            return
        stopped_by: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, frame: stopped_by.append(received))
        crew = Crew(HANDLERS)
        crew.start()
        log.info("worker_started")
        Clock().tick_until(lambda: bool(stopped_by) or crew.failed.is_set())
        crew.stop()
        if crew.failed.is_set():
            raise CommandError("Sending failed; the log says why.")
        log.info("worker_ended", signal=stopped_by[0])


def do_what_is_due() -> None:
    """Play and send until nothing is due, then sweep."""
    sender = Sender(HANDLERS)
    while play_due() or sender.send_next():
        pass
    sweep()


class Clock:
    """Plays the graphs' automatic actions and sweeps, in a thread that waits for no other server."""

    def __init__(self) -> None:
        self.swept_at = float("-inf")

    def tick_until(self, stopped: Callable[[], bool]) -> None:
        while not stopped():
            pause_until(self.tick(), stopped)

    def tick(self) -> float:
        """Do what is due and return for how many seconds to pause; a database that is away is waited for."""
        try:
            played = play_due()
            if time.monotonic() - self.swept_at >= SWEEP_SECONDS:
                sweep()
                self.swept_at = time.monotonic()
        except (OperationalError, InterfaceError):
            log.exception("database_unavailable")
            return DATABASE_PAUSE_SECONDS
        finally:
            close_old_connections()
        return 0.0 if played else PAUSE_SECONDS


def pause_until(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopped() and time.monotonic() < end:
        time.sleep(TICK_SECONDS)
