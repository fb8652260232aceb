"""Three web machines upgraded one by one under load, beginning with an older release on its own schema.

    python -m bench.rolling_upgrade [release] [seconds a step]     (v0.1.0, 8)

Needs git and a PostgreSQL on this machine.  The machines are processes on three ports; the load is 50 requests a second
by clients that try again, at the next machine, where one does not answer well.  The steps: the older release on
its own schema; the newest schema under it; each machine ended and started with the newest code.  Printed for each: how
many requests were answered, how many only at a second try, and how many not at all, which must be none.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from base64 import b64encode
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from tests.throwaway_postgresql import free_port, throwaway_postgresql

ROOT = Path(__file__).resolve().parent.parent
RATE = 50
TRIES = 6
FIRST = datetime(2041, 1, 1, tzinfo=UTC)


@dataclass
class Machine:
    """One web machine: a checkout, served on a port of its own."""

    port: int
    server: subprocess.Popen[bytes] | None = None

    def start(self, checkout: Path, env: dict[str, str]) -> None:
        words = ["-m", "gunicorn", "--no-control-socket", "--log-level", "error", "--worker-class", "gthread"]
        words += [
            "--workers",
            "1",
            "--threads",
            "4",
            "--bind",
            f"127.0.0.1:{self.port}",
            "booking_site.wsgi:application",
        ]
        self.server = subprocess.Popen([sys.executable, *words], cwd=checkout, env=env)
        until = time.monotonic() + 60
        while time.monotonic() < until:
            try:
                if ask(self.port, "GET", "/readyz", {}, None) == 200:
                    return
            except OSError:
                time.sleep(0.1)
        raise SystemExit("a machine did not start")

    def end(self) -> None:
        assert self.server
        self.server.terminate()
        self.server.wait()


@dataclass
class Load:
    """What was asked, and how it ended."""

    ports: list[int]
    key: str
    resources: list[str]
    page: str
    results: Counter[str] = field(default_factory=Counter)
    slowest: float = 0.0
    """Seconds that a request took with all its tries, since the step began."""
    faults: Counter[str] = field(default_factory=Counter)

    def run(self, seconds: float, begun_at: int) -> int:
        """Ask so many times a second; return how many requests were begun."""
        begun, count = time.monotonic(), 0
        with ThreadPoolExecutor(32) as clients:
            while time.monotonic() - begun < seconds:
                clients.submit(self.one, begun_at + count)
                count += 1
                time.sleep(max(0.0, begun + count / RATE - time.monotonic()))
        return count

    def one(self, number: int) -> None:
        method, path, body, good = self.request(number)
        headers = {
            "Content-Type": "application/json",
            "Authorization": self.key,
            "Idempotency-Key": str(uuid.uuid4()),
        }
        said, begun = "", time.monotonic()
        for attempt in range(TRIES):
            try:
                status = ask(self.ports[(number + attempt) % len(self.ports)], method, path, headers, body)
                if status == good:
                    self.slowest = max(self.slowest, time.monotonic() - begun)
                    self.results["answered" if not attempt else "answered by a retry"] += 1
                    return
                said = f"{method} {path.split('?')[0]} {status}"
            except (OSError, http.client.HTTPException) as error:
                said = f"{method} {type(error).__name__}"
            self.faults[said] += 1
            time.sleep(0.1 * attempt**2)
        self.results["not answered"] += 1

    def request(self, number: int) -> tuple[str, str, Any, int]:
        """Half bookings, and pages, searches and holds; each at a time of its own."""
        start = FIRST + number * timedelta(hours=1)
        span = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        resource = {"resource_id": self.resources[number % len(self.resources)]}
        if number % 6 < 3:
            words = {"graph": "instant", "what": "Load", "where": "-", "description": "-"}
            customer = {"name": "Load", "email": "load@example.com"}
            return "POST", "/v2/bookings", resource | span | words | {"customer": customer}, 201
        if number % 6 == 3:
            return "POST", "/v2/bookings/reserve", resource | span, 201
        if number % 6 == 4:
            return (
                "POST",
                "/v2/availability",
                {"resources": [resource["resource_id"]], "length": "1 hour"},
                200,
            )
        return "GET", self.page, None, 200


def ask(port: int, method: str, path: str, headers: dict[str, str], body: Any) -> int:
    caller = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        caller.request(method, path, json.dumps(body) if body is not None else None, headers)
        answer = caller.getresponse()
        answer.read()
        return answer.status
    finally:
        caller.close()


def main() -> None:
    release = sys.argv[1] if len(sys.argv) > 1 else "v0.1.0"
    seconds = float(sys.argv[2]) if len(sys.argv) > 2 else 8.0
    with tempfile.TemporaryDirectory() as folder, throwaway_postgresql() as url:
        older = Path(folder) / release
        older.mkdir()
        archive = subprocess.run(
            ["git", "archive", release], cwd=ROOT, check=True, capture_output=True
        ).stdout
        subprocess.run(["tar", "x", "-C", older], input=archive, check=True)
        env = environment(url)
        make_database(url)
        for checkout in (older, ROOT):
            manage(checkout, env, "collectstatic", "--noinput", "--verbosity=0")
        manage(older, env, "migrate", "--verbosity=0")
        demo = json.loads(manage(older, env, "demo", "--json"))
        machines = [Machine(free_port()) for _number in range(3)]
        try:
            steps(older, env, demo, machines, seconds)
        finally:
            for machine in machines:
                if machine.server and machine.server.poll() is None:
                    machine.end()


def steps(older: Path, env: dict[str, str], demo: Any, machines: list[Machine], seconds: float) -> None:
    for machine in machines:
        machine.start(older, env)
    load = Load(
        ports=[machine.port for machine in machines],
        key="Basic " + b64encode(f":{demo['server_key']}".encode()).decode(),
        resources=[one["id"] for one in demo["resources"]],
        page=f"/book/{demo['projects'][0]['slug']}/",
    )
    count = step(f"{older.name} on its own schema", load, seconds, 0)
    with_schema = threading.Thread(target=manage, args=(ROOT, env, "migrate", "--verbosity=0"))
    with_schema.start()
    count = step(f"{older.name} while the schema is migrated, and on it", load, seconds, count)
    with_schema.join()
    for number, machine in enumerate(machines, 1):
        change = threading.Thread(target=lambda machine=machine: (machine.end(), machine.start(ROOT, env)))
        change.start()
        count = step(f"machine {number} of 3 ended and started with the newest code", load, seconds, count)
        change.join()
    count = step("the newest code on all", load, seconds, count)
    if load.results["not answered"]:
        raise SystemExit("A retry did not cure everything.")


def step(name: str, load: Load, seconds: float, count: int) -> int:
    load.slowest = 0.0
    before, faults = Counter(load.results), Counter(load.faults)
    count += load.run(seconds, count)
    now = load.results - before
    print(
        f"{name}: {', '.join(f'{number} {what}' for what, number in sorted(now.items()))}; slowest {load.slowest:.1f} s"
    )
    for fault, number in sorted((load.faults - faults).items()):
        print(f"    {number} × {fault}")
    return count


def environment(url: str) -> dict[str, str]:
    own = {
        "DATABASE_URL": url,
        "SECRET_KEY": "rolling" * 8,
        "ENV_FILE": os.devnull,
        "LOG_LEVEL": "ERROR",
        "REQUESTS_A_MINUTE_PER_KEY": "0",
        "REQUESTS_A_MINUTE_PER_ADDRESS": "0",
        "BOOKINGS_PER_UNPROVEN_EMAIL": "0",
        "DEBUG": "0",
    }
    return os.environ | own


def make_database(url: str) -> None:
    program = "import psycopg, sys; psycopg.connect(sys.argv[1], autocommit=True).execute(sys.argv[2])"
    server, _slash, name = url.rpartition("/")
    subprocess.run(
        [sys.executable, "-c", program, f"{server}/postgres", f'CREATE DATABASE "{name}"'], check=True
    )


def manage(checkout: Path, env: dict[str, str], *words: str) -> str:
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=checkout, env=env, check=True, text=True, stdout=subprocess.PIPE
    ).stdout


if __name__ == "__main__":
    main()
