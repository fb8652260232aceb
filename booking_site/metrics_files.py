"""How the numbers of several processes are joined: each has files of its own, and whoever is asked adds them up.

Numbers only rise, so sums of all processes do.  What ended processes have counted is moved into one file for all of
them, so that a sum never falls and files never pile up.  Machines that share the folder (containers with one volume)
have a folder each and are added up together; others are asked by Prometheus one by one.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from prometheus_client import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.multiprocess import MultiProcessCollector

from booking_site import metrics_folder

ENDED = "ended"


class AllProcesses:
    """A collector of Prometheus' library: the sums over all processes, living and ended."""

    def collect(self) -> Iterator[Metric]:
        own = metrics_folder.folder()
        with _alone(own):
            _take_over_ended(own)
            files = [str(path) for path in sorted(own.parent.glob("*/*.db"))]
            yield from MultiProcessCollector.merge(files)


def _take_over_ended(folder: Path) -> None:
    for path in folder.glob("*.db"):
        kind, _mark, process = path.stem.rpartition("_")
        if process.isdigit() and not _lives(int(process)):
            _add(path, folder / f"{kind}_{ENDED}.db")
            path.unlink()


def _add(source: Path, target: Path) -> None:
    whole = MmapedDict(str(target))
    try:
        for key, value, moment, _place in MmapedDict.read_all_values_from_file(str(source)):
            known, _moment = whole.read_value(key)
            whole.write_value(key, known + value, moment)
    finally:
        whole.close()


def _lives(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        return True
    return True


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
