"""Removing what has had its time, by rules that an operator can read, preview and set.

Nothing depends on it: all of this is judged at use, and these rows only take space or tell about people for longer than
they need to.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from axes.models import AccessAttempt, AccessLog
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models, transaction
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now, TruncDate

from bookings import recent_requests
from bookings.errors import BookingError
from bookings.lifecycle import Actor, delete
from bookings.lifecycle.locks import lock_session
from bookings.lifecycle.seats import give_expired_seats
from bookings.models import (
    Action,
    Booking,
    IdempotencyKey,
    Occupancy,
    OutboxMessage,
    RecentRequest,
    RequestCount,
    Reservation,
    SpentProof,
    Standstill,
    TextCount,
    UpkeepRun,
    WebhookCall,
)
from bookings.models.request_counts import BITES

BATCH = 1000
# A hold that ended this moment may just be extended or used; what is older cannot.
MARGIN = timedelta(minutes=5)
MONTH = timedelta(days=30.44)
CALLS_OF_A_WEBHOOK = 500
BY_RULE = Actor("clock", "retention")


@dataclass(frozen=True, kw_only=True)
class Rule:
    """What goes, and when; ``setting`` is the name under which the operator sets it, where it is theirs to set."""

    what: str
    rows: Callable[[timedelta], models.QuerySet[Any]]
    """What is older than that."""
    age: timedelta
    setting: str = ""
    batches: int = 1
    """How many go in one sweep at most."""

    @property
    def kept(self) -> timedelta:
        """For how long; nothing goes where the operator has set 0."""
        return self.age * int(getattr(settings, self.setting)) if self.setting else self.age

    @property
    def due(self) -> models.QuerySet[Any]:
        """The rows that are to go now."""
        rows = self.rows(self.kept)
        return rows if self.kept else rows.none()


def _ended_bookings(age: timedelta) -> models.QuerySet[Booking]:
    """Those in a state that no action leaves, which ended so long ago."""
    leaving = Action.objects.filter(source=OuterRef("state"))
    return Booking.objects.live().filter(~Exists(leaving), end__lte=Now() - age)


def _counts() -> models.QuerySet[RequestCount]:
    """Of requests, not of limits that bit."""
    return RequestCount.objects.exclude(who__startswith=BITES)


def _messages(*, failed: bool) -> models.QuerySet[OutboxMessage]:
    outcome = OutboxMessage.Outcome.FAILED
    return (
        OutboxMessage.objects.filter(outcome=outcome)
        if failed
        else OutboxMessage.objects.exclude(outcome=outcome)
    )


DAY = timedelta(days=1)
RULES = (
    Rule(
        what="times that holds have given back",
        rows=lambda age: Occupancy.objects.filter(expires_at__lte=Now() - age),
        age=MARGIN,
    ),
    Rule(
        what="holds from which no booking came, with what was typed",
        rows=lambda age: Reservation.objects.filter(
            booking=None, holds_seat=False, expires_at__lte=Now() - age
        ),
        age=DAY,
        setting="KEEP_HOLDS_DAYS",
    ),
    Rule(
        what="answers under an Idempotency-Key",
        rows=lambda age: IdempotencyKey.objects.filter(created_at__lte=Now() - age),
        age=DAY,
    ),
    Rule(
        what="counts of requests",
        rows=lambda age: _counts().filter(window__lte=Now() - age),
        age=timedelta(hours=1),
    ),
    Rule(
        what="counts of limits that refused somebody",
        rows=lambda age: RequestCount.objects.filter(window__lte=Now() - age),
        age=timedelta(hours=25),
    ),
    Rule(
        what="spent proofs of work",
        rows=lambda age: SpentProof.objects.filter(expires_at__lte=Now() - age),
        age=MARGIN,
    ),
    Rule(
        what="messages that were sent or dropped",
        rows=lambda age: _messages(failed=False).filter(done_at__lte=Now() - age),
        age=DAY,
        setting="KEEP_SENT_DAYS",
    ),
    Rule(
        what="messages that were given up",
        rows=lambda age: _messages(failed=True).filter(done_at__lte=Now() - age),
        age=DAY,
        setting="KEEP_FAILED_DAYS",
    ),
    Rule(
        what="calls of API keys",
        rows=lambda age: RecentRequest.objects.filter(at__lte=Now() - age),
        age=recent_requests.KEPT,
        batches=100,
    ),
    Rule(
        what="calls of an API key beyond its last thousand",
        rows=lambda _age: recent_requests.beyond_a_thousand(),
        age=recent_requests.KEPT,
        batches=100,
    ),
    Rule(
        what="calls of webhooks, with what was sent",
        rows=lambda age: WebhookCall.objects.filter(at__lte=Now() - age),
        age=DAY,
        setting="KEEP_CALLS_DAYS",
        batches=10,
    ),
    Rule(
        what=f"calls of a webhook beyond its last {CALLS_OF_A_WEBHOOK}",
        rows=lambda _age: WebhookCall.objects.beyond_the_last(CALLS_OF_A_WEBHOOK),
        age=DAY,
        batches=10,
    ),
    Rule(
        what="counts of text messages",
        rows=lambda age: TextCount.objects.filter(day__lte=TruncDate(Now() - age)),
        age=40 * DAY,
    ),
    Rule(
        what="sessions that have expired",
        rows=lambda age: Session.objects.filter(expire_date__lte=Now() - age),
        age=MARGIN,
    ),
    Rule(
        what="wrong passwords, with name and address",
        rows=lambda age: AccessAttempt.objects.filter(attempt_time__lte=Now() - age),
        age=DAY,
        setting="KEEP_LOGINS_DAYS",
    ),
    Rule(
        what="logins, with name and address",
        rows=lambda age: AccessLog.objects.filter(attempt_time__lte=Now() - age),
        age=DAY,
        setting="KEEP_LOGINS_DAYS",
    ),
    Rule(
        what="notes of backups and drills",
        rows=lambda age: UpkeepRun.objects.filter(started_at__lte=Now() - age),
        age=timedelta(days=400),
    ),
)
PEOPLE = Rule(
    what="people of bookings that are over, which are then hidden; history and figures stay",
    rows=_ended_bookings,
    age=MONTH,
    setting="KEEP_PEOPLE_MONTHS",
)


def sweep() -> int:
    """Remove a batch of each kind of ended row, oldest first; return how many went.

    None while the site stands still.
    """
    if Standstill.objects.exists():
        return 0
    _give_seats_back()
    return sum(_remove_batches(rule) for rule in RULES)


def _give_seats_back() -> None:
    """Those of holds that ended.  Else it happens when somebody lacks one, and a hold that is gone tells of none."""
    ended = Reservation.objects.filter(
        booking=None, released_at=None, holds_seat=True, expires_at__lte=Now() - MARGIN
    )
    sessions = Booking.objects.filter(pk__in=ended.values("session")).order_by("pk")
    for session in sessions.values_list("pk", flat=True)[:BATCH]:
        with transaction.atomic():
            lock_session(session)
            give_expired_seats(session)


def forget_people() -> int:
    """Erase a batch of people whose time is over, each by the verb; return of how many bookings.

    None while the site stands still.
    """
    if Standstill.objects.exists():
        return 0
    over = list(PEOPLE.due.order_by("end")[:BATCH])
    return sum(_forgotten(booking) for booking in over)


def _forgotten(booking: Booking) -> bool:
    """Erase them, unless somebody was quicker."""
    try:
        delete(booking, by=BY_RULE)
    except BookingError:
        return False
    return True


def preview() -> list[tuple[Rule, int]]:
    """Each rule with how many rows are to go now."""
    return [(rule, rule.due.count()) for rule in (*RULES, PEOPLE)]


def _remove_batches(rule: Rule) -> int:
    removed = 0
    for _batch in range(rule.batches):
        went = _remove(rule.due)
        removed += went
        if went < BATCH:
            break
    return removed


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
