"""``manage.py restore``: brings a backup back, and starts nothing until ``restore --resume``."""

from argparse import ArgumentParser
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from bookings.backups import resuming
from bookings.backups.archive import opened
from bookings.backups.errors import BackupError
from bookings.backups.restoring import Consent, restore, take_settings
from bookings.backups.workplaces import ended_in_order
from bookings.durations import DurationError, parse_duration
from bookings.migration_state import unapplied

SEND, SKIP = "send", "skip"


class Command(BaseCommand):
    help = "Brings a backup back. Nothing is sent and no clock runs until --resume says what becomes of what waits."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", nargs="?", type=Path, help="the backup")
        parser.add_argument("--key-file", default=settings.BACKUP_KEY_FILE, help="its private key")
        parser.add_argument(
            "--settings-file", action="store_true", help="take its settings over, and nothing else"
        )
        parser.add_argument("--replace", action="store_true", help="destroy what is in the database")
        parser.add_argument(
            "--other-key", action="store_true", help="do without the SECRET_KEY it was made with"
        )
        parser.add_argument(
            "--stand-still",
            action="store_true",
            help="stop all workers of a database that came back another way",
        )
        parser.add_argument(
            "--resume",
            nargs="?",
            const="",
            metavar="send|skip|AGE",
            help="list what would be sent; then send it, skip it, or skip what is older, like “2 hours”",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["stand_still"]:
                resuming.stand_still("Stopped by the operator.")
                self.stdout.write("The site stands still until: ./run manage restore --resume")
            elif options["resume"] is not None:
                self.resume(options["resume"])
            elif options["file"] is None:
                raise CommandError("Name the file of a backup, or say --resume.")
            else:
                self.bring_back(**options)
        except (BackupError, OSError) as problem:
            raise CommandError(str(problem)) from problem

    def bring_back(self, *, file: Path, key_file: str, settings_file: bool, **options: Any) -> None:
        with ended_in_order(), opened(file, key_file) as backup:
            if settings_file:
                target = Path(settings.SETTINGS_FILE)
                aside = take_settings(backup, target)
                kept = f" What stood there is in {aside}." if aside else ""
                self.stdout.write(
                    f"The settings are in {target}.{kept} Look at DATABASE_URL, then restore once more."
                )
                return
            restore(backup, Consent(replace=options["replace"], other_key=options["other_key"]))
        waiting = len(unapplied(connection))
        if waiting:
            self.stdout.write(f"{waiting} migrations wait: ./run manage migrate")
        self.stdout.write(
            "Restored. The site can be started; nothing is sent and no clock runs until: ./run manage restore --resume"
        )

    def resume(self, word: str) -> None:
        still = resuming.standstill()
        if still is None:
            self.stdout.write("The site does not stand still.")
            return
        self.tell(still.reason)
        if not word:
            self.stdout.write(
                "Go on with: --resume send, --resume skip, or --resume '2 hours' to skip what is older."
            )
            return
        skipped = resuming.resume(skip_older_than=_age(word))
        self.stdout.write(f"The workers go on. {skipped} messages were skipped.")

    def tell(self, reason: str) -> None:
        self.stdout.write(f"The site stands still. {reason}. At once would be sent:")
        for one in resuming.waiting():
            self.stdout.write(f"  {one.count} {one.kind}, the oldest since {one.oldest:%Y-%m-%d %H:%M} UTC")
        self.stdout.write(f"  and {resuming.due_actions()} bookings would be acted on by the clock.")
        self.stdout.write(f"Later, at its time, {resuming.waiting_for_later()} messages; nothing skips them.")


def _age(word: str) -> timedelta | None:
    """None: skip nothing."""
    if word in {SEND, SKIP}:
        return None if word == SEND else timedelta(0)
    try:
        return parse_duration(word)
    except DurationError as error:
        raise CommandError(f"--resume takes send, skip, or an age like “2 hours”; not “{word}”.") from error
