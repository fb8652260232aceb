"""Databases from before the first release: the whole ones go on, half ones are refused in words."""

import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from bookings.unreleased import _replaced

pytestmark = pytest.mark.own_database
ROOT = Path(__file__).resolve().parent.parent
REPLACED = sorted(name for _app, name in _replaced())


def manage(database: Path, *words: str) -> "subprocess.CompletedProcess[str]":
    own = {"DATABASE_URL": f"sqlite:///{database}", "DJANGO_SETTINGS_MODULE": "booking_site.settings"}
    command = [sys.executable, "manage.py", *words]
    return subprocess.run(
        command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True, check=False
    )


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as those older migrations left one: no later one has run."""
    database = tmp_path_factory.mktemp("unreleased") / "db.sqlite3"
    done = manage(database, "migrate", "bookings", "0002_release_0_1_seeds", "--verbosity=0")
    assert done.returncode == 0, done.stderr
    return database


def as_if_made_by(database: Path, names: list[str], copy: Path) -> Path:
    """A copy of the database that remembers the migrations of these names instead of our own."""
    copy.write_bytes(database.read_bytes())
    with closing(sqlite3.connect(copy)) as connection, connection:
        connection.execute("DELETE FROM django_migrations WHERE app = 'bookings'")
        rows = [("bookings", name, "2026-11-24") for name in names]
        connection.executemany("INSERT INTO django_migrations (app, name, applied) VALUES (?, ?, ?)", rows)
    return copy


def test_nine_migrations_are_replaced() -> None:
    assert [name[:4] for name in REPLACED] == [f"000{number}" for number in range(1, 10)]


def test_a_database_that_has_them_all_goes_on(migrated: Path, tmp_path: Path) -> None:
    before = as_if_made_by(migrated, REPLACED, tmp_path / "before.sqlite3")
    done = manage(before, "migrate", "--verbosity=1")
    assert done.returncode == 0, done.stderr
    assert "0003_history_names_its_constraint... OK" in done.stdout
    assert "0001_release_0_1_schema" not in done.stdout
    assert manage(before, "migrate", "--check").returncode == 0


def test_one_that_has_some_of_them_is_refused_with_what_is_missing(migrated: Path, tmp_path: Path) -> None:
    half = as_if_made_by(migrated, REPLACED[:6], tmp_path / "half.sqlite3")
    done = manage(half, "migrate")
    assert done.returncode == 1
    assert "comes from before release 0.1" in done.stderr
    assert "0009_sentences_for_actions" in done.stderr
    assert "Traceback" not in done.stderr
