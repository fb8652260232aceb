"""Ending a standstill: first what would be sent, then what is to become of it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Min, QuerySet
from django.db.models.functions import Now

from bookings.models import Booking, OutboxMessage, Standstill

SKIPPED = "Skipped by the operator when the site was started again after a restore."


@dataclass(frozen=True, kw_only=True)
class Waiting:
    """Messages of a kind that would be sent at once, and since when the oldest waits."""

    kind: str
    count: int
    oldest: datetime


def standstill() -> Standstill | None:
    """The row while the site stands still."""
    return Standstill.objects.first()


def stand_still(reason: str) -> None:
    """Keep every worker from doing anything, from its next turn on."""
    Standstill.objects.get_or_create(pk=1, defaults={"reason": reason})


def waiting() -> list[Waiting]:
    """What would be sent at once, by kind."""
    found = (
        _due().order_by().values("kind").annotate(count=Count("pk"), oldest=Min("run_after")).order_by("kind")
    )
    return [Waiting(**row) for row in found]


def waiting_for_later() -> int:
    """How many messages have a time that is still to come, like reminders; nothing skips them."""
    return OutboxMessage.objects.waiting().filter(run_after__gt=Now()).count()


def due_actions() -> int:
    """How many bookings the clock would act on at once."""
    return Booking.objects.filter(due_at__lte=Now()).count()


@transaction.atomic
def resume(*, skip_older_than: timedelta | None) -> int:
    """Let the workers go on, once what has waited for longer is skipped; return how many messages were."""
    skipped = 0
    if skip_older_than is not None:
        skipped = (
            _due()
            .filter(run_after__lte=Now() - skip_older_than)
            .update(outcome=OutboxMessage.Outcome.DROPPED, done_at=Now(), last_error=SKIPPED)
        )
    Standstill.objects.all().delete()
    return skipped


def _due() -> QuerySet[OutboxMessage]:
    return OutboxMessage.objects.waiting().filter(run_after__lte=Now())
