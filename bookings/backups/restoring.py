"""Putting a backup in the place of the database; afterwards nothing starts by itself."""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from itertools import chain, count
from pathlib import Path

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from bookings.backups import keys
from bookings.backups.archive import Opened
from bookings.backups.errors import BackupError
from bookings.backups.making import engine
from bookings.models import Standstill
from bookings.release_floor import RELEASE, parts


@dataclass(frozen=True, kw_only=True)
class Consent:
    """What the operator allowed by a word."""

    replace: bool = False
    """Destroy what is in the database."""
    other_key: bool = False
    """Do without the SECRET_KEY of the backup: links in old mails are dead, calendars must be connected anew."""


def restore(backup: Opened, consent: Consent) -> None:
    """Fill the database and the folder of pictures.  Raises ``BackupError`` before anything is changed."""
    refuse(backup, consent)
    copy = engine()
    reason = f"Restored from the backup of {backup.manifest.made_at:%Y-%m-%d %H:%M} UTC"
    copy.load(connection, backup.database, reason)
    _stand_still(reason)
    if backup.media.is_dir():
        shutil.copytree(backup.media, settings.MEDIA_ROOT, dirs_exist_ok=True)


def _stand_still(reason: str) -> None:
    """A database of a release that knew no standstill is brought to this one."""
    if Standstill._meta.db_table not in connection.introspection.table_names():
        call_command("migrate", interactive=False, verbosity=0)
        Standstill.objects.get_or_create(pk=1, defaults={"reason": reason})


def refuse(backup: Opened, consent: Consent) -> None:
    """Raise ``BackupError`` for the first thing that speaks against it."""
    manifest = backup.manifest
    if manifest.engine != connection.vendor:
        raise BackupError(f"The backup is of {manifest.engine}, and DATABASE_URL names {connection.vendor}.")
    if parts(manifest.floor) > parts(RELEASE):
        raise BackupError(f"The backup needs release {manifest.floor} or newer, and this is {RELEASE}.")
    if manifest.fingerprint not in keys.known_fingerprints() and not consent.other_key:
        raise BackupError(_other_key(backup))
    engine().refuse_in_use(connection)
    if not consent.replace and not engine().is_empty(connection):
        raise BackupError("The database is not empty. To destroy what is in it, say --replace.")


def _other_key(backup: Opened) -> str:
    fingerprint = backup.manifest.fingerprint
    cure = (
        "take its settings first, with --settings-file"
        if backup.manifest.whole
        else f"set the SECRET_KEY with the fingerprint {fingerprint}"
    )
    return (
        f"The backup was made with another SECRET_KEY (fingerprint {fingerprint}; here {keys.fingerprint()}): links in "
        f"mails that were sent would be dead. So {cure}; or say --other-key to do without."
    )


def take_settings(backup: Opened, target: Path) -> Path | None:
    """Write the settings of a whole backup as ``target``; return where those that stood there lie now."""
    text = backup.settings
    if text is None:
        raise BackupError("The backup holds no settings: it was not encrypted.")
    aside = None
    if target.exists():
        aside = _free_name(target.with_name(f"{target.name}.before-restore"))
        target.replace(aside)
    target.touch(mode=0o600)
    target.write_text(text, encoding="utf-8")
    return aside


def _free_name(path: Path) -> Path:
    """The path, with a number where something lies there already: the only SECRET_KEY of another site may be in it."""
    numbered = (path.with_name(f"{path.name}-{number}") for number in count(2))
    return next(one for one in chain([path], numbered) if not one.exists())
