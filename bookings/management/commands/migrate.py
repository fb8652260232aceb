"""Django's ``migrate``, which refuses in words what this release must not touch, and writes the floor."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from bookings.release_floor import ReleaseTooOld, refuse_too_old, write_floor
from bookings.unreleased import HalfMigrated, refuse_half_migrated


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        connection = connections[options["database"]]
        try:
            refuse_half_migrated(connection)
            refuse_too_old(connection)
        except (HalfMigrated, ReleaseTooOld) as refusal:
            raise CommandError(str(refusal)) from None
        super().handle(*args, **options)
        if not (options["check_unapplied"] or options["plan"]):
            write_floor(connection)
