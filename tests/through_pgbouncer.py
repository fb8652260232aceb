"""The suite on PostgreSQL with pgbouncer before it, in transaction mode; arguments go to pytest.

    python -m tests.through_pgbouncer tests/lifecycle tests/api

There each transaction may meet another backend, so that whatever a connection is told, prepares or declares is gone or
somebody else's by the next.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from tests.every_database import pytest
from tests.throwaway_postgresql import free_port, other_user, throwaway_postgresql

SETTINGS = """
[databases]
* = host={host} port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {folder}/users
pool_mode = transaction
server_idle_timeout = 5
default_pool_size = {backends}
max_db_connections = 60
max_client_conn = 1000
ignore_startup_parameters = extra_float_digits
logfile = {folder}/log
pidfile = {folder}/pid
"""
LONGEST_START = 10


@contextmanager
def pgbouncer(url: str, backends: int = 20) -> Iterator[str]:
    """Yield the URL of a pgbouncer in transaction mode before the server of ``url``, with so many backends each."""
    server = urlsplit(url)
    folder, port, who = Path(tempfile.mkdtemp(prefix="booking-pgbouncer-")), free_port(), other_user()
    (folder / "users").write_text(f'"{server.username}" "{server.password}"\n')
    settings = folder / "pgbouncer.ini"
    where = {"host": server.hostname, "server": server.port, "port": port, "folder": folder}
    settings.write_text(SETTINGS.format(backends=backends, **where))
    if who:
        for path in (folder, *folder.iterdir()):
            shutil.chown(path, who["user"], who["group"])
    program = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin") or "pgbouncer"
    pooler = subprocess.Popen([program, "--quiet", str(settings)], **who)
    try:
        _wait_for(port, pooler)
        yield server._replace(netloc=f"{server.username}:{server.password}@127.0.0.1:{port}").geturl()
    finally:
        pooler.terminate()
        pooler.wait()
        shutil.rmtree(folder)


def _wait_for(port: int, pooler: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + LONGEST_START
    while pooler.poll() is None and time.monotonic() < until:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise SystemExit("pgbouncer did not start")


def main(arguments: list[str]) -> int:
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))
    with throwaway_postgresql() as url, pgbouncer(url) as pooled:
        # The pooler keeps connections for a while, so that the tests' databases cannot be dropped; the server is.
        meets = {"MEETS_DATABASE": "1", "TEST_DATABASE_URL": pooled}
        return pytest("PostgreSQL behind pgbouncer", ["--reuse-db", *arguments], **meets)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
