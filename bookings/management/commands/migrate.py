"""Django's ``migrate``, which refuses in words what no migration of this release can be applied to."""

from typing import Any

from django.core.management.base import CommandError
from django.core.management.commands import migrate
from django.db import connections

from bookings.unreleased import HalfMigrated, refuse_half_migrated


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        try:
            refuse_half_migrated(connections[options["database"]])
        except HalfMigrated as refusal:
            raise CommandError(str(refusal)) from None
        super().handle(*args, **options)
