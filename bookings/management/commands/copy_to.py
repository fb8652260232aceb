"""``manage.py copy_to DATABASE_URL``: takes a SQLite site to PostgreSQL; it can be read meanwhile, and not changed."""

import os
import time
import warnings
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

import environ
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connection, connections

from bookings import read_only
from bookings.migration_state import unapplied
from bookings.models import Standstill
from bookings.moving.copying import MOVED, SOURCE, TARGET, copy_all, finish, prepare
from bookings.moving.errors import CannotMove


class Command(BaseCommand):
    help = "Copies a SQLite site to an empty PostgreSQL database; run again, it goes on where it was."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "database_url",
            nargs="?",
            default=os.environ.get("COPY_TO_URL", ""),
            help="postgres://user:password@host/name, empty; in COPY_TO_URL nobody else on this machine reads it",
        )
        parser.add_argument("--give-up", action="store_true", help="let this site go on as it was")

    def handle(self, *args: Any, **options: Any) -> None:
        if connection.vendor != "sqlite":
            raise CommandError("Only a SQLite site is copied; PostgreSQL has pg_dump, and manage.py backup.")
        if options["give_up"]:
            self.give_up()
            return
        if unapplied(connection):
            raise CommandError("Migrations wait: ./run manage migrate, then once more.")
        connections.settings[TARGET] = target_settings(options["database_url"])
        connections.settings[SOURCE] = source_settings()
        try:
            self.move(options["database_url"])
        except (CannotMove, DatabaseError) as problem:
            raise CommandError(f"{problem}".strip() + " This site is read-only until --give-up.") from problem
        finally:
            for alias in (TARGET, SOURCE):
                connections[alias].close()
                del connections[alias], connections.settings[alias]

    def move(self, url: str) -> None:
        begun = time.monotonic()
        prepare(url)
        self.stand_still()
        copy_all(self.stdout.write)
        finish(self.stdout.write)
        self.stdout.write(
            f"0 rows differ, after {time.monotonic() - begun:.0f} s. This site stays read-only. Set DATABASE_URL in "
            ".env to the new database, start the site, and copy var/media along where it is another machine."
        )
        if not Standstill.objects.filter(reason=MOVED).exists():
            self.stdout.write("It stood still, and does so there until: ./run manage restore --resume")

    def stand_still(self) -> None:
        mark = read_only.mark()
        assert mark is not None  # noqa: S101  # it is SQLite
        mark.touch()
        Standstill.objects.get_or_create(pk=1, defaults={"reason": MOVED})

    def give_up(self) -> None:
        mark = read_only.mark()
        assert mark is not None  # noqa: S101  # it is SQLite
        mark.unlink(missing_ok=True)
        Standstill.objects.filter(reason=MOVED).delete()
        self.stdout.write("This site goes on as it was.")


def target_settings(url: str | None) -> dict[str, Any]:
    """The settings of a connection to the target, from those of our own."""
    parsed: dict[str, Any] = {}
    with warnings.catch_warnings(action="ignore"), suppress(ValueError):
        parsed = environ.Env.db_url_config(url or "")
    if parsed.get("ENGINE") != "django.db.backends.postgresql" or not parsed.get("NAME"):
        raise CommandError("Name the target like postgres://user:password@host/name.")
    return connection.settings_dict | {"OPTIONS": {}, "CONN_MAX_AGE": None} | parsed


def source_settings() -> dict[str, Any]:
    """Our own, but for a transaction that begins by reading."""
    options = {
        name: value
        for name, value in connection.settings_dict["OPTIONS"].items()
        if name != "transaction_mode"
    }
    return connection.settings_dict | {"OPTIONS": options}
