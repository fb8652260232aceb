"""``manage.py backup``: one file from which the site can be brought back, made while it works."""

from argparse import ArgumentParser
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookings.backups import keys
from bookings.backups.errors import BackupError
from bookings.backups.making import make_backup
from bookings.backups.runs import noted
from bookings.backups.workplaces import ended_in_order
from bookings.models import UpkeepRun


class Command(BaseCommand):
    help = "Writes the database, the pictures and, encrypted, the settings into one file; removes the oldest ones."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--folder", type=Path, help="where to (default: BACKUP_FOLDER)")
        parser.add_argument("--keep", type=int, help="how many to keep there (default: BACKUP_KEEP)")
        parser.add_argument("--new-key", type=Path, metavar="FILE", help="make a key pair instead")
        parser.add_argument("--day", type=date.fromisoformat, help="the day that the worker makes it for")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.stdout.write(_new_key(options["new_key"]) if options["new_key"] else _backup(**options))
        except (BackupError, OSError) as problem:
            raise CommandError(str(problem)) from problem


def _new_key(path: Path) -> str:
    public = keys.new_key(path)
    return (
        f"The private key is in {path}. Keep it where the backups and this machine are not, too: without it no backup "
        f"opens.\nFor .env:\nBACKUP_KEY={public}"
    )


def _backup(*, folder: Path | None, keep: int | None, day: date | None, **options: Any) -> str:
    folder = folder or settings.BACKUP_FOLDER
    keep = settings.BACKUP_KEEP if keep is None else keep
    if folder is None:
        raise CommandError("Say where to: --folder, or BACKUP_FOLDER in .env.")
    if keep < 1:
        raise CommandError("--keep takes a number, 1 or more.")
    with ended_in_order(), noted(UpkeepRun.Kind.BACKUP, day) as run:
        run.words = make_backup(folder, keep=keep).in_words
    return run.words
