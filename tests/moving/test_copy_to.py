"""A SQLite site goes to PostgreSQL: no row differs, it is read-only meanwhile, and a copy that was cut goes on."""

from __future__ import annotations

import signal
import subprocess
import sys
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from bookings import read_only
from bookings.models import ApiKey, Standstill
from tests.clients.live import ROOT, environment, fresh_database, manage
from tests.situations import a_resource, a_server_key

ON_POSTGRESQL = connection.vendor == "postgresql"
NEEDS_BOTH = pytest.mark.skipif(not ON_POSTGRESQL, reason="PostgreSQL is where it goes")
UNBUFFERED = {"PYTHONUNBUFFERED": "1"}
ROWS = """
from datetime import timedelta
from tests.situations import *
room = a_resource(name="Zoë — “Ω” \\\\ tab\\tline\\n")
for number in range(40):
    booking = a_booking(room, at(8) + number * HOUR, price="12.345", currency="EUR")
from bookings.lifecycle import Actor, act, reschedule
act(booking, "cancel", by=Actor("staff", "1"))
first = Booking.objects.get(resource=room, start=at(8))
reschedule(first, start=at(8, days=9), end=at(9, days=9), by=SERVER)
a_hold(room, at(8, days=12))
session = a_session(room, at(8, days=14), seats=3)
a_seat(session)
"""


@pytest.fixture
def site(tmp_path: Path) -> dict[str, str]:
    """The environment of a SQLite site with rows of every kind."""
    env = environment(f"sqlite:///{tmp_path / 'source.sqlite3'}", "http://testserver", tmp_path)
    env["DEMO"] = "0"
    manage(env, "migrate", "--verbosity=0")
    manage(env, "demo")
    manage(env, "shell", "--no-imports", "-c", ROWS)
    return env


@pytest.fixture
def target(tmp_path: Path) -> Iterator[str]:
    with fresh_database(tmp_path) as url:
        yield url


def count(url: str, table: str) -> int:
    with psycopg.connect(url) as database:
        row = database.execute(f"SELECT count(*) FROM {table}").fetchone()
    assert row
    return int(row[0])


@NEEDS_BOTH
def test_no_row_differs_and_the_new_site_works(site: dict[str, str], target: str) -> None:
    told = manage(site, "copy_to", target)
    assert "0 rows differ" in told
    assert "bookings_booking: " in told
    assert count(target, "bookings_booking") >= 43
    assert count(target, "bookings_standstill") == 0
    moved = site | {"DATABASE_URL": target}
    again = "from tests.situations import *; room = Resource.objects.get(name__startswith='Zo'); "
    again += "a_booking(room, at(8, days=20))"
    manage(moved, "shell", "--no-imports", "-c", again)
    with pytest.raises(AssertionError, match="taken"):
        manage(moved, "shell", "--no-imports", "-c", again)
    assert "The promise holds" in manage(moved, "prove", "--clients=4")
    assert "The target is not empty" in refused(site, "copy_to", target)
    assert manage(site, "copy_to", "--give-up").strip() == "This site goes on as it was."


def refused(env: dict[str, str], *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "manage.py", *words], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1, done.stdout
    assert "Traceback" not in done.stderr, done.stderr
    return done.stderr


@NEEDS_BOTH
def test_a_copy_that_was_killed_goes_on(site: dict[str, str], target: str) -> None:
    words = [sys.executable, "manage.py", "copy_to", target]
    with subprocess.Popen(
        words, cwd=ROOT, env=site | UNBUFFERED, stdout=subprocess.PIPE, text=True
    ) as copying:
        assert copying.stdout
        for line in copying.stdout:
            if line.startswith("bookings_resource"):
                break
        copying.send_signal(signal.SIGKILL)
    told = manage(site, "copy_to", target)
    assert "0 rows differ" in told
    assert "django_content_type" not in told, "what was whole is not copied again"


@NEEDS_BOTH
def test_what_is_changed_meanwhile_is_copied_again(site: dict[str, str], target: str) -> None:
    late = (
        "from bookings.moving import copying; from tests.situations import a_resource; fill = copying._fill\n"
        "def slow(model, tell):\n"
        "    fill(model, tell)\n"
        "    if model.__name__ == 'Resource' and not late: late.append(a_resource(name='Late', slug='late'))\n"
        "late = []; copying._fill = slow\n"
        "from django.core.management import call_command\n"
        f"call_command('copy_to', {target!r})"
    )
    assert manage(site, "shell", "--no-imports", "-c", late).count("bookings_resource: ") == 2
    assert count(target, "bookings_resource WHERE name = 'Late'") == 1


@NEEDS_BOTH
def test_who_goes_on_reading_keeps_no_site_from_being_moved(site: dict[str, str], target: str) -> None:
    reading = (
        "from bookings.moving import copying; from bookings.models import RequestCount; differs = copying._differs\n"
        "from django.utils import timezone\n"
        "def read(model):\n"
        "    found = differs(model)\n"
        "    if model.__name__ == 'Site': RequestCount.objects.add('address:x', timezone.now(), 1)\n"
        "    return found\n"
        "copying._differs = read\n"
        "from django.core.management import call_command\n"
        f"call_command('copy_to', {target!r})"
    )
    assert "0 rows differ" in manage(site, "shell", "--no-imports", "-c", reading)


@NEEDS_BOTH
def test_what_stood_still_stands_still_there(site: dict[str, str], target: str) -> None:
    manage(site, "restore", "--stand-still")
    assert "restore --resume" in manage(site, "copy_to", target)
    assert count(target, "bookings_standstill WHERE reason = 'Stopped by the operator.'") == 1
    manage(site, "copy_to", "--give-up")
    assert "The site stands still" in manage(site, "restore", "--resume")


@NEEDS_BOTH
def test_a_target_that_holds_something_and_one_that_is_none_are_refused(
    site: dict[str, str], target: str
) -> None:
    with psycopg.connect(target, autocommit=True) as database:
        database.execute("CREATE TABLE theirs (id int)")
    assert "not empty" in refused(site, "copy_to", target)
    assert "like postgres://" in refused(site, "copy_to", "sqlite:////tmp/x.sqlite3")
    assert "like postgres://" in refused(site, "copy_to")


@pytest.mark.django_db
@pytest.mark.skipif(not ON_POSTGRESQL, reason="a site on PostgreSQL has gone there")
def test_a_postgresql_site_is_not_copied() -> None:
    with pytest.raises(CommandError, match="Only a SQLite site"):
        call_command("copy_to", "postgres://u@h/n")


@pytest.mark.django_db
@pytest.mark.skipif(ON_POSTGRESQL, reason="only a SQLite site is moved")
def test_meanwhile_the_site_is_read_and_not_changed(client: Client, settings: Any) -> None:
    a_resource()
    mark = read_only.mark()
    assert mark
    mark.touch()
    try:
        assert client.get("/").status_code == 200
        for answer in (client.post("/v2/bookings", {}, "application/json"), client.post("/book/any/hold/")):
            assert answer.status_code == 503
            assert answer["Retry-After"] == "60"
            assert "is being moved" in answer.content.decode()
        assert client.post("/v2/bookings", {}, "application/json")["Access-Control-Allow-Origin"] == "*"
        call_command("copy_to", give_up=True)
        _key, value = a_server_key()
        mark.touch()
        door = {"Authorization": "Basic " + b64encode(f":{value}".encode()).decode()}
        assert client.get("/v2/projects", headers=door).status_code == 200
        assert ApiKey.objects.get().last_used_at is None
    finally:
        mark.unlink(missing_ok=True)
    assert not Standstill.objects.exists()
    assert client.post("/v2/bookings", {}, "application/json").status_code == 401
