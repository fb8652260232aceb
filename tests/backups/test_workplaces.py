"""What a backup, restore or drill begins is gone afterwards, also where its process is ended or killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.db import connection

from bookings.backups.drilling import throw_away_database
from bookings.backups.schedule import Upkeep
from bookings.backups.workplaces import PREFIX, workplace
from bookings.sql import is_postgresql

DRILLS = """
import sys, time
import django
django.setup()
from pathlib import Path
from django.conf import settings
from django.db import connection
settings.VAR_DIR = Path(sys.argv[1])
connection.settings_dict["NAME"] = sys.argv[2]
from bookings.backups.drilling import throw_away_database
from bookings.backups.workplaces import ended_in_order, workplace
with ended_in_order(), workplace() as folder, throw_away_database():
    (folder / "plain.tar").write_text("secret")
    connection.ensure_connection()
    print(connection.settings_dict["NAME"], flush=True)
    time.sleep(600)
"""


@pytest.fixture(autouse=True)
def var(settings: Any, tmp_path: Path) -> Path:
    settings.VAR_DIR = tmp_path / "var"
    settings.VAR_DIR.mkdir()
    return settings.VAR_DIR


@contextmanager
def drilling(var: Path) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """A process that has unpacked a backup and uses a throw-away database, and that one's name."""
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-c", DRILLS, str(var), str(connection.settings_dict["NAME"])]
    process = subprocess.Popen(command, cwd=django_settings.BASE_DIR, env=environment, stdout=subprocess.PIPE)
    try:
        assert process.stdout
        yield process, process.stdout.readline().decode().strip()
    finally:
        process.kill()
        process.wait()
        assert process.stdout
        process.stdout.close()


def databases() -> set[str]:
    """Those of drills, on the server."""
    if not is_postgresql():
        return set()
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE 'drill%%'")
        return {name for (name,) in cursor}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_one_that_is_ended_takes_everything_away(var: Path, number: int) -> None:
    with drilling(var) as (process, name):
        assert list(var.glob(f"{PREFIX}*/plain.tar"))
        process.send_signal(number)
        assert process.wait(60) == 128 + number
    assert list(var.iterdir()) == []
    assert name not in databases()


@pytest.mark.django_db(transaction=True)
def test_one_that_a_worker_began_ends_with_it(var: Path) -> None:
    upkeep = Upkeep()
    with drilling(var) as (process, name):
        upkeep._running.append(process)
        upkeep.terminate()
        upkeep.wait()
        assert process.poll() == 128 + signal.SIGTERM
    assert list(var.iterdir()) == []
    assert name not in databases()


@pytest.mark.django_db(transaction=True)
def test_what_one_that_was_killed_left_goes_with_the_next(var: Path) -> None:
    with drilling(var) as (process, _name):
        process.kill()
        process.wait()
    assert list(var.glob(f"{PREFIX}*/plain.tar"))
    with workplace() as own:
        assert list(var.iterdir()) == [own]
    assert list(var.iterdir()) == []


@pytest.mark.django_db(transaction=True)
def test_nothing_is_taken_from_one_that_works(var: Path) -> None:
    with drilling(var) as (process, name):
        [theirs] = var.glob(f"{PREFIX}*/plain.tar")
        with workplace(), throw_away_database():
            assert theirs.exists()
        assert theirs.exists()
        assert not is_postgresql() or name in databases()
        assert process.poll() is None


@pytest.mark.django_db(transaction=True)
@pytest.mark.skipif(not is_postgresql(), reason="SQLite's throw-away database is a file in such a folder")
def test_a_database_that_a_killed_drill_left_goes_once_no_drill_lasts_so_long() -> None:
    hours_ago = f"{datetime.now(UTC) - timedelta(hours=7):%Y%m%d%H%M}"
    old, new, foreign = (
        f"drill_{hours_ago}_{'a' * 12}",
        f"drill_{datetime.now(UTC):%Y%m%d%H%M}_{'b' * 12}",
        "drill_b",
    )
    try:
        for name in (old, new, foreign):
            with connection.cursor() as cursor:
                cursor.execute(f'CREATE DATABASE "{name}"')
        with throw_away_database():
            pass
        assert databases() & {old, new, foreign} == {new, foreign}
    finally:
        for name in (old, new, foreign):
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
