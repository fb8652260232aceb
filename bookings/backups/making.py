"""Making a backup, and keeping so many of them."""

from __future__ import annotations

import os
import re
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

from django.conf import settings
from django.db import connection

from bookings.backups import archive, keys, postgresql, sqlite
from bookings.backups.settings_file import settings_in_force
from bookings.backups.workplaces import workplace
from bookings.release_floor import RELEASE, floor_of
from bookings.sql import is_postgresql

_PART = re.compile(rf"\.{re.escape(archive.PREFIX)}\d{{8}}T\d{{12}}Z\.tar(\.age)?\.part")
_WRITTEN_ONCE = os.O_WRONLY | os.O_CREAT | os.O_EXCL


@dataclass(frozen=True, kw_only=True)
class Made:
    """A backup that was just made."""

    path: Path
    manifest: archive.Manifest
    seconds: float
    public_key: str = ""
    """For whom it is encrypted; empty: it is not."""

    @property
    def in_words(self) -> str:
        """Two sentences: what it is, and whether it opens everything by itself."""
        rows = sum(table.rows for table in self.manifest.tables.values())
        size = self.path.stat().st_size / 1e6
        made = f"{self.path}: {rows} rows, {size:.1f} MB, {self.seconds:.1f} s."
        if self.manifest.whole:
            return f"{made}\nIt is whole and encrypted: restore it with the private key of {self.public_key}."
        return (
            f"{made}\nIt holds no secrets: by itself it cannot open links in mails, nor calendars. "
            f"Keep the SECRET_KEY with the fingerprint {self.manifest.fingerprint} somewhere else, or give backups "
            "a key (BACKUP_KEY, or the desk's page of backups)."
        )


def engine() -> ModuleType:
    """The module that copies the database in use."""
    return postgresql if is_postgresql() else sqlite


def make_backup(folder: Path, *, keep: int) -> Made:
    """Make one in ``folder`` and remove all but the newest ``keep`` of it.  Raises ``BackupError``, ``OSError``."""
    begun = time.monotonic()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    made_at = datetime.now(UTC)
    public_key = keys.in_force()
    whole = bool(public_key)
    suffix = archive.ENCRYPTED if whole else archive.PLAIN
    target = folder / f"{archive.PREFIX}{made_at:%Y%m%dT%H%M%S%f}Z{suffix}"
    _remove_what_died(folder)
    # Beside the database and not where the backup goes: until it is encrypted it is as secret as that.
    with workplace() as own:
        database, tables = engine().dump(connection, own)
        manifest = archive.Manifest(
            made_at=made_at,
            release=RELEASE,
            floor=floor_of(connection) or RELEASE,
            engine=connection.vendor,
            database=database.name,
            digest=archive.digest(database),
            fingerprint=keys.fingerprint(),
            whole=whole,
            tables=tables,
        )
        tar = own / "backup.tar"
        archive.pack(
            tar, manifest, database, Path(settings.MEDIA_ROOT), settings_in_force() if whole else None
        )
        _put_in_place(tar, target, public_key)
    for old in backups_in(folder)[:-keep]:
        old.unlink(missing_ok=True)
    return Made(path=target, manifest=manifest, seconds=time.monotonic() - begun, public_key=public_key)


def _remove_what_died(folder: Path) -> None:
    """A process that was killed has left a part of a backup in ``folder``."""
    yesterday = time.time() - 24 * 3600
    for left in folder.iterdir():
        if _PART.fullmatch(left.name) and left.stat().st_mtime < yesterday:
            left.unlink(missing_ok=True)


def _put_in_place(tar: Path, target: Path, public_key: str) -> None:
    """Under its own name there is only ever a whole file."""
    ready = tar
    if target.name.endswith(archive.ENCRYPTED):
        ready = tar.with_name("backup.tar.age")
        keys.encrypt(tar, ready, public_key)
    part = target.with_name(f".{target.name}.part")
    try:
        with ready.open("rb") as whole, os.fdopen(os.open(part, _WRITTEN_ONCE, 0o600), "wb") as file:
            shutil.copyfileobj(whole, file, 1 << 20)
            file.flush()
            os.fsync(file.fileno())
        part.replace(target)
    finally:
        part.unlink(missing_ok=True)


def backups_in(folder: Path) -> list[Path]:
    """All of a folder, the oldest first."""
    if not folder.is_dir():
        return []
    found = (path for path in folder.iterdir() if path.name.startswith(archive.PREFIX))
    return sorted(path for path in found if path.name.endswith((archive.PLAIN, archive.ENCRYPTED)))
