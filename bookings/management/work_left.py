"""Whether the worker does its work: what is due is taken up within minutes, unless the site stands still."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from bookings import read_only
from bookings.backups.resuming import standstill
from bookings.management.surroundings import Finding
from bookings.models import Booking, OutboxMessage

LONG = timedelta(minutes=15)
"""So long nothing that is due is left alone, not even while another server cannot be reached."""
REST = timedelta(minutes=5)
"""After what could not be sent, its kind is tried again within this."""


def work_left() -> Iterator[Finding]:
    """Nothing where the worker lives, or has nothing to do."""
    if still := standstill():
        cure = "copy_to --give-up" if read_only.is_marked() else "restore --resume"
        reason = still.reason.rstrip(".")
        yield (
            False,
            f"The site stands still ({reason}): nothing is sent and no clock runs until: ./run manage {cure}",
        )
        return
    if not _sent_lately() and (count := _left().count()):
        yield False, f"{count} messages are due for more than 15 minutes: is the worker running? ./run worker"
    if count := Booking.objects.filter(due_at__lte=Now() - LONG).count():
        yield (
            False,
            f"{count} bookings wait for the clock for more than 15 minutes: is the worker running? ./run worker",
        )


def _left() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.waiting().filter(run_after__lte=Now() - LONG)


def _sent_lately() -> bool:
    """Whether anything was sent, or tried, or is being tried."""
    tried = Q(attempts__gt=0, done_at=None, run_after__gt=Now() - LONG, run_after__lte=Now() + REST)
    touched = Q(done_at__gt=Now() - LONG) | Q(done_at=None, lease_until__gt=Now()) | tried
    return OutboxMessage.objects.filter(touched).exists()
