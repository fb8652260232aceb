"""``manage.py bounce``: read a mail that came back, as a mail server hands it over on standard input."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from bookings.effects.bounces import bounce_in, note

LARGEST_BYTES = 2_000_000


class Command(BaseCommand):
    """Ends well whatever it was given: a server answers a failure by one more mail that comes back."""

    help = "Reads a bounce message on standard input and marks its address, so that the desk tells of it."

    def handle(self, *args: Any, **options: Any) -> None:
        bounce = bounce_in(sys.stdin.buffer.read(LARGEST_BYTES))
        if bounce is None:
            self.stdout.write("No report of a mail that came back; nothing was changed.")
        elif count := note(bounce):
            self.stdout.write(f"The address is marked, bookings that have it: {count}. The desk tells of it.")
        else:
            self.stdout.write("What came back is no mail to a customer of this site; nothing was changed.")
