"""The web server and the worker as `./run` keeps them: real processes on the database of the test."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from urllib.request import urlopen

import pytest
from django.conf import settings

from tests.clients.live import environment

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 60  # seconds, on a busy machine
NEEDS_PROC = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="only Linux tells what is open")
HANDS_OVER = """
import sys
from booking_site.together import hand_over
hand_over("127.0.0.1", int(sys.argv[1]), "The site is at /; ä.")
"""


class Site:
    """Both parts and their supervisor, from `hand_over` on."""

    def __init__(self, database: str, folder: Path) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = free.getsockname()[1]
        self.database = database
        own = environment(database, f"http://127.0.0.1:{self.port}", folder)
        own |= {"PORT": str(self.port), "WEB_CONCURRENCY": "2", "WEB_THREADS": "2", "LOG_LEVEL": "WARNING"}
        command = [sys.executable, "-c", HANDS_OVER, str(self.port)]
        self.supervisor = subprocess.Popen(command, cwd=ROOT, env=own, stdout=subprocess.PIPE, text=True)

    def told(self) -> str:
        assert self.supervisor.stdout
        return self.supervisor.stdout.readline()

    def is_ready(self) -> bool:
        with urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=PATIENCE) as answer:
            return bool(answer.status == 200)

    def web_server(self) -> int:
        return next(one for one in children(self.supervisor.pid) if "gunicorn" in command_of(one))

    def worker(self) -> int | None:
        return next((one for one in children(self.supervisor.pid) if "worker" in command_of(one)), None)

    def processes(self) -> list[int]:
        """The supervisor's children and theirs."""
        parts = children(self.supervisor.pid)
        return parts + [one for part in parts for one in children(part)]


def children(pid: int) -> list[int]:
    return [int(one) for one in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def command_of(pid: int) -> str:
    with suppress(FileNotFoundError):  # ended since
        return Path(f"/proc/{pid}/cmdline").read_text().replace("\0", " ")
    return ""


def opened(pid: int) -> list[str]:
    """What the process has open: paths, and sockets by their number."""
    found = []
    for one in Path(f"/proc/{pid}/fd").iterdir():
        with suppress(FileNotFoundError):  # closed since
            found.append(str(one.readlink()))
    return found


def sockets(pid: int) -> set[str]:
    return {one for one in opened(pid) if one.startswith("socket:")}


def until(happens: Callable[[], object]) -> None:
    end = time.monotonic() + PATIENCE
    while not happens():
        assert time.monotonic() < end, "it did not happen"
        time.sleep(0.01)


@pytest.fixture
def site(database_url: str, tmp_path: Path) -> Iterator[Site]:
    site = Site(database_url, tmp_path)
    with site.supervisor as supervisor:
        yield site
        if supervisor.poll() is None:
            supervisor.send_signal(signal.SIGTERM)


def test_the_supervisor_loads_nothing_of_django() -> None:
    program = "import json, sys, booking_site.together; print(json.dumps(list(sys.modules)))"
    answer = subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True, capture_output=True)
    loaded = {name.partition(".")[0] for name in json.loads(answer.stdout)}
    assert loaded & {"bookings", "django", "environ", "gunicorn", "redis"} == set()


@NEEDS_PROC
def test_what_dies_is_started_again_and_a_signal_ends_all(site: Site) -> None:
    assert site.told() == "The site is at /; ä.\n"
    server, worker = site.web_server(), site.worker()
    until(lambda: len(children(server)) == 2)
    first, second = children(server)
    assert worker
    for victim in (first, worker):
        os.kill(victim, signal.SIGKILL)
    until(lambda: len(set(children(server)) - {first}) == 2)
    until(lambda: site.worker() not in {worker, None})
    assert second in children(server)
    assert site.web_server() == server
    assert site.is_ready()
    processes = site.processes()
    site.supervisor.send_signal(signal.SIGINT)
    assert site.supervisor.wait(PATIENCE) == 0
    assert [one for one in processes if Path(f"/proc/{one}").exists()] == []


@NEEDS_PROC
def test_each_web_process_has_connections_of_its_own(site: Site) -> None:
    site.told()
    server = site.web_server()
    until(lambda: len(children(server)) == 2)
    until(lambda: site.is_ready() and all(connections_of(one, server, site) for one in children(server)))
    first, second = children(server)
    assert len(sockets(server)) == 1, "the web server itself only listens"
    assert database_files(server, site) == []
    assert sockets(first) & sockets(second) == sockets(server)
    assert len(list(Path(f"/proc/{server}/task").iterdir())) == 1, "no thread is lost by forking"


@NEEDS_PROC
def test_all_processes_together_take_less_than_300_megabytes(site: Site) -> None:
    site.told()
    until(lambda: len(children(site.web_server())) == 2)
    assert site.is_ready()
    taken = [
        (command_of(one), proportional_kilobytes(one)) for one in [site.supervisor.pid, *site.processes()]
    ]
    assert len(taken) == 5
    assert sum(size for _command, size in taken) < 300 * 1024, taken


def proportional_kilobytes(pid: int) -> int:
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:"))


def connections_of(pid: int, server: int, site: Site) -> object:
    """What it has open towards the database: a file of SQLite's, or a socket that the web server does not have."""
    return database_files(pid, site) or sockets(pid) - sockets(server)


def database_files(pid: int, site: Site) -> list[str]:
    if "sqlite" not in settings.DATABASES["default"]["ENGINE"]:
        return []
    return [one for one in opened(pid) if one == site.database.removeprefix("sqlite:///")]
