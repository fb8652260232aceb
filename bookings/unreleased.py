"""Databases from before the first release: recognised where they were migrated to its schema, else refused.

Their migrations are gone; the two that replace them say which they were.
"""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder


class HalfMigrated(Exception):
    """Some of the replaced migrations are missing; ``str()`` is a sentence for the operator."""

    def __init__(self, missing: list[str]) -> None:
        super().__init__(
            "This database comes from before release 0.1 and was not migrated to its end "
            f"(missing: {', '.join(missing)}). Start the version that made it once more, then this one; "
            "or begin with an empty database."
        )


def refuse_half_migrated(connection: BaseDatabaseWrapper) -> None:
    """Raise ``HalfMigrated`` where a database has some of the replaced migrations and not all."""
    replaced = _replaced()
    applied = set(MigrationRecorder(connection).applied_migrations()) & replaced
    if applied and applied != replaced:
        raise HalfMigrated(sorted(name for _app, name in replaced - applied))


def _replaced() -> set[tuple[str, str]]:
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    return {
        one
        for migration in loader.disk_migrations.values()
        for one in migration.replaces
        if one[0] == "bookings"
    }
