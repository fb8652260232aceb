"""``manage.py person EMAIL``: what is stored of somebody, as JSON; or erases it."""

import json
import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.core.serializers.json import DjangoJSONEncoder

from bookings.lifecycle import Actor
from bookings.personal_data import erase, exported

BY_OPERATOR = Actor("staff", "person")


class Command(BaseCommand):
    help = "Counts what is stored of a person; --export writes it as JSON, --erase erases it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email", help="the e-mail address that the person booked with")
        what = parser.add_mutually_exclusive_group()
        what.add_argument("--export", type=Path, metavar="FILE", help="a new file for it all; - prints it")
        what.add_argument("--erase", action="store_true", help="erase the bookings that are over")

    def handle(self, *args: Any, email: str, export: Path | None, erase: bool, **options: Any) -> None:
        found = exported(email)
        if not found:
            raise CommandError(f"Nothing is stored of {email}.")
        if export:
            self.write(json.dumps(found, cls=DjangoJSONEncoder, indent=1, ensure_ascii=False), export)
        elif erase:
            self.erase(email)
        else:
            for name, rows in found.items():
                self.stdout.write(f"{len(rows):>8} {name}")

    def write(self, text: str, path: Path) -> None:
        if path == Path("-"):
            self.stdout.write(text)
            return
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
                file.write(text)
        except OSError as problem:
            raise CommandError(f"{path} cannot be written: {problem.strerror}.") from problem
        self.stdout.write(f"{path} holds it, readable by its owner alone.")

    def erase(self, email: str) -> None:
        erased = erase(email, by=BY_OPERATOR)
        self.stdout.write(f"Erased from {erased.bookings} bookings and {erased.holds} holds.")
        if erased.as_guest:
            self.stdout.write(
                f"Taken off {erased.as_guest} bookings of others, who had named them as a guest."
            )
        self.stdout.write("Backups that were made before still hold it, until the last of them is removed.")
        if erased.kept:
            raise CommandError(
                f"Not from {', '.join(erased.kept)}: something can still happen to these. Cancel them first."
            )
