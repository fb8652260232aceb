"""`./run upgrade`: a backup, a look, the migrations, and a new start of what runs; the new code lies there already."""

import os
import signal
from contextlib import suppress
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from booking_site import together
from booking_site.collecting import collect_once
from booking_site.migrating import alone
from bookings.backups.making import make_backup
from bookings.migration_state import unapplied
from bookings.release_floor import RELEASE, refuse_too_old
from bookings.unreleased import refuse_half_migrated


def upgrade() -> None:
    """Bring the database to this release.  Raises what `booking_site.launch` tells in words."""
    with alone():
        refuse_half_migrated(connection)
        refuse_too_old(connection)
        waiting = unapplied(connection)
        if waiting and connection.introspection.table_names():
            print(f"Backup: {back_up_before()}")
        call_command("check", deploy=settings.SITE_IS_HTTPS)
        print(f"{len(waiting)} migrations wait." if waiting else "No migration waits.")
        call_command("migrate", interactive=False, verbosity=0)
    collect_once()
    started = restart()
    print(f"The database is at release {RELEASE}.", "The site was started anew." if started else _start_it())


def back_up_before() -> Path:
    """Make the backup to which one goes back, and return where it is.  Raises ``BackupError``."""
    folder = settings.BACKUP_FOLDER or settings.VAR_DIR / "backups"
    return make_backup(folder, keep=settings.BACKUP_KEEP).path


def restart() -> bool:
    """Let the supervisor of `./run` end its parts and start them anew; False where none runs."""
    with suppress(OSError, ValueError):
        pid = int(together.PID_FILE.read_text())
        if together.is_supervisor(pid):
            os.kill(pid, signal.SIGUSR1)
            return True
    return False


def _start_it() -> str:
    return (
        "Start the web server and the worker anew, one machine after the other; docs/upgrading.md says how."
    )
