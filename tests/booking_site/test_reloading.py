"""New code without a failed request, and an end that waits for what was begun; with the real processes."""

import base64
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from http.client import HTTPConnection
from pathlib import Path

import pytest

from booking_site import listening
from tests.clients.live import collect, environment, fresh_database, manage
from tests.throwaway_postgresql import free_port

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 90  # seconds, on a busy machine
CLIENTS = 4


class Site:
    """The web server as a service manager starts it."""

    def __init__(self, port: int, env: dict[str, str], log: Path) -> None:
        self.port, self.env, self.log, self.output = port, env, log, log.open("w")
        self.process = subprocess.Popen(
            [sys.executable, "-m", "booking_site.web"],
            cwd=ROOT,
            env=env,
            stdout=self.output,
            stderr=self.output,
        )

    def says(self) -> str:
        return self.log.read_text()

    def reload(self) -> None:
        """Send the signal, and wait until it says what came of it."""
        before = len(self.says())
        self.process.send_signal(signal.SIGHUP)
        wait_until(lambda: "new" in self.says()[before:])

    def web_processes(self) -> set[int]:
        children = subprocess.run(
            ["ps", "-o", "pid=", "--ppid", str(self.process.pid)], capture_output=True, text=True, check=False
        )
        return {int(pid) for pid in children.stdout.split()}


def wait_until(true: Callable[[], bool]) -> None:
    until = time.monotonic() + PATIENCE
    while not true():
        assert time.monotonic() < until
        time.sleep(0.05)


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a migrated database for one site after the other; the static files are collected."""
    folder = tmp_path_factory.mktemp("reloading")
    with fresh_database(folder) as database:
        env = environment(database, "http://127.0.0.1", folder)
        manage(env, "migrate", "--verbosity", "0")
        collect(env)
        yield database


@pytest.fixture
def site(database: str, tmp_path: Path) -> Iterator[Site]:
    port = free_port()
    env = environment(database, f"http://127.0.0.1:{port}", tmp_path)
    env |= {"PORT": str(port), "WEB_CONCURRENCY": "2", "WEB_THREADS": "4"}
    site = Site(port, env, tmp_path / "log")
    try:
        wait_until(lambda: listening.answers("127.0.0.1", port) or site.process.poll() is not None)
        assert site.process.poll() is None, site.says()
        yield site
    finally:
        site.process.terminate()
        site.process.wait(PATIENCE)
        site.output.close()


class Load:
    """Clients that ask without a pause, each request on a line of its own; what was answered, and what failed."""

    def __init__(self, port: int) -> None:
        self.port, self.answered, self.failed = port, 0, list[str]()
        self.over = threading.Event()
        self.threads = [threading.Thread(target=self._ask) for _number in range(CLIENTS)]

    def __enter__(self) -> "Load":
        for thread in self.threads:
            thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self.over.set()
        for thread in self.threads:
            thread.join(PATIENCE)

    def _ask(self) -> None:
        while not self.over.is_set():
            connection = HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
            try:
                connection.request("GET", "/readyz")
                answer = connection.getresponse()
                if (answer.status, answer.read()) != (200, b"ready\n"):
                    self.failed.append(f"status {answer.status}")
                self.answered += 1
            except OSError as error:
                self.failed.append(repr(error))
            finally:
                connection.close()


def test_a_new_start_under_load_fails_no_request_and_leaves_no_old_process(site: Site) -> None:
    before = site.web_processes()
    with Load(site.port) as load:
        for _time in range(2):
            count = load.answered
            site.reload()
            wait_until(lambda count=count: load.answered > count + 20)  # type: ignore[misc]
    assert load.failed == []
    wait_until(lambda: len(site.web_processes()) == 1)
    assert not before & site.web_processes()


def half_a_form(port: int) -> socket.socket:
    """A login that a thread has begun to read, and of which the second half is still to come."""
    connection = socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)
    head = "POST /admin/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 20\r\nExpect: 100-continue\r\n"
    connection.sendall(f"{head}Content-Type: application/x-www-form-urlencoded\r\n\r\n".encode())
    assert connection.recv(100).startswith(b"HTTP/1.1 100 ")
    connection.sendall(b"username=a")
    return connection


def test_the_end_waits_for_a_request_that_was_begun_and_takes_no_other(site: Site) -> None:
    with half_a_form(site.port) as connection:
        site.process.terminate()
        wait_until(lambda: refused(site.port))
        assert site.process.poll() is None
        connection.sendall(b"&password=")
        assert connection.recv(100).startswith(b"HTTP/1.1 403 ")
    assert site.process.wait(PATIENCE) == 0


def refused(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) != 0


def test_code_that_does_not_come_up_leaves_the_old_one_serving(site: Site) -> None:
    old = site.web_processes()
    with Load(site.port) as load:
        os.kill(site.process.pid, signal.SIGHUP)
        wait_until(lambda: len(site.web_processes()) == 2)
        for pid in site.web_processes() - old:
            os.killpg(pid, signal.SIGKILL)
        wait_until(lambda: "the old one goes on" in site.says())
    assert load.failed == []
    assert site.web_processes() == old


def test_a_site_that_cannot_come_up_at_all_says_so(tmp_path: Path) -> None:
    env = environment("postgres://nobody@127.0.0.1:1/none", "not a url", tmp_path)
    command = [sys.executable, "-m", "booking_site.web"]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 1
    assert answer.stderr.startswith("A setting is wrong: SITE_URL is “not a url”")


def noted(site: Site) -> int:
    """How many calls of keys stand in the database."""
    count = "from bookings.models import RecentRequest; print('calls:', RecentRequest.objects.count())"
    return int(manage(site.env, "shell", "-c", count).rpartition("calls:")[2])


def call(port: int, key: str) -> None:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    authorization = base64.b64encode(f":{key}".encode()).decode()
    connection.request("GET", "/v2/graphs", headers={"Authorization": f"Basic {authorization}"})
    assert connection.getresponse().status == 200
    connection.close()


def test_the_calls_of_a_key_are_written_while_it_serves_and_when_it_ends(site: Site) -> None:
    key = re.search(
        r"live_api_key_\S+", manage(site.env, "key", "add", "--kind", "server", "--name", "Till")
    )[0]
    for _time in range(5):
        call(site.port, key)
    wait_until(lambda: noted(site) == 5)
    call(site.port, key)
    site.process.terminate()
    site.process.wait(PATIENCE)
    assert noted(site) == 6
