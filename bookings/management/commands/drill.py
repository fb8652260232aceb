"""``manage.py drill``: restores the last backup into a throw-away database and says whether one could sleep."""

from argparse import ArgumentParser
from collections.abc import Iterator
from datetime import date
from io import StringIO
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bookings import database_clock
from bookings.backups.drilling import drill
from bookings.backups.making import backups_in
from bookings.backups.runs import noted
from bookings.backups.workplaces import ended_in_order
from bookings.management.commands.doctor import promises
from bookings.migration_state import unknown
from bookings.models import UpkeepRun


class Command(BaseCommand):
    help = "Restores a backup into a throw-away database, checks everything there, and sends nothing."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "file", nargs="?", type=Path, help="the backup (default: the last in BACKUP_FOLDER)"
        )
        parser.add_argument("--key-file", default=settings.BACKUP_KEY_FILE, help="its private key")
        parser.add_argument("--clients", type=int, default=16, help="processes of the proof (default: 16)")
        parser.add_argument("--day", type=date.fromisoformat, help="the day that the worker makes it for")

    def handle(self, *args: Any, **options: Any) -> None:
        path = options["file"] or _last()

        def proved() -> Iterator[str]:
            yield from _proof_fails(options["clients"])

        with ended_in_order(), noted(UpkeepRun.Kind.DRILL, options["day"]) as run:
            result = drill(path, options["key_file"], [_migrated, _unkept, proved])
            run.words, run.good = result.verdict, not result.faults
        database_clock.forget()
        if result.faults:
            raise CommandError(result.verdict)
        self.stdout.write(result.verdict)


def _last() -> Path:
    found = backups_in(settings.BACKUP_FOLDER) if settings.BACKUP_FOLDER else []
    if not found:
        raise CommandError("There is no backup yet: ./run manage backup")
    return found[-1]


def _migrated() -> Iterator[str]:
    """An older backup is brought to this release first, as after a restore."""
    try:
        call_command("migrate", interactive=False, verbosity=0, stdout=StringIO())
    except CommandError as refusal:
        yield str(refusal)
    if newer := unknown(connection):
        yield f"this release does not know its migrations {', '.join(newer)}"


def _unkept() -> Iterator[str]:
    yield from (words for kept, words in promises() if not kept)


def _proof_fails(clients: int) -> Iterator[str]:
    try:
        call_command("prove", clients=clients, stdout=StringIO())
    except CommandError as verdict:
        yield str(verdict).rstrip(".")
