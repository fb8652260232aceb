"""When the worker makes a backup and a drill: each day's by one machine, tried again where it failed or died."""

from __future__ import annotations

import subprocess
import sys
import time
from contextlib import suppress
from datetime import date, datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db.models import Q

from bookings.models import Standstill, UpkeepRun, UpkeepWish

TRIED_AGAIN_AFTER = timedelta(hours=2)
WEEK = timedelta(days=7)
TIDIED_SECONDS = 10


def due(now: datetime) -> list[list[str]]:
    """The words of manage.py that this worker is to run now; what it is told here no other is."""
    if settings.BACKUP_FOLDER is None or Standstill.objects.exists():
        return []
    if UpkeepWish.take(UpkeepRun.Kind.BACKUP):
        return [["backup"]]
    return _of_today(now) if now.hour >= settings.BACKUP_HOUR else []


def _of_today(now: datetime) -> list[list[str]]:
    today = now.date()
    if _is_ours(UpkeepRun.Kind.BACKUP, today, now):
        return [["backup", f"--day={today}"]]
    if settings.DRILL_WEEKLY and _drill_is_due(today) and _is_ours(UpkeepRun.Kind.DRILL, today, now):
        return [["drill", f"--day={today}"]]
    return []


def _drill_is_due(today: date) -> bool:
    """Once a good backup is there, a week after the last good drill."""
    lately = UpkeepRun.objects.drills().filter(good=True, finished_at__date__gt=today - WEEK)
    return UpkeepRun.objects.backups().last_good() is not None and not lately.exists()


def _is_ours(kind: str, day: date, now: datetime) -> bool:
    run, is_new = UpkeepRun.objects.get_or_create(kind=kind, day=day, defaults={"started_at": now})
    if is_new or run.good:
        return is_new
    unfinished = UpkeepRun.objects.filter(Q(good=None) | Q(good=False), pk=run.pk, started_at=run.started_at)
    if run.started_at > now - TRIED_AGAIN_AFTER:
        return False
    return bool(unfinished.update(started_at=now, finished_at=None, good=None))


class Upkeep:
    """Runs what is due, each in a process of its own, so that the clock waits for nothing."""

    def __init__(self) -> None:
        self._running: list[subprocess.Popen[bytes]] = []

    def start_due(self, now: datetime) -> None:
        self._running = [process for process in self._running if process.poll() is None]
        manage = str(Path(settings.BASE_DIR) / "manage.py")
        for words in due(now):
            self._running.append(subprocess.Popen([sys.executable, manage, *words]))  # noqa: S603  # our own words

    def terminate(self) -> None:
        """Tell what runs to end."""
        for process in self._running:
            process.terminate()

    def wait(self) -> None:
        """Let what was told to end take away what it began, for a few seconds."""
        until = time.monotonic() + TIDIED_SECONDS
        for process in self._running:
            with suppress(subprocess.TimeoutExpired):
                process.wait(max(until - time.monotonic(), 0))
