"""Keys of backups, by age (https://age-encryption.org): its own program opens what is written here, too.

The public key encrypts and lies with the settings; the private one opens, and belongs where the backups are not.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyrage
from django.conf import settings
from django.db import connection
from django.utils.crypto import salted_hmac

from bookings.backups.errors import BackupError

_TABLE, _COLUMN = "bookings_site", "backup_key"


@dataclass(frozen=True)
class KeyPair:
    """``public`` encrypts, ``private`` opens; both are lines of text."""

    public: str
    private: str

    @property
    def as_file(self) -> str:
        """What a file of the private key holds, as age's own programs write it."""
        return f"# public key: {self.public}\n{self.private}\n"


def new_pair() -> KeyPair:
    identity = pyrage.x25519.Identity.generate()
    return KeyPair(str(identity.to_public()), str(identity))


def in_force() -> str:
    """The public key that backups are encrypted for: BACKUP_KEY, else that of the site; empty where there is none."""
    if settings.BACKUP_KEY:
        return str(settings.BACKUP_KEY)
    with connection.cursor() as cursor:
        if not _is_stored(cursor):
            return ""
        cursor.execute(f"SELECT {_COLUMN} FROM {_TABLE}")  # our own names
        return (cursor.fetchone() or ("",))[0]


def _is_stored(cursor: Any) -> bool:
    """A backup before an upgrade meets an older schema, or none; so no model is asked."""
    if _TABLE not in connection.introspection.table_names(cursor):
        return False
    return _COLUMN in {one.name for one in connection.introspection.get_table_description(cursor, _TABLE)}


def new_key(path: Path) -> str:
    """Write a new private key to a file that nobody else may read, and return its public key."""
    pair = new_pair()
    write(pair, path)
    return pair.public


def write(pair: KeyPair, path: Path) -> None:
    """Write a pair to a new file that nobody else may read.  Raises ``BackupError``, ``OSError``."""
    try:
        with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(pair.as_file)
    except FileExistsError as error:
        raise BackupError(f"{path} is there already, and a key is never written over.") from error


def encrypt(source: Path, target: Path, public_key: str) -> None:
    """Write ``source``, encrypted for the public key, as ``target``."""
    with source.open("rb") as plain, target.open("wb") as encrypted:
        pyrage.encrypt_io(plain, encrypted, [_recipient(public_key)])


def decrypt(source: Path, target: Path, key_file: str) -> None:
    """Write ``source``, opened with the private key in ``key_file``, as ``target``."""
    if not key_file:
        raise BackupError(
            f"{source.name} is encrypted: name the file of its private key, by BACKUP_KEY_FILE or --key-file."
        )
    with source.open("rb") as encrypted, target.open("wb") as plain:
        try:
            pyrage.decrypt_io(encrypted, plain, [_identity(Path(key_file))])
        except pyrage.DecryptError as error:
            raise BackupError(
                f"{source.name} cannot be opened with the key in {key_file}: {error}"
            ) from error


def _recipient(public_key: str) -> pyrage.x25519.Recipient:
    try:
        return pyrage.x25519.Recipient.from_str(public_key)
    except pyrage.RecipientError as error:
        raise BackupError(
            "The key of backups must be a public one like age1…; `manage.py backup --new-key FILE` makes one."
        ) from error


def _identity(path: Path) -> pyrage.x25519.Identity:
    try:
        lines = path.read_text(encoding="ascii").splitlines()
        return pyrage.x25519.Identity.from_str(next(line for line in lines if line and line[0] != "#"))
    except (OSError, UnicodeDecodeError, StopIteration, pyrage.IdentityError) as error:
        raise BackupError(f"{path} holds no private key of a backup that can be read.") from error


def fingerprint(secret_key: str | None = None) -> str:
    """What tells a SECRET_KEY from another and nothing else about it."""
    secret = settings.SECRET_KEY if secret_key is None else secret_key
    return salted_hmac("bookings.backups.fingerprint", "", secret, algorithm="sha256").hexdigest()[:16]


def known_fingerprints() -> set[str]:
    """Those of the keys that this site signs or still reads with."""
    return {fingerprint(secret) for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
