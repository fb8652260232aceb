"""Sending what the verbs left in the outbox: claim with a lease, hand to a handler, note what came of it.

A worker that dies leaves a lease that ends, and the message is sent again under the same ids.  No transaction is
open while a handler talks to another server.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import structlog
from django.db import transaction
from django.db.models import F
from django.db.models.functions import Now

from bookings import database_clock, metrics, request_ids
from bookings.models import OutboxMessage
from bookings.models.outbox import TEST_DELIVERY, TEST_WEBHOOK, OutboxQuerySet

LONGEST_TARGET = 100
TELLING = frozenset({"mail", "sms"})
"""The kinds that tell somebody of a booking."""
LEASE = timedelta(minutes=5)  # longer than the timeouts of any handler together
FIRST_WAIT = timedelta(seconds=15)
LONGEST_WAIT = timedelta(hours=6)
MOST_ATTEMPTS = 20  # two days and a half
FIRST_REST = timedelta(seconds=5)
LONGEST_REST = timedelta(minutes=5)

log = structlog.get_logger(__name__)
Handler = Callable[[OutboxMessage], None]


class NoLongerTrue(Exception):
    """What the message says does not hold any more, or nobody is there to hear it; the words say why."""


class Unaddressed(NoLongerTrue):
    """Nobody has an address to which it could go."""


class GivenUp(Exception):
    """The other side will never take it; the words are its own where it said any."""


class NotNow(Exception):
    """The other side did not take it this time.  ``retry_after`` is the time it asked for, or None."""

    def __init__(self, words: str, *, retry_after: timedelta | None = None) -> None:
        super().__init__(words)
        self.retry_after = retry_after


class NotYet(Exception):
    """Something of this site's own comes first; asked again after ``wait``, which is no failed attempt."""

    def __init__(self, words: str, wait: timedelta) -> None:
        super().__init__(words)
        self.wait = wait


class Unreachable(NotNow):
    """The other side takes nothing of this kind at present, so the whole kind rests.  Never given up."""


def enqueue(
    kind: str,
    *,
    dedupe_key: str,
    payload: dict[str, Any],
    booking_id: UUID | None = None,
    target: str = "",
    run_after: datetime | None = None,
) -> OutboxMessage:
    """Add a message, or find the one that has the key already.  ``run_after`` defaults to now.

    Of messages with one ``target`` a worker sends one at a time.
    """
    fields = {"kind": kind, "booking_id": booking_id, "payload": payload, "target": target}
    return OutboxMessage.objects.get_or_create(
        dedupe_key=dedupe_key, defaults=fields | {"run_after": run_after or database_clock.now()}
    )[0]


def claim(kinds: Collection[str], *, busy: Collection[str] = ()) -> OutboxMessage | None:
    """Take the message that has waited longest, of one of ``kinds``, for the time of the lease.

    What goes to a ``busy`` target waits.
    """
    ready = OutboxMessage.objects.ready().filter(kind__in=kinds).order_by("run_after", "pk")
    if busy:
        ready = ready.exclude(target__in=busy)
    return _taken(ready)


def claim_one(pk: int) -> OutboxMessage | None:
    """The same of the message with that id; None where it was sent, is not due yet, or is somebody else's."""
    return _taken(OutboxMessage.objects.ready().filter(pk=pk))


def _taken(ready: OutboxQuerySet) -> OutboxMessage | None:
    if not ready.exists():  # on SQLite the look takes no write lock from those who book
        return None
    with transaction.atomic():
        message = ready.select_for_update(skip_locked=True).first()
        if message is None:
            return None
        OutboxMessage.objects.filter(pk=message.pk).update(
            attempts=F("attempts") + 1, lease_until=Now() + LEASE
        )
        message.attempts += 1
    return message


@dataclass
class Rest:
    """A kind that is left alone until ``until`` (monotonic seconds), and how often in a row that was needed."""

    until: float = 0.0
    times: int = 0


class Sender:
    """Sends by ``handlers``, one for each kind: they return when it was sent, or raise one of the words above.

    Several threads may share one: each takes a message of a target that no other is busy with.
    """

    def __init__(self, handlers: Mapping[str, Handler], clock: Callable[[], float] = time.monotonic) -> None:
        self._handlers = handlers
        self._clock = clock
        self._rests = {kind: Rest() for kind in handlers}
        self._busy: set[str] = set()
        self._lock = threading.Lock()

    def take(self) -> OutboxMessage | None:
        """Take a message that is ready, to be sent by ``send``; None where there is none."""
        with self._lock:
            now = self._clock()
            awake = [kind for kind, rest in self._rests.items() if rest.until <= now]
            message = claim(awake, busy=self._busy)
            if message is not None and message.target:
                self._busy.add(message.target)
        return message

    def send(self, message: OutboxMessage) -> None:
        """Send one that was taken; what is logged and enqueued meanwhile names the request that it follows from."""
        before = request_ids.follow(message.request_id)
        try:
            self._send(message)
        finally:
            request_ids.leave(before)
            with self._lock:
                self._busy.discard(message.target)

    def send_next(self) -> bool:
        """Send one message that is ready; tell whether there was one."""
        message = self.take()
        if message is None:
            return False
        self.send(message)
        return True

    def send_one(self, pk: int) -> bool:
        """Send the message with that id, if it is ready; tell whether it was."""
        message = claim_one(pk)
        if message is None:
            return False
        self.send(message)
        return True

    def send_all(self) -> int:
        """Send until nothing is ready; return how many were tried."""
        count = 0
        while self.send_next():
            count += 1
        return count

    def _send(self, message: OutboxMessage) -> None:
        outcomes = OutboxMessage.Outcome
        try:
            self._handlers[message.kind](message)
        except Unaddressed as reason:
            _finish(message, outcomes.NOBODY, str(reason))
        except NoLongerTrue as reason:
            _finish(message, outcomes.DROPPED, str(reason))
        except GivenUp as reason:
            _finish(message, outcomes.FAILED, str(reason))
        except NotYet as reason:
            _settle(
                message,
                run_after=Now() + reason.wait,
                last_error=str(reason),
                attempts=max(message.attempts - 1, 0),
            )
        except Unreachable as reason:
            # Its first stays counted: what was never tried is waited for by nobody.
            _postpone(message, self._rest(message.kind), str(reason), attempts=max(message.attempts - 1, 1))
            return
        except NotNow as reason:
            _try_again(message, reason)
        except Exception as error:
            # The one boundary of the worker: a fault in one message must not keep all others from being sent.
            log.exception("message_failed", kind=message.kind, id=message.pk)
            _try_again(message, NotNow(f"A fault of this site: {type(error).__name__}"))
        else:
            _finish(message, outcomes.SENT, "")
        with self._lock:
            self._rests[message.kind] = Rest()

    def _rest(self, kind: str) -> timedelta:
        with self._lock:
            rest = self._rests[kind]
            length = doubled(FIRST_REST, rest.times, LONGEST_REST)
            self._rests[kind] = Rest(self._clock() + length.total_seconds(), rest.times + 1)
        return length


def doubled(first: timedelta, times: int, most: timedelta) -> timedelta:
    """``first``, doubled ``times`` times, but no more than ``most``."""
    factor: int = 2 ** min(times, 20)
    return min(first * factor, most)


def _try_again(message: OutboxMessage, reason: NotNow) -> None:
    if message.attempts >= MOST_ATTEMPTS:
        _finish(message, OutboxMessage.Outcome.FAILED, str(reason))
        return
    wait = doubled(FIRST_WAIT, message.attempts - 1, LONGEST_WAIT)
    _postpone(message, max(wait, min(reason.retry_after or wait, LONGEST_WAIT)), str(reason))


def _finish(message: OutboxMessage, outcome: str, words: str) -> None:
    _count(message, str(outcome))
    untold = Now() if _leaves_a_customer_untold(message, outcome) else None
    _settle(message, outcome=outcome, done_at=Now(), last_error=words, untold_at=untold)
    log.info(
        "message_done", kind=message.kind, id=message.pk, outcome=str(outcome), attempts=message.attempts
    )


def _leaves_a_customer_untold(message: OutboxMessage, outcome: str) -> bool:
    in_vain = outcome in {OutboxMessage.Outcome.NOBODY, OutboxMessage.Outcome.FAILED}
    return in_vain and message.kind in TELLING and message.payload.get("to") == "customer"


def _postpone(message: OutboxMessage, wait: timedelta, words: str, **more: int) -> None:
    _count(message, "postponed")
    _settle(message, run_after=Now() + wait, last_error=words, **more)
    log.warning("message_waits", kind=message.kind, id=message.pk, seconds=wait.total_seconds())


def _count(message: OutboxMessage, outcome: str) -> None:
    if message.kind not in {TEST_WEBHOOK, TEST_DELIVERY}:
        metrics.MESSAGES.labels(message.kind, outcome).inc()


def _settle(message: OutboxMessage, **fields: Any) -> None:
    """Write what came of it, unless the lease ended meanwhile and another worker has the message."""
    ours = OutboxMessage.objects.filter(pk=message.pk, attempts=message.attempts, done_at=None)
    if "last_error" in fields:
        fields["last_error"] = fields["last_error"].replace("\0", "")[:2000]
    ours.update(lease_until=None, **fields)
