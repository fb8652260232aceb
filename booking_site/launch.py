"""What `./run`, `./run setup`, `./run web` and `./run worker` do once the environment is there."""

import os
import sys
from io import StringIO

import django
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.core.management import CommandError, call_command, execute_from_command_line
from django.db import DatabaseError, connections

from booking_site import listening, together
from booking_site.collecting import collect_once
from booking_site.migrating import migrate_once
from booking_site.parts import WORKER, become, web_server_that_reloads
from booking_site.upgrading import upgrade
from bookings.backups.errors import BackupError
from bookings.release_floor import ReleaseTooOld
from bookings.unreleased import HalfMigrated

# What an operator can mend; everything else is a fault of ours and keeps its traceback.
TO_MEND = (
    ImproperlyConfigured,
    DatabaseError,
    OSError,
    CommandError,
    BackupError,
    HalfMigrated,
    ReleaseTooOld,
    listening.CannotListen,
)


def main(part: str, *words: str) -> None:
    """Make ready and become `part`: all, web or worker; `setup` asks its questions, which `words` may answer.

    `upgrade` brings the database to this release and starts what runs anew; `prepare` makes ready and ends, for a
    service manager that starts the parts by themselves.
    """
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "booking_site.settings")
    django.setup()
    if part == "upgrade":
        upgrade()
        return
    if part == "setup":
        migrate_once()
        execute_from_command_line(["./run", "setup", *words])
        return
    if part == "prepare":
        migrate_once()
        collect_once()
        return
    if part != "worker":
        listening.refuse_taken(settings.BIND, settings.PORT)
    migrate_once()
    if part == "worker":
        become(WORKER)
    told = announcement(load_demo())
    collect_once()
    connections.close_all()
    if part == "web":
        print(told)
        become(web_server_that_reloads(settings.BIND, settings.PORT))
    together.hand_over(settings.BIND, settings.PORT, told)


def load_demo() -> str | None:
    """Make the demo where it is wanted and nothing is there yet; return the logins and keys that it tells."""
    in_use = any(apps.get_model(name).objects.exists() for name in ("bookings.Resource", "auth.User"))
    if not settings.DEMO or in_use:
        return None
    told = StringIO()
    call_command("demo", stdout=told)
    return told.getvalue()


def has_demo() -> bool:
    """Whether the demo is there."""
    return bool(apps.get_model("bookings.DemoRow").objects.exists())


def setup_link() -> str | None:
    """A new one-time address under which the first superuser is made; None where there is one."""
    told = StringIO()
    try:
        call_command("setup", "--link", stdout=told)
    except CommandError:
        return None
    return told.getvalue().strip()


def announcement(demo: str | None) -> str:
    """Tell where everything is; `demo` is what the demo told when it was made just now."""
    site = settings.SITE_URL
    told = f"\nBook    {site}/\nAdmin   {site}/admin/\nAPI     {site}/v2/\n"
    if demo is not None:
        told += f"\n{demo}\n\nTo make it yours: ./run setup, which takes the demo away.\n"
    elif link := setup_link():
        told += (
            f"\nNobody can log in yet. Set the site up in the browser, at an address that works once:\n{link}\n"
            "or here: ./run setup. For a login alone: ./run manage createsuperuser\n"
        )
    elif has_demo():
        told += "\nThe demo's logins and keys were shown at the first start. New ones: ./run manage demo\n"
    if not settings.SITE_IS_HTTPS and not settings.SITE_IS_LOCAL:
        told += (
            f"\nWarning: {site} is not encrypted. Passwords and customers' details can be read on the way;\n"
            "put a server that speaks https in front and set SITE_URL=https://…, TRUSTED_PROXIES=its address."
        )
    return told


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
        main(*sys.argv[1:])
    except TO_MEND as problem:
        sys.exit(in_words(problem))
    except KeyboardInterrupt:
        sys.exit(130)
