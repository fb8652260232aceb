"""Migrating at start, by one process at a time: several machines may start together."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from bookings.unreleased import refuse_half_migrated

_LOCK = 0x626F6F6B  # any number that nothing else in the database uses


def migrate_once() -> None:
    """Apply the migrations that are not applied yet.  Raises ``HalfMigrated``."""
    with _alone():
        refuse_half_migrated(connection)
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            call_command("migrate", interactive=False, verbosity=0)


@contextmanager
def _alone() -> Iterator[None]:
    if connection.vendor != "postgresql":
        with (settings.VAR_DIR / "migrating.lock").open("w") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield
        return
    apart = connection.copy()
    try:
        # The lock of a transaction: that of a session would, behind a pooler, stay with a backend that the statement
        # which gives it back does not meet.
        apart.set_autocommit(False)
        with apart.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
        yield
        apart.rollback()
    finally:
        apart.close()
