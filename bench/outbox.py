"""How fast one worker, and several beside each other, send what waits in the outbox.

    python -m bench.outbox [--rows 10000] [--slow-rows 2000] [--workers 1 4] [--rounds 1]

Each row is a mail to the customer of a booking, made and handed to a server on this machine that keeps nothing. The
workers are processes of `manage.py worker` on a PostgreSQL of its own; the clock runs from the commit of the rows to
the last one done. Ratios travel, rates do not. With a server that answers at once workers share the processors: four
need more than two of these to be four times one. The slow rows go to one that takes 50 ms for each answer, as real ones
do; there workers mostly wait, and what is seen is how far the queue lets them wait beside each other. 0 rows leave a
part out.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any, LiteralString

import psycopg
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP

from bench.rolling_upgrade import make_database, manage
from tests.throwaway_postgresql import free_port, throwaway_postgresql

ROOT = Path(__file__).resolve().parent.parent
BOOKINGS = """
from tests.situations import *
room = a_resource(name="Room", email="")
for number in range(100):
    a_booking(room, at(8, days=1) + number * HOUR)
"""
COPIED = """
INSERT INTO bookings_outboxmessage (kind, booking_id, target, payload, dedupe_key, run_after, attempts, last_error,
    outcome, created_at)
SELECT kind, booking_id, target, payload, 'bench:' || %(round)s || ':' || number, now(), 0, '', '', now()
FROM generate_series(1, %(rows)s) AS number
JOIN (SELECT *, row_number() OVER (ORDER BY id) - 1 AS place FROM bookings_outboxmessage
      WHERE kind = 'mail' AND payload->>'to' = 'customer' AND dedupe_key NOT LIKE 'bench:%%') AS real
  ON place = number %% 100
"""
LEFT = "SELECT count(*) FROM bookings_outboxmessage WHERE done_at IS NULL"
SENT = "SELECT count(*) FROM bookings_outboxmessage WHERE dedupe_key LIKE %(like)s AND outcome = 'sent'"


SLOW_SECONDS = 0.05


class Kept:
    """What is done with a mail: it is counted."""

    def __init__(self) -> None:
        self.count = 0

    async def handle_DATA(self, *_about: object) -> str:  # noqa: N802  # aiosmtpd's name
        self.count += 1
        return "250 OK"


class Slow(SMTP):
    """A mail server whose each answer takes a while."""

    async def push(self, status: Any) -> None:
        await asyncio.sleep(SLOW_SECONDS)
        await super().push(status)


class SlowController(Controller):
    def factory(self) -> SMTP:
        return Slow(self.handler)


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--slow-rows", type=int, default=2_000)
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 4])
    parser.add_argument("--rounds", type=int, default=1)
    asked = parser.parse_args()
    busy = os.getloadavg()[0] / (os.cpu_count() or 1)
    with site() as env:
        for kind, rows in ((Controller, asked.rows), (SlowController, asked.slow_rows)):
            if rows:
                compare(env, kind(Kept(), hostname="127.0.0.1", port=free_port()), rows, asked)
    if busy > 0.2:
        print(f"The load was {busy:.1f} a processor before: measure again on a quiet machine.")


def compare(env: dict[str, str], server: Controller, rows: int, asked: argparse.Namespace) -> None:
    """Print how fast each number of workers sends so many rows to that server."""
    server.start()
    env = env | {"EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    slow = isinstance(server, SlowController)
    how = f"after {SLOW_SECONDS * 1000:.0f} ms each time" if slow else "at once"
    print(f"{rows} mails to a server that answers {how}:")
    rates: dict[int, list[float]] = {number: [] for number in asked.workers}
    try:
        for turn in range(asked.rounds):
            for number in asked.workers:
                rates[number].append(rows / drained(env, number, rows, f"{server.port}-{turn}-{number}"))
                print(f"{number} workers: {rates[number][-1]:.0f} mails a second", flush=True)
    finally:
        server.stop()
    first, *others = asked.workers
    for number in others:
        ratio = sum(rates[number]) / sum(rates[first])
        print(f"{number} workers send {ratio:.2f} times as fast as {first}")
    print(f"The server was handed {server.handler.count} mails")


@contextmanager
def site() -> Iterator[dict[str, str]]:
    """The environment of a site with some bookings, all whose mails were sent."""
    server = Controller(Kept(), hostname="127.0.0.1", port=free_port())
    server.start()
    with throwaway_postgresql() as url:
        env = os.environ | {
            "DATABASE_URL": url,
            "DJANGO_SETTINGS_MODULE": "booking_site.settings",
            "EMAIL_URL": f"smtp://127.0.0.1:{server.port}",
            "ENV_FILE": os.devnull,
            "LOG_LEVEL": "INFO",
            "SECRET_KEY": "outbox" * 10,
        }
        make_database(url)
        manage(ROOT, env, "migrate", "--verbosity=0")
        manage(ROOT, env, "shell", "--no-imports", "-c", BOOKINGS)
        manage(ROOT, env | {"LOG_LEVEL": "WARNING"}, "worker", "--once")
        server.stop()
        yield env


def drained(env: dict[str, str], workers: int, rows: int, turn: str) -> float:
    """Seconds in which so many workers send so many rows."""
    command = [sys.executable, "manage.py", "worker"]
    with tempfile.TemporaryFile() as log, psycopg.connect(env["DATABASE_URL"], autocommit=True) as database:
        crew = [
            subprocess.Popen(command, cwd=ROOT, env=env, stdout=log, stderr=log) for _worker in range(workers)
        ]
        try:
            until(lambda: written(log).count(b"worker_started") == workers)
            database.execute(COPIED, {"rows": rows, "round": turn})
            begun = time.monotonic()
            until(lambda: number(database, LEFT) == 0)
            took = time.monotonic() - begun
        finally:
            for one in crew:
                one.send_signal(signal.SIGTERM)
            for one in crew:
                one.wait()
        if number(database, SENT, {"like": f"bench:{turn}:%"}) != rows:
            raise SystemExit("not everything was sent")
    return took


def until(holds: Callable[[], bool]) -> None:
    while not holds():
        time.sleep(0.1)


def written(log: IO[bytes]) -> bytes:
    """From the beginning, without moving the place at which the workers write."""
    return os.pread(log.fileno(), 10**6, 0)


def number(
    database: psycopg.Connection, question: LiteralString, values: dict[str, str] | None = None
) -> int:
    (found,) = database.execute(question, values).fetchone() or (0,)
    return int(found)


if __name__ == "__main__":
    main()
