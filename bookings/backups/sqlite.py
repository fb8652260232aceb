"""Copying a SQLite database while others write to it, and putting one in its place."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.backups.checksums import TableSum, table_sum
from bookings.backups.errors import BackupError
from bookings.backups.standstill import TABLE

MEMBER = "database.sqlite3"


def dump(connection: BaseDatabaseWrapper, folder: Path) -> tuple[Path, dict[str, TableSum]]:
    """Write a copy as of one moment into ``folder``; who writes meanwhile is not waited for."""
    copy = folder / MEMBER
    with closing(sqlite3.connect(_path(connection), timeout=60)) as source:
        source.execute("VACUUM INTO ?", [str(copy)])
    return copy, sums(copy)


def sums(path: Path) -> dict[str, TableSum]:
    """Of every table in the file."""
    with closing(sqlite3.connect(path)) as database:
        return {table: table_sum(_rows(database, table)) for table in _tables(database)}


def load(connection: BaseDatabaseWrapper, copy: Path, reason: str) -> None:
    """Put the copy, with its workers standing still, in the place of the connection's database."""
    target = _path(connection)
    connection.close()
    fresh = target.with_name(f".{target.name}.restored")
    fresh.write_bytes(copy.read_bytes())
    fresh.chmod(0o600)
    with closing(sqlite3.connect(fresh)) as database, database:
        if TABLE in _tables(database):  # an older release had none; the caller sees to that
            database.execute(f"INSERT OR IGNORE INTO {TABLE} (id, reason) VALUES (1, ?)", [reason])
    for rest in ("-wal", "-shm"):
        target.with_name(target.name + rest).unlink(missing_ok=True)
    fresh.replace(target)


def refuse_in_use(connection: BaseDatabaseWrapper) -> None:
    """Raise ``BackupError`` while another process has the database open."""
    connection.close()
    if not _path(connection).exists():
        return
    with closing(sqlite3.connect(_path(connection), timeout=0.5)) as database:
        try:
            database.execute(
                "PRAGMA journal_mode=DELETE"
            ).fetchall()  # refused as long as anybody else is there
            database.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            raise BackupError("The database is in use: end the web server and the worker first.") from error


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether nothing is there that a restore could destroy."""
    if not _path(connection).exists():
        return True
    with closing(sqlite3.connect(_path(connection))) as database:
        return not _tables(database)


def _path(connection: BaseDatabaseWrapper) -> Path:
    return Path(str(connection.settings_dict["NAME"]))


def _tables(database: sqlite3.Connection) -> list[str]:
    found = database.execute(
        "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' ORDER BY name"
    )
    return [row[0] for row in found]


def _rows(database: sqlite3.Connection, table: str) -> Iterator[Any]:
    columns = sorted(row[1] for row in database.execute(f'PRAGMA table_info("{table}")'))
    names = ", ".join(f'"{column}"' for column in columns)
    return database.execute(f'SELECT {names} FROM "{table}"')
