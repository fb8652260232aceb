"""Where backups are made and opened: what a process that is ended, or killed, would leave there goes.

It may be unencrypted, and as secret as the database.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import signal
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO

from django.conf import settings

PREFIX = ".backup-workplace-"
_IN_USE = ".in-use"
_ENDING = (signal.SIGTERM, signal.SIGHUP)
_ENDED_BY = 128
"""What a shell adds to the number of the signal that ended a program."""


@contextmanager
def workplace() -> Iterator[Path]:
    """A folder below `var/` for its owner alone, which is gone afterwards.

    Those of processes that were killed go when the next one is made: whoever works in one holds its lock.
    """
    root = Path(settings.VAR_DIR)
    with ExitStack() as work:
        with _one_at_a_time(root):
            _remove_what_died(root)
            folder = Path(work.enter_context(TemporaryDirectory(prefix=PREFIX, dir=root)))
            held = work.enter_context((folder / _IN_USE).open("w"))
            _take(held)
        yield folder


def _remove_what_died(root: Path) -> None:
    for left in root.glob(f"{PREFIX}*"):
        with suppress(OSError), (left / _IN_USE).open("a") as lock:
            _take(lock)
            shutil.rmtree(left, ignore_errors=True)


def _take(lock: IO[str]) -> None:
    """Raises ``OSError`` where another process, or a child of one, holds it."""
    fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)


@contextmanager
def _one_at_a_time(root: Path) -> Iterator[None]:
    """Nobody takes a folder for left before its lock is held."""
    directory = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(directory, fcntl.LOCK_EX)
        yield
    finally:
        os.close(directory)


class Ended(SystemExit):
    """A signal ended the program."""

    def __init__(self, number: int) -> None:
        super().__init__(_ENDED_BY + number)
        self._name = signal.Signals(number).name

    def __str__(self) -> str:
        return f"It was ended by {self._name}."


@contextmanager
def ended_in_order() -> Iterator[None]:
    """Let a signal that ends the program raise ``Ended`` in it, so that whatever was begun is taken away."""

    def end(number: int, _frame: object) -> None:
        raise Ended(number)

    before = {number: signal.signal(number, end) for number in _ENDING}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
