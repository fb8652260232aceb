"""Which releases may run on a database: code refuses one whose floor is above it, and serves on any other.

A migration names the oldest release that may still run beside it as ``oldest_release``; one that says nothing means
the release before its own.  ``migrate`` writes the highest of them into the database.
"""

from __future__ import annotations

import tomllib
from pathlib import Path

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

TABLE = "bookings_releasefloor"

_PROJECT = Path(__file__).resolve().parent.parent / "pyproject.toml"
RELEASE: str = tomllib.loads(_PROJECT.read_text(encoding="utf-8"))["project"]["version"]
"""This release, like ``0.1.0``."""

LAST_MIGRATIONS = {"0.1.0": "0002_release_0_1_seeds"}
"""The last migration of each release; a line is added when one is made."""


class ReleaseTooOld(Exception):
    """The database was migrated past this release; ``str()`` is a sentence for the operator."""

    def __init__(self, floor: str) -> None:
        super().__init__(
            f"This database was migrated by a newer release and serves release {floor} or newer; this is {RELEASE}. "
            f"Start release {floor} or newer, or restore the backup that was made before the upgrade."
        )


def parts(release: str) -> tuple[int, ...]:
    """A release as numbers that compare: ``0.10.0`` is newer than ``0.9.1``."""
    return tuple(int(part) for part in release.split("."))


def oldest_release(name: str, migration: object) -> str:
    """The oldest release that may run beside the migration of that name."""
    said: str | None = getattr(migration, "oldest_release", None)
    if said:
        return said
    before = [release for release, last in LAST_MIGRATIONS.items() if name > last]
    return max(before, key=parts, default=min(LAST_MIGRATIONS, key=parts))


def floor_of(connection: BaseDatabaseWrapper) -> str | None:
    """The database's floor; None where nothing wrote one yet."""
    if TABLE not in connection.introspection.table_names():
        return None
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT release FROM {TABLE}")
        row = cursor.fetchone()
    return str(row[0]) if row else None


def refuse_too_old(connection: BaseDatabaseWrapper) -> None:
    """Raise ``ReleaseTooOld`` where the database's floor is above this release."""
    floor = floor_of(connection)
    if floor and parts(floor) > parts(RELEASE):
        raise ReleaseTooOld(floor)


def write_floor(connection: BaseDatabaseWrapper) -> None:
    """Raise the floor to what the applied migrations say; it never falls, so older code changes nothing."""
    if TABLE not in connection.introspection.table_names():
        return
    present = floor_of(connection)
    floor = max([*_wanted(connection), *filter(None, [present])], key=parts)
    if floor != present:
        with connection.cursor() as cursor:
            cursor.execute(
                f"INSERT INTO {TABLE} (id, release) VALUES (1, %s) "
                "ON CONFLICT (id) DO UPDATE SET release = excluded.release",
                [floor],
            )


def _wanted(connection: BaseDatabaseWrapper) -> list[str]:
    loader = MigrationLoader(connection)
    applied = loader.applied_migrations
    assert applied is not None  # noqa: S101  # it was given a connection
    return [
        oldest_release(name, migration)
        for (app, name), migration in loader.disk_migrations.items()
        if app == "bookings" and (app, name) in applied
    ]
