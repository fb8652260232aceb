"""Migrating at start, by one process at a time: several machines may start together."""

import fcntl
import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.backups.making import make_backup
from bookings.migration_state import unapplied
from bookings.release_floor import refuse_too_old
from bookings.unreleased import refuse_half_migrated

_LOCK = 0x626F6F6B  # any number that nothing else in the database uses
_WAIT_SECONDS = 0.5


def migrate_once() -> None:
    """Apply the migrations that are not applied yet.  Raises ``HalfMigrated`` and ``ReleaseTooOld``."""
    with alone():
        refuse_half_migrated(connection)
        refuse_too_old(connection)
        if unapplied(connection):
            _copy_embedded()
            call_command("migrate", interactive=False, verbosity=0)


def _copy_embedded() -> None:
    """On the embedded database nobody else sees to a way back, so none is migrated without a copy."""
    is_embedded = str(connection.settings_dict["NAME"]) == str(settings.EMBEDDED_DATABASE)
    if is_embedded and settings.BACKUP_FOLDER and connection.introspection.table_names():
        make_backup(settings.BACKUP_FOLDER, keep=settings.BACKUP_KEEP)


@contextmanager
def alone() -> Iterator[None]:
    """One process at a time, of all machines, may look at the migrations and apply them."""
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
        while not _is_our_turn(apart):
            time.sleep(_WAIT_SECONDS)
        yield
        apart.rollback()
    finally:
        apart.close()


def _is_our_turn(apart: BaseDatabaseWrapper) -> bool:
    """Asked again and again, each time in a transaction of its own.

    Whoever waits inside a statement keeps a snapshot, for whose end an index waits that is made concurrently, and a
    backend, of which a pooler may have no other.
    """
    with apart.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [_LOCK])
        (got,) = cursor.fetchone()
    if not got:
        apart.rollback()
    return bool(got)
