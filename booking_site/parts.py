"""The parts that the site runs as processes, and how each is started; knows no Django."""

import os
import sys
from typing import NoReturn

WEB_SERVER = [sys.executable, "-m", "gunicorn", "--config", "python:booking_site.gunicorn"]
WORKER = [sys.executable, "manage.py", "worker"]


def web_server_that_reloads(bind: str, port: int) -> list[str]:
    """The command of a web server that SIGHUP starts anew (``booking_site.reloading``)."""
    return [sys.executable, "-m", "booking_site.reloading", bind, str(port)]


def become(command: list[str]) -> NoReturn:
    """Replace this process, so that signals and the exit code need nobody in between."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606
