"""``manage.py retention``: what is removed when, and how many rows would go now; the worker does it."""

from argparse import ArgumentParser
from datetime import timedelta
from typing import Any

from django.core.management.base import BaseCommand

from bookings.housekeeping import Rule, forget_people, preview, sweep


class Command(BaseCommand):
    help = "Shows what is removed when, and how many rows would go now. The worker does it by itself."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--now", action="store_true", help="remove what is due, now")

    def handle(self, *args: Any, now: bool, **options: Any) -> None:
        for rule, count in preview():
            self.stdout.write(f"{count:8} {rule.what}: {after(rule)}")
        if now:
            gone = 0
            while step := sweep() + forget_people():
                gone += step
            self.stdout.write(f"{gone} removed.")


def after(rule: Rule) -> str:
    """When it goes, and by which setting."""
    by = f" ({rule.setting})" if rule.setting else ""
    if not rule.kept:
        return f"never{by}"
    days = rule.kept / timedelta(days=1)
    return (
        f"after {days:.0f} days{by}" if days >= 2 else f"after {rule.kept / timedelta(hours=1):.1f} hours{by}"
    )
