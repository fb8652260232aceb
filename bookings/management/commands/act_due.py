"""``manage.py act_due``: the clock's actions, for those who start them by a timer instead of the worker."""

from typing import Any

from django.core.management.base import BaseCommand

from bookings.lifecycle import play_due


class Command(BaseCommand):
    help = "Plays every automatic action that is due: payments that ran out of time, bookings that are over."

    def handle(self, *args: Any, **options: Any) -> None:
        played = 0
        while count := play_due():
            played += count
        self.stdout.write(f"{played} played")
