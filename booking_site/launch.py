"""What `./run`, `./run web` and `./run worker` do once the environment is there."""

import os
import sys
from io import StringIO
from typing import NoReturn

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.db import DatabaseError, connections

from booking_site import listening
from booking_site.collecting import collect_once
from booking_site.migrating import migrate_once
from booking_site.supervise import supervise
from bookings.unreleased import HalfMigrated

# What an operator can mend; everything else is a fault of ours and keeps its traceback.
TO_MEND = (ImproperlyConfigured, DatabaseError, OSError, HalfMigrated, listening.CannotListen)
WORKER = [sys.executable, "manage.py", "worker"]


def main(part: str) -> int:
    """Start `part`: all, web or worker. Return the exit code, or become the one process asked for."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
    django.setup()
    if part != "worker":
        listening.refuse_taken(settings.BIND, settings.PORT)
    migrate_once()
    if part == "worker":
        become(WORKER)
    demo = load_demo()
    collect_once()
    connections.close_all()
    if part == "web":
        announce(demo)
        become(web_server())
    return supervise(
        {"web server": web_server(), "worker": WORKER},
        ready=lambda: listening.answers(settings.BIND, settings.PORT),
        announce=lambda: announce(demo),
    )


def web_server() -> list[str]:
    bind = listening.as_bind(settings.BIND, settings.PORT)
    return [sys.executable, "-m", "gunicorn", "--config", "python:booking_site.gunicorn", "--bind", bind]


def become(command: list[str]) -> NoReturn:
    """Replace this process, so that signals and the exit code need nobody in between."""
    sys.stdout.flush()
    os.execv(command[0], command)  # noqa: S606


def load_demo() -> str | None:
    """Make the demo where it is wanted and nothing is there yet; return the logins and keys that it tells."""
    in_use = any(apps.get_model(name).objects.exists() for name in ("bookings.Resource", "auth.User"))
    if not settings.DEMO or in_use:
        return None
    told = StringIO()
    call_command("demo", stdout=told)
    return told.getvalue()


def announce(demo: str | None) -> None:
    """Print where everything is; `demo` is what the demo told when it was made just now."""
    site = settings.SITE_URL
    print(f"\nBook    {site}/\nAdmin   {site}/admin/\nAPI     {site}/v2/\n")
    if demo is not None:
        print(demo)
    elif settings.DEMO:
        print("Logins and keys were shown at the first start. New ones: ./run manage demo")
    if not settings.SITE_IS_HTTPS and not settings.SITE_IS_LOCAL:
        print(
            f"Warning: {site} is not encrypted. Passwords and customers' details can be read on the way;\n"
            "put a server that speaks https in front and set SITE_URL=https://…, TRUSTED_PROXIES=its address."
        )
    sys.stdout.flush()


def in_words(error: Exception) -> str:
    """Return the one sentence that the operator needs instead of a traceback."""
    if isinstance(error, ImproperlyConfigured):
        return f"A setting is wrong: {error}"
    if isinstance(error, DatabaseError):
        return f"The database cannot be used: {error}"
    if isinstance(error, OSError) and error.filename:
        return f"{error.filename} cannot be used: {error.strerror}. Let it belong to whoever starts the site."
    return str(error)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1]))
    except TO_MEND as problem:
        sys.exit(in_words(problem))
    except KeyboardInterrupt:
        sys.exit(130)
