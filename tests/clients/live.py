"""A real site for the published clients: its own database, the demo in it, its own server process."""

import json
import os
import secrets
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg

ROOT = Path(__file__).resolve().parents[2]
SERVER = ["gunicorn", "--config", "python:booking_site.gunicorn"]
SIZE = ["--workers", "2", "--threads", "4"]


@dataclass(frozen=True, kw_only=True)
class LiveSite:
    """Where the site answers, and what its demo holds."""

    url: str
    """The site's address, with a slash at the end, as the clients' `apiBaseUrl` wants it."""
    demo: dict[str, Any]
    """What `manage.py demo --json` printed."""

    @property
    def server_key(self) -> str:
        return self.demo["server_key"]

    @property
    def widget_key(self) -> str:
        return self.demo["widget_key"]

    def project(self, graph: str) -> dict[str, Any]:
        """Return the demo's first project whose bookings follow `graph`."""
        return next(project for project in self.demo["projects"] if project["graph"] == graph)


@contextmanager
def fresh_database(folder: Path) -> Iterator[str]:
    """Yield the address of an empty database of the engine under test; it is dropped afterwards."""
    engine = os.environ.get("TEST_DATABASE_URL", "")
    if not engine.startswith("postgres"):
        yield f"sqlite:///{folder / 'clients.sqlite3'}"
        return
    name = f"clients_{secrets.token_hex(6)}"
    maintenance = urlsplit(engine)._replace(path="/postgres").geturl()
    with psycopg.connect(maintenance, autocommit=True) as connection:
        connection.execute(f'CREATE DATABASE "{name}"')
    try:
        yield urlsplit(engine)._replace(path=f"/{name}").geturl()
    finally:
        with psycopg.connect(maintenance, autocommit=True) as connection:
            connection.execute(f'DROP DATABASE "{name}" WITH (FORCE)')


def environment(database: str, url: str, folder: Path) -> dict[str, str]:
    """Return what an operator's environment would say; nothing of the tests' own settings leaks in."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DATABASE_URL": database,
        "SITE_URL": url,
        "SECRET_KEY": secrets.token_urlsafe(50),
        "ENV_FILE": os.devnull,
        "EMAIL_URL": f"filemail://{folder / 'mail'}",
    }


def manage(env: dict[str, str], *arguments: str) -> str:
    """Run a command of manage.py in the site's environment and return what it printed."""
    run = subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, f"manage.py {' '.join(arguments)}: {run.stderr}"
    return run.stdout


def collect(env: dict[str, str]) -> None:
    """Collect the static files as a start does, which waits for another test that does so, too."""
    manage(
        env, "shell", "--no-imports", "-c", "from booking_site.collecting import collect_once; collect_once()"
    )


@contextmanager
def serve(listening: socket.socket, env: dict[str, str], log: Path) -> Iterator[None]:
    """Serve the site as it is shipped, on a socket that listens already: early requests wait in its queue.

    A server of another kind would close what clients keep open after two seconds, just when one of them uses it.
    """
    handle = listening.fileno()
    command = [sys.executable, "-m", *SERVER, *SIZE, "--bind", f"fd://{handle}"]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=env, pass_fds=[handle], stdout=output, stderr=subprocess.STDOUT
        )
        listening.close()
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=30)


@contextmanager
def start_site(folder: Path, **settings: str) -> Iterator[LiveSite]:
    """Yield a site with the demo in it, served by a real server on a free port; `settings` go into its environment."""
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with fresh_database(folder) as database:
        env = environment(database, url, folder) | settings
        manage(env, "migrate", "--verbosity", "0")
        demo = json.loads(manage(env, "demo", "--json"))
        with serve(listening, env, folder / "server.log"):
            yield LiveSite(url=f"{url}/", demo=demo)
