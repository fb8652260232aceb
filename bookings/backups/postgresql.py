"""Copying a PostgreSQL database as of one moment, and filling an empty one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.backups import programs
from bookings.backups.checksums import TableSum, table_sum
from bookings.backups.errors import BackupError
from bookings.backups.standstill import TABLE

MEMBER = "database.dump"
_AT_ONCE = 2000
_HEAD = 2000
"""So many bytes at the beginning of a script hold its settings and none of its rows."""


def dump(connection: BaseDatabaseWrapper, folder: Path) -> tuple[Path, dict[str, TableSum]]:
    """Write a dump into ``folder``; the checksums are of the same snapshot, and nobody is waited for."""
    target = folder / MEMBER
    with _snapshot(connection) as (apart, snapshot):
        words = [
            "--format=custom",
            "--no-owner",
            "--no-privileges",
            f"--snapshot={snapshot}",
            f"--file={target}",
        ]
        programs.run("pg_dump", *words, connection=connection)
        return target, _sums(apart)


def sums(connection: BaseDatabaseWrapper) -> dict[str, TableSum]:
    """Of every table of the database."""
    with _snapshot(connection) as (apart, _name):
        return _sums(apart)


def load(connection: BaseDatabaseWrapper, copy: Path, reason: str) -> None:
    """Put a dump in the place of what is there, in one transaction that leaves its workers standing still."""
    script = programs.run(
        "pg_restore",
        "--no-owner",
        "--no-privileges",
        "--no-comments",
        "--file=-",
        str(copy),
        connection=connection,
    )
    script = _for_older_servers(script)
    quoted = reason.replace("'", "''")
    table = f"public.{TABLE}"
    row = f"INSERT INTO {table} (id, reason) VALUES (1, '{quoted}') ON CONFLICT DO NOTHING"
    # An older release had no such table; the caller sees to that.
    still = f"DO $$ BEGIN IF to_regclass('{table}') IS NOT NULL THEN {row}; END IF; END $$;"
    cleared = "" if is_empty(connection) else "DROP SCHEMA public CASCADE; CREATE SCHEMA public;"
    connection.close()  # which would keep the tables locked
    words = ["--quiet", "--no-psqlrc", "--single-transaction", "--set=ON_ERROR_STOP=1", "--file=-"]
    whole = b"%s\n%s\n%s\n" % (cleared.encode(), script, still.encode())
    programs.run("psql", *words, connection=connection, script=whole)


def _for_older_servers(script: bytes) -> bytes:
    """Without what pg_restore 17 begins with and no server before 17 knows; it says what holds anyway."""
    head, rest = script[:_HEAD], script[_HEAD:]
    return head.replace(b"\nSET transaction_timeout = 0;\n", b"\n") + rest


def refuse_in_use(connection: BaseDatabaseWrapper) -> None:
    """Raise ``BackupError`` while anybody else is connected."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND pid <> pg_backend_pid() AND backend_type = 'client backend'"
        )
        (others,) = cursor.fetchone()
    if others:
        raise BackupError(
            f"The database is in use ({others} connections): end the web server, the worker and a pooler first."
        )


def is_empty(connection: BaseDatabaseWrapper) -> bool:
    """Whether nothing is there that a restore could destroy."""
    return not connection.introspection.table_names()


@contextmanager
def _snapshot(connection: BaseDatabaseWrapper) -> Iterator[tuple[Any, str]]:
    """A connection of its own that sees one moment, and that moment's name for others."""
    apart = connection.copy()
    try:
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield apart, name
        apart.rollback()
    finally:
        apart.close()


def _sums(apart: BaseDatabaseWrapper) -> dict[str, TableSum]:
    return {table: table_sum(_rows(apart, table)) for table in sorted(apart.introspection.table_names())}


def _rows(apart: BaseDatabaseWrapper, table: str) -> Iterator[Any]:
    with apart.cursor() as cursor:
        described = apart.introspection.get_table_description(cursor, table)
    names = ", ".join(f'"{column}"' for column in sorted(column.name for column in described))
    with apart.connection.cursor(name="rows_of_a_table") as cursor:
        cursor.itersize = _AT_ONCE
        cursor.execute(f'SELECT {names} FROM "{table}"')
        yield from cursor
