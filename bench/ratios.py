"""What each kind of request costs beside the least there is, measured in turn in one process.

    TEST_DATABASE_URL=postgres://… python -m bench.ratios [--requests 50] [--rounds 7] [--pieces 1000]
        [--only create refuse]

Two yardsticks, each JSON in and JSON out without middleware: `minimal` takes a slot by one guarded statement, `floor`
writes the five rows of a booking by one prepared statement, unchecked. All else goes through the whole handler, as the
server calls it, its limits counting. Rounds are interleaved and their order is drawn, so that what else the machine
does meets everybody alike. The CPU is that of this process and of its PostgreSQL backend.

It works in a database of its own, made and dropped beside the one that TEST_DATABASE_URL names (SQLite without it).
Ratios travel, times do not.
"""

from __future__ import annotations

import argparse
import logging
import os
import random
import statistics
import time
from dataclasses import dataclass
from pathlib import Path

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402

from bench.world import Kind, World  # noqa: E402
from booking_site.preloading import keep_the_collector_off  # noqa: E402
from bookings import limits  # noqa: E402

TICK = os.sysconf("SC_CLK_TCK")
YARDSTICKS = ("minimal", "floor")
BUSY = 0.2  # of a processor, used by others meanwhile


@dataclass(frozen=True)
class Clocks:
    """Seconds so far: of the wall, of this process, of its PostgreSQL backend, and of all processors."""

    wall: float
    server: float
    database: float
    everybody: float

    @classmethod
    def read(cls, backend: int) -> Clocks:
        return cls(time.perf_counter(), time.process_time(), _cpu_of(backend), _cpu_of_all())

    def __sub__(self, before: Clocks) -> Clocks:
        pairs = zip(vars(self).values(), vars(before).values(), strict=True)
        return Clocks(*(mine - earlier for mine, earlier in pairs))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=50, help="of each kind in a round")
    parser.add_argument("--rounds", type=int, default=7)
    parser.add_argument("--pieces", type=int, default=1000, help="taken times in the table beforehand")
    parser.add_argument("--only", nargs="+", metavar="KIND", help="beside the yardsticks, by how they begin")
    asked = parser.parse_args()
    logging.disable()
    for one in (limits.REQUESTS_PER_KEY, limits.REQUESTS_PER_ADDRESS, limits.BOOKINGS_PER_ADDRESS):
        setattr(settings, one.setting, 10**7)  # they count, and never bite
    connection.creation.create_test_db(verbosity=0, autoclobber=True, serialize=False)
    try:
        kinds = _wanted(World(asked.pieces).kinds(), asked.only)
        keep_the_collector_off()  # as the server's processes do once they are started
        costs = measure(kinds, asked.requests, asked.rounds)
        print(
            f"{connection.vendor}, {asked.pieces} pieces, {asked.rounds} rounds of {asked.requests} requests"
        )
        print("\n".join([*table(costs, asked.requests), *remark(costs)]))
    finally:
        connection.creation.destroy_test_db(verbosity=0)


def _wanted(kinds: list[Kind], only: list[str] | None) -> list[Kind]:
    beginnings = (*YARDSTICKS, *only) if only else ("",)
    return [kind for kind in kinds if kind.name.startswith(beginnings)]


def measure(kinds: list[Kind], requests: int, rounds: int) -> dict[str, list[Clocks]]:
    """The cost of each round of each kind; the first round of all is thrown away."""
    backend = _backend()
    costs: dict[str, list[Clocks]] = {kind.name: [] for kind in kinds}
    for number in range(rounds + 1):
        for kind in random.sample(kinds, len(kinds)):
            prepared = [kind.prepare() for _request in range(requests)]
            before = Clocks.read(backend)
            statuses = {kind.ask(one) for one in prepared}
            spent = Clocks.read(backend) - before
            if statuses != {kind.status}:
                raise SystemExit(f"{kind.name} answered {statuses}, not {kind.status}")
            if number:
                costs[kind.name].append(spent)
    return costs


def table(costs: dict[str, list[Clocks]], requests: int) -> list[str]:
    """A line a kind: milliseconds a request, and its rate beside the two yardsticks in the same rounds."""
    lines = [f"{'ms a request':22} {'wall':>7} {'server':>7} {'database':>8}  of minimal   of floor"]
    for name, spent in costs.items():
        wall, server, database = (
            statistics.median(getattr(one, clock) for one in spent) * 1000 / requests
            for clock in ("wall", "server", "database")
        )
        ratios = [_ratio(costs[yardstick], spent) for yardstick in YARDSTICKS]
        lines.append(
            f"{name:22} {wall:7.2f} {server:7.2f} {database:8.2f}  {ratios[0]:10.0%} {ratios[1]:10.0%}"
        )
    return lines


def remark(costs: dict[str, list[Clocks]]) -> list[str]:
    spent = [one for rounds in costs.values() for one in rounds]
    others = sum(one.everybody - one.server - one.database for one in spent) / sum(one.wall for one in spent)
    return [f"Others used {others:.0%} of a processor meanwhile: measure again."] if others > BUSY else []


def _ratio(yardstick: list[Clocks], spent: list[Clocks]) -> float:
    """Rate by rate of each round, the median of them."""
    return statistics.median(one.wall / other.wall for one, other in zip(yardstick, spent, strict=True))


def _backend() -> int:
    """The process of this connection's PostgreSQL backend where it runs on this machine, else 0."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = int(cursor.fetchone()[0])
    return pid if Path(f"/proc/{pid}/stat").exists() else 0


def _cpu_of(pid: int) -> float:
    if not pid:
        return 0.0
    counted = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(counted[11]) + int(counted[12])) / TICK


def _cpu_of_all() -> float:
    counted = [int(one) for one in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:9]]
    idle = counted[3] + counted[4]
    return (sum(counted) - idle) / TICK


if __name__ == "__main__":
    main()
