"""``manage.py worker``: sends what follows a commit, plays the clock's actions and removes what has had its time."""

import gc
import signal
import time
from collections.abc import Callable
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import InterfaceError, InternalError, OperationalError, close_old_connections, connection
from django.utils import timezone

from bookings import wake_ups
from bookings.backups.schedule import Upkeep
from bookings.calendars.reading import read_next
from bookings.calendars.staleness import tell_of_stale
from bookings.effects.crew import DATABASE_PAUSE_SECONDS, PAUSE_SECONDS, Crew
from bookings.effects.outbox import Sender
from bookings.housekeeping import forget_people, sweep
from bookings.lifecycle import join_people, play_due
from bookings.management.sending import HANDLERS
from bookings.notifications import Listener
from bookings.release_floor import ReleaseTooOld, refuse_too_old

TICK_SECONDS = 0.2  # how soon a signal is heard
SWEEP_SECONDS = 60.0
FORGET_SECONDS = 3600.0
JOIN_SECONDS = 10.0

log = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Sends mails and webhooks, and plays automatic actions. Any number may run beside each other."
    requires_system_checks = []  # they load every page and form, which this process keeps and never shows

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--once", action="store_true", help="do what is due now, then end")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refuse_too_old(connection)
        except ReleaseTooOld as refusal:
            raise CommandError(str(refusal)) from None
        if options["once"]:
            do_what_is_due()
            return
        stopped_by: list[int] = []
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, lambda received, frame: stopped_by.append(received))
        crew = Crew(HANDLERS, beside={"calendars": read_next})
        listener = Listener(crew.wake)
        wake_ups.listen(crew.wake)
        # The collector keeps off what is loaded: looking at it all takes longer than others may wait for SQLite.
        gc.collect()
        gc.freeze()
        clock = Clock()
        crew.start()
        listener.start()
        log.info("worker_started")
        try:
            clock.tick_until(lambda: bool(stopped_by) or crew.failed.is_set())
        finally:  # a fault of the clock ends the process, too, to be started again
            clock.upkeep.terminate()
            wake_ups.stop_listening()
            listener.stop()
            crew.stop()
            clock.upkeep.wait()
        if crew.failed.is_set():
            raise CommandError("Sending failed; the log says why.")
        log.info("worker_ended", signal=stopped_by[0])


def do_what_is_due() -> None:
    """Play and send until nothing is due, then sweep."""
    sender = Sender(HANDLERS)
    while play_due() or sender.send_next() or read_next():
        pass
    join_people()
    sweep()
    tell_of_stale()
    forget_people()


class Clock:
    """Plays the graphs' automatic actions and sweeps, in a thread that waits for no other server."""

    def __init__(self) -> None:
        self.swept_at = self.forgot_at = self.joined_at = float("-inf")
        self.upkeep = Upkeep()

    def tick_until(self, stopped: Callable[[], bool]) -> None:
        while not stopped():
            pause_until(self.tick(stopped), stopped)

    def tick(self, stopped: Callable[[], bool] = lambda: False) -> float:
        """Do what is due and return for how many seconds to pause; a database that is away or read-only is awaited."""
        try:
            played = play_due()
            if time.monotonic() - self.swept_at >= SWEEP_SECONDS:
                sweep()
                tell_of_stale()
                self.upkeep.start_due(timezone.now())
                self.swept_at = time.monotonic()
            if time.monotonic() - self.joined_at >= JOIN_SECONDS:
                self.join_for_a_second(stopped)
                self.joined_at = time.monotonic()
            if time.monotonic() - self.forgot_at >= FORGET_SECONDS:
                forget_people()
                self.forgot_at = time.monotonic()
        except (OperationalError, InterfaceError, InternalError):
            log.exception("database_unavailable")
            return DATABASE_PAUSE_SECONDS
        finally:
            close_old_connections()
        return 0.0 if played else PAUSE_SECONDS

    def join_for_a_second(self, stopped: Callable[[], bool]) -> None:
        """Join bookings to people: as many as there are, but never so long that the clock is late."""
        end = time.monotonic() + 1.0
        join_people(lambda: stopped() or time.monotonic() > end)


def pause_until(seconds: float, stopped: Callable[[], bool]) -> None:
    end = time.monotonic() + seconds
    while not stopped() and time.monotonic() < end:
        time.sleep(TICK_SECONDS)
