"""``manage.py make_pictures``: the narrower copies of pictures that an older release stored without."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.picture_copies import make_missing_copies


class Command(BaseCommand):
    help = "Makes the narrower copies of pictures that have none, so that pages send small ones. Again: does nothing."

    def handle(self, *args: Any, **options: Any) -> None:
        made, unreadable = make_missing_copies()
        self.stdout.write(f"{made} pictures got copies")
        if unreadable:
            raise CommandError(f"These cannot be read, upload them again: {', '.join(unreadable)}")
