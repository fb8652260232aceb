"""A PostgreSQL server for one run of the tests: from the programs on this machine, gone afterwards."""

import locale
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

_FOLDERS = ("usr/lib/postgresql/*/bin", "usr/pgsql-*/bin", "opt/homebrew/opt/postgresql@*/bin")
# What would be lost in a power cut is thrown away anyway; many processes drive the races; and plans hang on what a test
# analyses itself, not on when the server last came by, whose ANALYZE has met a test's own in a deadlock.
_OPTIONS = "-c listen_addresses=127.0.0.1 -c fsync=off -c full_page_writes=off -c max_connections=300 -c autovacuum=off"

# With LC_CTYPE=C the database would know the capital letters of ASCII alone.
_INITDB = ("--auth=scram-sha-256", "--encoding=UTF8", "--no-locale", "--lc-ctype={ctype}", "--no-sync")
_CTYPES = ("C.UTF-8", "en_US.UTF-8")


class NoPostgreSQL(Exception):
    """Says why no server can be started here, and how to get one."""


@contextmanager
def throwaway_postgresql() -> Iterator[str]:
    """Yield the URL of an empty server on this machine; raise NoPostgreSQL where none can be started."""
    programs = _programs()
    who = other_user()
    folder = Path(tempfile.mkdtemp(prefix="booking-postgresql-"))
    if who:
        shutil.chown(folder, who["user"], who["group"])
    data = str(folder / "data")

    def call(program: str, *arguments: str) -> None:
        command = [str(programs / program), "--pgdata", data, *arguments]
        with (folder / "output").open("ab") as output:
            subprocess.run(command, check=True, cwd=folder, stdout=output, stderr=output, **who)

    password, port = secrets.token_hex(16), free_port()
    (folder / "password").write_text(password)
    try:
        settings = [each.format(ctype=_ctype()) for each in _INITDB]
        call("initdb", "--username=postgres", f"--pwfile={folder / 'password'}", *settings)
        options = f"{_OPTIONS} -c port={port} -k {folder}"
        call("pg_ctl", "start", "--wait", "--silent", "--log", str(folder / "log"), "--options", options)
        # By TCP and not by its socket, for the sake of whoever takes this URL apart.
        yield f"postgres://postgres:{password}@127.0.0.1:{port}/booking"
    except subprocess.CalledProcessError as error:
        raise NoPostgreSQL(f"{error.cmd[0]} failed:\n{_last_words(folder)}") from error
    finally:
        if (folder / "data" / "postmaster.pid").exists():
            call("pg_ctl", "stop", "--mode=immediate", "--silent")
        shutil.rmtree(folder, ignore_errors=True)


def _ctype() -> str:
    """The first locale of this machine that knows the letters of every alphabet."""
    before = locale.setlocale(locale.LC_CTYPE)
    for name in _CTYPES:
        with suppress(locale.Error):
            locale.setlocale(locale.LC_CTYPE, name)
            locale.setlocale(locale.LC_CTYPE, before)
            return name
    raise NoPostgreSQL(f"this machine has none of the locales {' and '.join(_CTYPES)}")


def _programs() -> Path:
    """The folder of the newest server that is installed."""
    if found := shutil.which("initdb"):
        return Path(found).resolve().parent
    folders = [path for pattern in _FOLDERS for path in Path("/").glob(pattern) if (path / "initdb").exists()]
    if not folders:
        raise NoPostgreSQL("no server is installed. On Debian or Ubuntu: sudo apt install postgresql")
    return max(
        folders,
        key=lambda path: [
            int(number) for number in "".join(c if c.isdigit() else " " for c in str(path)).split()
        ],
    )


def other_user() -> dict[str, Any]:
    """As whom to run it: PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return {}
    for name in ("postgres", "nobody"):
        try:
            user = pwd.getpwnam(name)
        except KeyError:
            continue
        return {"user": user.pw_name, "group": user.pw_gid, "extra_groups": []}
    raise NoPostgreSQL("it does not run as root, and there is no user called postgres.")


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return int(server.getsockname()[1])


def _last_words(folder: Path) -> str:
    texts = [
        path.read_text(errors="replace") for path in (folder / "output", folder / "log") if path.exists()
    ]
    return "\n".join(texts)[-2000:]
