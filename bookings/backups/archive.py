"""The one file of a backup: a tar with a manifest, the database, the pictures and perhaps the settings."""

from __future__ import annotations

import hashlib
import json
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path, PurePosixPath
from typing import Any

from bookings.backups import keys
from bookings.backups.checksums import TableSum
from bookings.backups.errors import BackupError
from bookings.backups.workplaces import workplace

FORMAT = 1
PLAIN, ENCRYPTED = ".tar", ".tar.age"
PREFIX = "booking-"
SETTINGS = "settings.env"
_MANIFEST = "manifest.json"
_MEDIA = "media"


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What a backup says about itself.  ``floor`` is the oldest release that may serve it."""

    made_at: datetime
    release: str
    floor: str
    engine: str
    database: str
    """The member that holds the database."""
    digest: str
    """SHA-256 of that member."""
    fingerprint: str
    """Of the SECRET_KEY that opens its links and calendars."""
    whole: bool
    """Whether the settings, that key among them, are inside."""
    tables: dict[str, TableSum]

    def as_json(self) -> str:
        return json.dumps({"format": FORMAT} | asdict(self) | {"made_at": self.made_at.isoformat()}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Manifest:
        try:
            said: dict[str, Any] = json.loads(text)
            if said.pop("format") != FORMAT:
                raise BackupError(
                    "The backup is of a later form; use the release that made it, or a newer one."
                )
            tables = {name: TableSum(**one) for name, one in said.pop("tables").items()}
            made_at = datetime.fromisoformat(said.pop("made_at"))
            return cls(made_at=made_at, tables=tables, **said)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise BackupError("The file is no backup of this site: its manifest cannot be read.") from error


@dataclass(frozen=True)
class Opened:
    """A backup whose members lie in a folder as long as it is open."""

    folder: Path
    manifest: Manifest

    @property
    def database(self) -> Path:
        return self.folder / self.manifest.database

    @property
    def media(self) -> Path:
        return self.folder / _MEDIA

    @property
    def settings(self) -> str | None:
        path = self.folder / SETTINGS
        return path.read_text(encoding="utf-8") if path.exists() else None


def pack(target: Path, manifest: Manifest, database: Path, media: Path, settings: str | None) -> None:
    """Write the members into one tar that only its owner may read."""
    folder = database.parent
    (folder / _MANIFEST).write_text(manifest.as_json(), encoding="utf-8")
    with os.fdopen(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
        with tarfile.open(fileobj=file, mode="w") as tar:
            tar.add(folder / _MANIFEST, _MANIFEST)
            tar.add(database, database.name)
            if settings is not None:
                (folder / SETTINGS).write_text(settings, encoding="utf-8")
                tar.add(folder / SETTINGS, SETTINGS)
            for path in sorted(media.rglob("*")):
                if path.is_file():
                    tar.add(path, f"{_MEDIA}/{path.relative_to(media).as_posix()}")
        file.flush()
        os.fsync(file.fileno())


@contextmanager
def opened(path: Path, key_file: str = "") -> Iterator[Opened]:
    """Unpack a backup into a folder that is gone afterwards.  Raises ``BackupError``."""
    if not path.is_file():
        raise BackupError(f"{path} is not there.")
    with workplace() as folder:
        plain = path
        if path.name.endswith(ENCRYPTED):
            plain = folder / "plain.tar"
            keys.decrypt(path, plain, key_file)
        _unpack(plain, folder)
        yield _checked(folder)


def _unpack(tar: Path, folder: Path) -> None:
    try:
        with tarfile.open(tar) as members:
            for member in members:
                _extract(members, member, folder)
    except (tarfile.TarError, EOFError) as error:
        raise BackupError(f"{tar.name} is no backup, or only a part of one.") from error


def _extract(members: tarfile.TarFile, member: tarfile.TarInfo, folder: Path) -> None:
    """Only regular files, and only into the folder, whatever the archive says."""
    name = PurePosixPath(member.name)
    content = members.extractfile(member)
    if content is None or name.is_absolute() or ".." in name.parts:
        raise BackupError(f"The backup holds “{member.name}”, which no backup of this site has.")
    target = folder / name
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        while piece := content.read(1 << 20):
            file.write(piece)


def _checked(folder: Path) -> Opened:
    manifest = folder / _MANIFEST
    if not manifest.exists():
        raise BackupError("The file is no backup of this site: it has no manifest.")
    backup = Opened(folder, Manifest.from_json(manifest.read_text(encoding="utf-8")))
    if not backup.database.exists() or digest(backup.database) != backup.manifest.digest:
        raise BackupError("The database in the backup is not the one that was written: the file was damaged.")
    return backup


def digest(path: Path) -> str:
    """SHA-256 of a file, as hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
