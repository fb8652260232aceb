"""Several threads of one process that do the same at the same moment."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from django.db import connections


def in_threads(times: int, do: Callable[[], object]) -> None:
    """Let so many threads do it, each with a connection of its own; raises what any of them raised."""
    barrier = threading.Barrier(times)

    def run() -> None:
        barrier.wait()
        try:
            do()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(times) as pool:
        for each in [pool.submit(run) for _thread in range(times)]:
            each.result()
