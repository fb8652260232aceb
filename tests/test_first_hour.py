"""What a newcomer types, from a fresh folder to a booking at the desk: `./run setup`, `./run`, and the pages."""

from __future__ import annotations

import os
import pty
import re
import select
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from http.cookiejar import CookieJar
from pathlib import Path
from urllib.parse import urlencode, urljoin
from urllib.request import HTTPCookieProcessor, OpenerDirector, build_opener

import pytest

from tests.admin.conftest import filled_in
from tests.setup.answers import ANSWERS

pytestmark = pytest.mark.own_database
ROOT = Path(__file__).resolve().parent.parent
PATIENCE = 90  # seconds, on a busy machine
TYPED = [
    *(
        str(ANSWERS[name])
        for name in ("name", "language", "country", "address", "phone", "email", "login", "password")
    ),
    "Mon-Sun 8-20",
    *(str(ANSWERS[name]) for name in ("people", "service", "length", "price")),
]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """The sources in a folder of their own, with an environment that is there already so that nothing is downloaded."""
    names = subprocess.run(
        ["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout
    for name in filter(None, names.split("\0")):
        if not name.startswith(("tests/", "bench/", "docs/")) and (ROOT / name).is_file():
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(ROOT / name, tmp_path / name)
    programs = tmp_path / ".venv" / "bin"
    programs.mkdir(parents=True)
    python = f'#!/bin/sh\nexec "{sys.executable}" "$@"\n'
    (programs / "python").write_text(python)
    (programs / "python").chmod(0o755)
    shutil.copy(ROOT / "requirements.lock", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def environment() -> dict[str, str]:
    """A newcomer's: nothing of ours is set, but for a port that is free."""
    ours = (
        "SECRET_KEY",
        "DATABASE_URL",
        "ENV_FILE",
        "DJANGO_SETTINGS_MODULE",
        "BOOKING_TEST_DIR",
        "EMAIL_URL",
        "DEMO",
        "SITE_URL",
    )
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = str(free.getsockname()[1])
    plain = {name: value for name, value in os.environ.items() if name not in ours}
    return plain | {
        "PORT": port,
        "PYTHONDONTWRITEBYTECODE": "1",
        "WEB_CONCURRENCY": "1",
        "LOG_LEVEL": "WARNING",
    }


def type_answers(checkout: Path, environment: dict[str, str], answers: list[str]) -> tuple[str, int]:
    """Sit at a terminal before `./run setup` and type an answer to each prompt."""
    process, terminal = pty.fork()
    if process == 0:
        os.chdir(checkout)
        os.execve("./run", ["./run", "setup"], environment)  # noqa: S606  # this process becomes the terminal's
    said, left, until = "", list(answers), time.monotonic() + PATIENCE
    while time.monotonic() < until:
        ready, _w, _x = select.select([terminal], [], [], 1)
        try:
            read = os.read(terminal, 4096).decode(errors="replace") if ready else ""
        except OSError:  # what Linux says at the end
            break
        said += read
        if read.endswith("> ") and left:
            os.write(terminal, f"{left.pop(0)}\n".encode())
    _pid, status = os.waitpid(process, 0)
    return said, os.waitstatus_to_exitcode(status)


@pytest.fixture
def served(checkout: Path, environment: dict[str, str]) -> Iterator[tuple[str, str]]:
    """The site, set up and started as the README says: its address, and what setup said."""
    said, code = type_answers(checkout, environment, TYPED)
    assert code == 0, said
    server = subprocess.Popen(
        ["./run"], cwd=checkout, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    site, until = f"http://127.0.0.1:{environment['PORT']}", time.monotonic() + PATIENCE
    try:
        while not answers(site):
            assert server.poll() is None, server.stdout.read() if server.stdout else ""
            assert time.monotonic() < until
            time.sleep(0.2)
        yield site, said
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE)


def answers(site: str) -> bool:
    try:
        return bool(build_opener().open(f"{site}/readyz").status == 200)
    except OSError:
        return False


class Browser:
    """Plain HTTP with cookies: opens pages and sends their forms."""

    def __init__(self) -> None:
        self.opener: OpenerDirector = build_opener(HTTPCookieProcessor(CookieJar()))
        self.url, self.page = "", ""

    def open(self, url: str, data: dict[str, str] | None = None) -> str:
        body = urlencode(data).encode() if data is not None else None
        answer = self.opener.open(urljoin(self.url, url), body)
        self.url, self.page = answer.url, answer.read().decode()
        return self.page

    def send(self, part: str, **typed: str) -> str:
        """Fill in the form whose text or address has ``part`` in it."""
        action, values = filled_in(self.page, part, typed)
        return self.open(action or self.url, values)


def test_a_newcomer_sets_up_a_site_is_booked_and_sees_it_at_the_desk(served: tuple[str, str]) -> None:
    site, said = served
    assert all(f"{number}/12 " in said for number in range(1, 13))
    assert str(ANSWERS["password"]) not in said
    assert "It is not shown while you type." in said
    assert f"{site}/book/haircut/" in said
    customer = Browser()
    assert "Haircut" in customer.open(f"{site}/")
    customer.open(f"{site}/book/haircut/?seek=next")
    customer.send("/hold/")
    booked = customer.send("email", name="Marty McFly", email="marty@example.com", phone="")
    assert "/b/" in customer.url, booked
    staff = Browser()
    staff.open(f"{site}/admin/login/?next=/admin/bookings/booking/")
    shown = staff.send("password", username=str(ANSWERS["login"]), password=str(ANSWERS["password"]))
    assert "Marty McFly" in shown


def test_a_start_without_a_demo_says_how_to_get_a_login(checkout: Path, environment: dict[str, str]) -> None:
    server = subprocess.Popen(
        ["./run", "web"],
        cwd=checkout,
        env=environment | {"DEMO": "0"},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert server.stdout
    lines, until = "", time.monotonic() + PATIENCE
    try:
        while "createsuperuser" not in lines and time.monotonic() < until:
            lines += server.stdout.readline()
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=PATIENCE)
    assert re.search(rf"http://127\.0\.0\.1:{environment['PORT']}/setup/[\w-]{{20,}}/\n", lines)
    assert "./run setup" in lines
