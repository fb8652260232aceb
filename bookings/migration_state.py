"""How far the database's migrations and this release's are from each other."""

from __future__ import annotations

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

OURS = "bookings"


def unapplied(connection: BaseDatabaseWrapper) -> list[str]:
    """Return the migrations of this release that the database lacks, in the order in which they are applied."""
    executor = MigrationExecutor(connection)
    plan = executor.migration_plan(executor.loader.graph.leaf_nodes())
    return [f"{migration.app_label}.{migration.name}" for migration, _backwards in plan]


def unknown(connection: BaseDatabaseWrapper) -> list[str]:
    """Return our migrations that the database has and this release does not know: a newer release made them."""
    loader = MigrationLoader(None, load=False)
    loader.load_disk()
    known = set(loader.disk_migrations)
    known |= {one for migration in loader.disk_migrations.values() for one in migration.replaces}
    applied = MigrationRecorder(connection).applied_migrations()
    return sorted(name for app, name in applied if app == OURS and (app, name) not in known)
