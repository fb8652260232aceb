"""Removing what has had its time.  Nothing depends on it: all of this is judged at use, these rows only take space."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.db import models, transaction
from django.db.models.functions import Now

from bookings.models import IdempotencyKey, Occupancy, OutboxMessage, RequestCount, SpentProof
from bookings.models.request_counts import BITES

BATCH = 1000
# A hold that ended this moment may just be extended or used; what is older cannot.
MARGIN = timedelta(minutes=5)
ANSWERS_ARE_KEPT = timedelta(hours=24)
COUNTS_ARE_KEPT = timedelta(hours=1)
BITES_ARE_KEPT = timedelta(hours=25)
SENT_IS_KEPT = timedelta(days=60)


def sweep() -> int:
    """Remove a batch of each kind of ended row, oldest first; return how many went."""
    done = OutboxMessage.objects.exclude(outcome=OutboxMessage.Outcome.FAILED)
    return sum(
        _remove(rows)
        for rows in (
            Occupancy.objects.filter(expires_at__lte=Now() - MARGIN),
            IdempotencyKey.objects.filter(created_at__lte=Now() - ANSWERS_ARE_KEPT),
            _counts().filter(window__lte=Now() - COUNTS_ARE_KEPT),
            RequestCount.objects.filter(window__lte=Now() - BITES_ARE_KEPT),
            SpentProof.objects.filter(expires_at__lte=Now() - MARGIN),
            done.filter(done_at__lte=Now() - SENT_IS_KEPT),
        )
    )


def _counts() -> models.QuerySet[RequestCount]:
    """Of requests, not of limits that bit."""
    return RequestCount.objects.exclude(who__startswith=BITES)


def _remove(rows: models.QuerySet[Any]) -> int:
    """Lock in order of id before deleting, and leave alone what somebody else has locked."""
    if not rows.exists():
        return 0
    with transaction.atomic():
        ids = list(
            rows.order_by("pk").select_for_update(skip_locked=True).values_list("pk", flat=True)[:BATCH]
        )
        rows.filter(pk__in=ids).delete()
    return len(ids)
