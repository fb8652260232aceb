"""What else happens to a machine: its disk fills up, and its clock is wrong by minutes."""

from __future__ import annotations

import errno
import os
import random
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

CLOCK = Path(__file__).parent / "clock_of_a_wrong_machine"
PIECE = b"\0" * (1 << 16)
MOST_SECONDS_WRONG = 240
"""A machine that is wrong by five minutes is not ready, and gets no request."""


@contextmanager
def small_disk(megabytes: int) -> Iterator[tuple[Path, bool]]:
    """A folder that is a disk of its own, so that it can be filled; False where only root could mount one."""
    with tempfile.TemporaryDirectory(prefix="booking-small-disk-") as name:
        folder = Path(name)
        command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=1777", "tmpfs", name]
        mounted = subprocess.run(command, check=False, capture_output=True).returncode == 0
        try:
            yield folder, mounted
        finally:
            if mounted:
                subprocess.run(["umount", "--lazy", name], check=True)


def fill(folder: Path) -> Path:
    """Write until nothing more fits, and return the file whose removal gives the space back."""
    ballast = folder / "ballast"
    with suppress_full(), ballast.open("wb", buffering=0) as file:
        while file.write(PIECE):
            pass
    return ballast


@contextmanager
def suppress_full() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        if error.errno != errno.ENOSPC:
            raise


def revive(folder: Path) -> None:
    """Start PostgreSQL again with its old options where it has given up, as a service manager does."""
    for data in folder.glob("*/data"):
        with suppress(OSError, ValueError, IndexError):
            pid = int((data / "postmaster.pid").read_text().split()[0])
            os.kill(pid, 0)
            continue
        program = Path((data / "postmaster.opts").read_text().split()[0]).parent / "pg_ctl"
        owner = data.stat()
        subprocess.run(
            [str(program), "restart", "--pgdata", str(data), "--silent", "--log", str(data.parent / "log")],
            check=False,
            cwd=data.parent,
            user=owner.st_uid,
            group=owner.st_gid,
            extra_groups=[],
        )


def wrong_clock(dice: random.Random) -> dict[str, str]:
    """The environment of processes whose clock is wrong by up to four minutes; their stopwatch is right."""
    seconds = dice.randrange(-MOST_SECONDS_WRONG, MOST_SECONDS_WRONG)
    return {"PYTHONPATH": str(CLOCK), "SECONDS_WRONG": str(seconds)}
