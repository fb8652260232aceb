"""Kill -9 at random under load, then look whether anything that was answered is missing, or anything is half there.

    python -m bench.crash [seconds] [sqlite|postgresql]      (60, both)

Starts the site as `./run` does, with its supervisor; clients book, move and cancel over HTTP meanwhile, and a mail
server of its own takes mails.  Every second or so a web process, the web server, the worker, the supervisor or (on
PostgreSQL) the database's own processes are killed, and what is left is started again.  The disk of the database is
filled for seconds (as root, who can mount a small one), and the machine that serves has its clock wrong by up to four
minutes, another time at each start.  Afterwards: each booking that a client was told about is there, in the state that
it was told; every invariant holds; no answer was a 5xx but 503; no mail was sent twice, but for one whose sender could
not note it any more, which keeps its Message-ID.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64encode
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from bench.crash_clients import Told, client
from bench.hard_times import fill, revive, small_disk, wrong_clock
from bench.rolling_upgrade import ask, make_database, manage
from tests.throwaway_postgresql import free_port, throwaway_postgresql

DICE = random.Random(secrets.randbits(32))
ROOT = Path(__file__).resolve().parent.parent
CLIENTS = 8
MAIL_THREADS = 3
HANDS_OVER = """
import sys
from booking_site.together import hand_over
hand_over("127.0.0.1", int(sys.argv[1]), "")
"""
INVARIANTS = """
import json
from bookings.invariants import broken
print(json.dumps(list(broken())))
"""


class Postbox:
    """Counts mails by their id."""

    def __init__(self) -> None:
        self.ids: Counter[str] = Counter()

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802
        self.ids[str(message_from_bytes(envelope.content)["Message-ID"])] += 1
        return "250 Kept"


@dataclass
class Site:
    """The site with its supervisor, which is started again when it is killed."""

    env: dict[str, str]
    port: int
    disk: Path | None = None
    """The small disk of the database, where there is one that can be filled."""
    supervisor: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-c", HANDS_OVER, str(self.port)]
        null = subprocess.DEVNULL
        env = self.env | wrong_clock(DICE)
        self.supervisor = subprocess.Popen(command, cwd=ROOT, env=env, stdout=null, stderr=null)

    def look_after(self) -> None:
        """Start it again where it has ended, as a service manager does."""
        if self.disk:
            revive(self.disk)
        if self.supervisor is None or self.supervisor.poll() is not None:
            self.start()

    def comes_up(self) -> None:
        until = time.monotonic() + 180
        while time.monotonic() < until:
            self.look_after()
            with suppress(OSError, http.client.HTTPException):
                if ask(self.port, "GET", "/readyz", {}, None) == 200:
                    return
            time.sleep(0.2)
        raise SystemExit("the site does not come back")

    def processes(self) -> dict[str, list[int]]:
        """The ids of what can be killed, by what it is."""
        assert self.supervisor
        found: dict[str, list[int]] = {"supervisor": [self.supervisor.pid]}
        for pid in children(self.supervisor.pid):
            name = "worker" if "worker" in command_of(pid) else "web server"
            found[name] = [pid]
            if name == "web server":
                found["web process"] = children(pid)
        return {name: pids for name, pids in found.items() if pids}

    def kill(self, dice: random.Random, killed: Counter[str]) -> None:
        there = self.processes()
        if "web process" not in there:
            return  # it is just coming up
        names = sorted(there)
        name = dice.choices(names, [1 if one == "supervisor" else 4 for one in names])[0]
        with suppress(ProcessLookupError):
            os.kill(dice.choice(there[name]), signal.SIGKILL)
        killed[name] += 1
        if name == "supervisor":
            assert self.supervisor
            self.supervisor.wait()
            time.sleep(1)  # its children hear that it is gone, and end

    def end(self) -> None:
        assert self.supervisor
        self.supervisor.terminate()
        self.supervisor.wait()


def children(pid: int) -> list[int]:
    with suppress(OSError):
        return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    return []


def command_of(pid: int) -> str:
    with suppress(OSError):
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
    return ""


def crash(url: str, seconds: float, disk: Path | None) -> list[str]:
    """Run it on one database; return what is wrong afterwards."""
    postbox, mail_port, port = Postbox(), free_port(), free_port()
    controller = Controller(postbox, hostname="127.0.0.1", port=mail_port)
    controller.start()
    env = environment(url, port, mail_port)
    for words in (["migrate"], ["collectstatic", "--noinput"]):
        manage(ROOT, env, *words, "--verbosity=0")
    demo = json.loads(manage(ROOT, env, "demo", "--json"))
    site, told = Site(env, port, disk), Told()
    try:
        killed = under_fire(site, demo, told, seconds)
    finally:
        site.end()
    manage(ROOT, env, "worker", "--once")
    controller.stop()
    broken = json.loads(manage(ROOT, env, "shell", "--no-imports", "-c", INVARIANTS))
    faults = [
        f"{count} answers were {status}"
        for status, count in told.answers.items()
        if status.startswith("5") and status != "503"
    ]
    return [*faults, *told_again(postbox, killed), *missing(env, told), *broken]


def under_fire(site: Site, demo: Any, told: Told, seconds: float) -> Counter[str]:
    """Let clients work and kill at random until the time is over and the site has come up again; return what was."""
    site.comes_up()
    until = time.monotonic() + seconds
    key = "Basic " + b64encode(f":{demo['server_key']}".encode()).decode()
    resources = [one["id"] for one in demo["resources"]]
    threads = [
        threading.Thread(target=client, args=(number, site.port, key, resources, told, until))
        for number in range(CLIENTS)
    ]
    for thread in threads:
        thread.start()
    dice, killed, url = DICE, Counter[str](), site.env["DATABASE_URL"]
    while time.monotonic() < until:
        time.sleep(dice.uniform(0.5, 3))
        site.look_after()
        if site.disk and dice.random() < 0.15:
            ballast = fill(site.disk)
            time.sleep(dice.uniform(1, 4))
            ballast.unlink()
            killed["disk"] += 1
        elif url.startswith("postgres") and dice.random() < 0.15:
            killed["database"] += kill_a_backend(url, dice)
        else:
            site.kill(dice, killed)
    for thread in threads:
        thread.join()
    site.comes_up()
    print(f"killed {dict(killed)}; answered {dict(told.answers)}", flush=True)
    return killed


def told_again(postbox: Postbox, killed: Counter[str]) -> list[str]:
    """A mail may come again where whoever sent it was killed before it could be noted, and at no other time."""
    again = sum(count - 1 for count in postbox.ids.values())
    print(f"{len(postbox.ids)} mails, {again} of them again under the same id", flush=True)
    senders = MAIL_THREADS * sum(killed[one] for one in ("worker", "supervisor", "database", "disk"))
    return [f"{again} mails came again, and {senders} senders at most were killed"] if again > senders else []


def kill_a_backend(url: str, dice: random.Random) -> int:
    """The whole of PostgreSQL restarts when one of its processes is killed -9."""
    with suppress(OSError, ValueError, subprocess.CalledProcessError):
        program = (
            "import psycopg, sys; print(*[r[0] for r in psycopg.connect(sys.argv[1]).execute(sys.argv[2])])"
        )
        statement = "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend'"
        command = [sys.executable, "-c", program, url, statement]
        found = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
        os.kill(int(dice.choice(found)), signal.SIGKILL)
        return 1
    return 0


def missing(env: dict[str, str], told: Told) -> list[str]:
    """Each booking that a client was told of and that is not there, or in another state."""
    program = "import json; from bookings.models import *; "
    program += "print(json.dumps({str(i): s for i, s in Booking.objects.values_list('pk', 'state__name')}))"
    there = json.loads(manage(ROOT, env, "shell", "--no-imports", "-c", program))
    return [
        f"booking {pk} was told to be {state} and is {there.get(pk, 'missing')}"
        for pk, state in told.states.items()
        if (pk not in there) or (state is not None and there[pk] != state)
    ]


def environment(url: str, port: int, mail_port: int) -> dict[str, str]:
    own = {
        "DATABASE_URL": url,
        "SECRET_KEY": "crash" * 12,
        "ENV_FILE": os.devnull,
        "SITE_URL": f"http://127.0.0.1:{port}",
        "PORT": str(port),
        "EMAIL_URL": f"smtp://127.0.0.1:{mail_port}",
        "LOG_LEVEL": "CRITICAL",
        "DEMO": "0",
        "REQUESTS_A_MINUTE_PER_KEY": "0",
        "BOOKINGS_PER_UNPROVEN_EMAIL": "0",
    }
    return os.environ | own


def main() -> int:
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 60.0
    wanted = sys.argv[2:] or ["sqlite", "postgresql"]
    wrong: list[str] = []
    if "sqlite" in wanted:
        with small_disk(40) as (folder, mounted):
            wrong += crash(f"sqlite:///{folder}/crash.sqlite3", seconds, folder if mounted else None)
    if "postgresql" in wanted:
        with small_disk(300) as (folder, mounted):
            tempfile.tempdir = str(folder)  # where the server puts its data
            with throwaway_postgresql() as url:
                make_database(url)
                wrong += crash(url, seconds, folder if mounted else None)
    print("\n".join(wrong) or "Nothing that was answered is missing, and every invariant holds.")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
