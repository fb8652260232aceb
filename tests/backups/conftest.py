"""A database of its own for each test, since restoring takes a whole one."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection

from bookings.backups import keys
from bookings.backups.drilling import throw_away_database
from bookings.backups.making import engine
from bookings.models import Standstill
from bookings.sql import is_postgresql


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a dump of a database with all migrations is, once a test has made one."""
    return tmp_path_factory.mktemp("migrated")


@pytest.fixture
def own_database(transactional_db: None, migrated: Path) -> Iterator[None]:
    """This process uses a migrated database that is gone after the test."""
    with throw_away_database():
        if found := [*migrated.iterdir()]:
            engine().load(connection, found[0], "A copy")
            Standstill.objects.all().delete()
        else:
            call_command("migrate", verbosity=0)
            engine().dump(connection, migrated)
        yield


@pytest.fixture
def folder(settings: Any, tmp_path: Path) -> Path:
    """Where backups go; pictures lie in a folder of the test, too."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.BACKUP_FOLDER = tmp_path / "backups"
    settings.BACKUP_KEY = settings.BACKUP_KEY_FILE = ""
    return tmp_path / "backups"


@pytest.fixture
def key_file(settings: Any, folder: Path, tmp_path: Path) -> Path:
    """Backups are encrypted; the private key lies here."""
    path = tmp_path / "private.key"
    settings.BACKUP_KEY = keys.new_key(path)
    settings.BACKUP_KEY_FILE = str(path)
    return path


def lose_the_disk() -> None:
    """Nothing is left of the database."""
    if is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("DROP SCHEMA public CASCADE; CREATE SCHEMA public")
        connection.close()
        return
    connection.close()
    for path in Path(connection.settings_dict["NAME"]).parent.glob("drill.sqlite3*"):
        path.unlink()
