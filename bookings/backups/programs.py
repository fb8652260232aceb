"""PostgreSQL's own programs, run with a connection's address in their environment and never in their words."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path
from typing import Any

from django.db.backends.base.base import BaseDatabaseWrapper

from bookings.backups.errors import BackupError

_FOLDERS = "/usr/lib/postgresql"  # where Debian keeps them, by version
_VARIABLES = {
    "NAME": "PGDATABASE",
    "USER": "PGUSER",
    "PASSWORD": "PGPASSWORD",
    "HOST": "PGHOST",
    "PORT": "PGPORT",
}
_OPTIONS = {
    "sslmode": "PGSSLMODE",
    "sslrootcert": "PGSSLROOTCERT",
    "sslcert": "PGSSLCERT",
    "sslkey": "PGSSLKEY",
}


def program(name: str) -> str:
    """The newest of that name on this machine."""
    versions = sorted(
        Path(_FOLDERS).glob(f"*/bin/{name}"), key=lambda path: int(path.parts[-3]), reverse=True
    )
    found = str(versions[0]) if versions else shutil.which(name)
    if not found:
        raise BackupError(
            f"{name} is not installed. On Debian or Ubuntu: sudo apt install postgresql-client, "
            "of the server's version or newer."
        )
    return found


def environment(connection: BaseDatabaseWrapper) -> dict[str, str]:
    """What PostgreSQL's programs read to reach the same database."""
    said: dict[str, Any] = connection.settings_dict
    own = {variable: str(said[key]) for key, variable in _VARIABLES.items() if said.get(key)}
    options = said.get("OPTIONS", {})
    own |= {variable: str(options[key]) for key, variable in _OPTIONS.items() if options.get(key)}
    return os.environ | own


def run(name: str, *words: str, connection: BaseDatabaseWrapper, script: bytes | None = None) -> bytes:
    """Run a program against the connection's database and return what it printed."""
    done = subprocess.run(  # noqa: S603  # our own words
        [program(name), *words], env=environment(connection), input=script, capture_output=True, check=False
    )
    if done.returncode:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise BackupError(f"{name} failed: {' '.join(said[-3:])}")
    return done.stdout
