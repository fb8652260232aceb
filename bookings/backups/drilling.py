"""The drill: a backup is restored into a throw-away database, and everything that can be looked at is looked at."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, IntegrityError, connection

from bookings.backups import keys, postgresql, sqlite
from bookings.backups.archive import Manifest, Opened, opened
from bookings.backups.checksums import differences
from bookings.backups.errors import BackupError
from bookings.backups.making import engine
from bookings.backups.standstill import TABLE
from bookings.backups.workplaces import workplace
from bookings.invariants import broken
from bookings.release_floor import RELEASE, parts
from bookings.sql import is_postgresql

_PREFIX, _MINUTE = "drill_", "%Y%m%d%H%M"
_OF_A_DRILL = re.compile(rf"{_PREFIX}(?P<begun>\d{{12}})_[0-9a-f]{{12}}")
_LONGEST_DRILL = timedelta(hours=6)
Check = Callable[[], Iterator[str]]
"""Looks at the restored database and tells what is wrong with it."""


@dataclass
class Drill:
    """What came of a drill.  ``faults`` are sentences; the backup is good where there are none."""

    file: str
    rows: int = 0
    faults: list[str] = field(default_factory=list)

    @property
    def verdict(self) -> str:
        """One sentence that begins with yes or no."""
        if self.faults:
            return f"No, one could not sleep: of {self.file} {'; '.join(self.faults)}."
        restored = f"{self.file} was restored, its {self.rows} rows are the same"
        return f"Yes, one can sleep: {restored}, and the promise holds."


def drill(path: Path, key_file: str, checks: list[Check]) -> Drill:
    """Restore the backup aside and look at it; the database in use is not touched, nothing is sent."""
    result = Drill(path.name)
    try:
        with opened(path, key_file) as backup:
            result.rows = sum(table.rows for table in backup.manifest.tables.values())
            result.faults += _of_the_file(backup.manifest)
            if parts(backup.manifest.floor) <= parts(RELEASE) and backup.manifest.engine == connection.vendor:
                with throw_away_database():
                    result.faults += _restored(backup, checks)
    except BackupError as problem:
        result.faults.append(str(problem).rstrip("."))
    return result


def _of_the_file(manifest: Manifest) -> Iterator[str]:
    if not manifest.whole:
        yield "the secrets are missing (backups have no key)"
    if manifest.fingerprint not in keys.known_fingerprints():
        yield f"the SECRET_KEY was another (fingerprint {manifest.fingerprint})"
    if manifest.engine != connection.vendor:
        yield f"the database was {manifest.engine}"
    if parts(manifest.floor) > parts(RELEASE):
        yield f"release {manifest.floor} is needed"


def _restored(backup: Opened, checks: list[Check]) -> list[str]:
    engine().load(connection, backup.database, "A drill")
    found = (
        postgresql.sums(connection)
        if is_postgresql()
        else sqlite.sums(Path(connection.settings_dict["NAME"]))
    )
    wanted = dict(backup.manifest.tables)
    for sums in (wanted, found):
        sums.pop(TABLE, None)  # the restore itself writes there
    faults = list(differences(wanted, found))
    for check in (_references, broken, *checks):
        try:
            faults += check()
        except DatabaseError as error:
            faults.append(f"the database failed: {str(error).strip()}")
    return faults


def _references() -> Iterator[str]:
    try:
        connection.check_constraints()
    except IntegrityError as error:
        yield f"a row refers to one that is missing: {error}"
    if not is_postgresql():
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA integrity_check")
            if (said := cursor.fetchone()[0]) != "ok":
                yield f"the file is damaged: {said}"


@contextmanager
def throw_away_database() -> Iterator[None]:
    """Let this process use an empty database, which is gone afterwards, instead of its own.

    One whose process was killed goes when the next is made.
    """
    if is_postgresql():
        _drop_what_died()
        name = f"{_PREFIX}{datetime.now(UTC):{_MINUTE}}_{secrets.token_hex(6)}"
        _maintain(f'CREATE DATABASE "{name}"')
        try:
            with _pointed_at(name):
                yield
        finally:
            _maintain(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        return
    with workplace() as folder, _pointed_at(str(folder / "drill.sqlite3")):
        yield


def _drop_what_died() -> None:
    """Those of drills that began hours ago, and that nobody is connected to."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", [f"{_PREFIX}%"])
        names = [name for (name,) in cursor]
    long_ago = f"{datetime.now(UTC) - _LONGEST_DRILL:{_MINUTE}}"
    for name in names:
        found = _OF_A_DRILL.fullmatch(name)
        if found and found["begun"] < long_ago:
            with suppress(BackupError):  # somebody is connected to it, or was faster
                _maintain(f'DROP DATABASE "{name}"')


def _maintain(statement: str) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute(statement)
    except DatabaseError as error:
        raise BackupError(
            f"No throw-away database can be made ({str(error).strip()}): give the site's role CREATEDB."
        ) from error


@contextmanager
def _pointed_at(name: str) -> Iterator[None]:
    own = connection.settings_dict["NAME"]
    connection.close()
    connection.settings_dict["NAME"] = name
    try:
        yield
    finally:
        connection.close()
        connection.settings_dict["NAME"] = own
