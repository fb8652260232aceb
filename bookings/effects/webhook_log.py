"""The log of webhooks' calls: what was sent and what came back.

An address that takes nothing for days, or says that it is gone, is paused, and managers are told once.  What it would
have got is given up, until somebody resumes it.
"""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import urlsplit
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_noop

from bookings.effects import staff_notices
from bookings.effects.outbox import enqueue
from bookings.lifecycle.locks import Locks
from bookings.lifecycle.retries import verb
from bookings.models import Booking, OutboxMessage, Webhook, WebhookCall
from bookings.models.outbox import DELIVERY, TEST_DELIVERY

PAUSED = gettext_noop("The webhook is paused, since its address did not take what it was sent.")


def id_of(message: OutboxMessage) -> str:
    """The ``webhook-id`` of a delivery: that of the first attempt, also where staff send it again."""
    return str(message.payload.get("again") or f"msg_{message.pk}")


@verb
def note(message: OutboxMessage, made: WebhookCall, *, seconds: float, is_gone: bool = False) -> None:
    """Write down a call that was made; ``is_gone`` says that its address will never take one."""
    made.message_id, made.call_id, made.at = message.pk, id_of(message), timezone.now()
    made.webhook_id, made.booking_id = message.payload.get("webhook"), message.booking_id
    made.is_test = bool(message.payload.get("test"))
    made.milliseconds = round(1000 * seconds)
    made.payload = made.payload[: WebhookCall.LONGEST_PAYLOAD]
    made.answer = made.answer.replace("\0", "")[: WebhookCall.LONGEST_ANSWER]
    made.error = made.error.replace("\0", "")[: WebhookCall.LONGEST_ANSWER]
    if _was_erased(message):
        made.payload = made.answer = made.error = ""
    made.save(force_insert=True)
    if made.webhook_id and not (made.is_test or message.payload.get("again")):
        _judge(made, is_gone)


def _was_erased(message: OutboxMessage) -> bool:
    """Whether the booking went while the call was made: then nothing of it may be kept."""
    if message.booking_id is None:
        return False
    Locks.on(bookings=[message.booking_id]).take()
    return not Booking.objects.visible().filter(pk=message.booking_id).exists()


def _judge(made: WebhookCall, is_gone: bool) -> None:
    """Remember since when the address fails, and pause it where that is long enough."""
    webhook = Webhook.objects.filter(pk__in=[made.webhook_id])
    if not made.error:
        webhook.filter(failing_since__isnull=False).update(failing_since=None)
        return
    webhook.filter(failing_since=None).update(failing_since=Now())
    allowed = timedelta(hours=settings.WEBHOOK_PAUSE_HOURS)
    dead = Q() if is_gone else Q(failing_since__lte=Now() - allowed)
    if not (is_gone or allowed):
        return
    if webhook.filter(dead, paused_at=None).update(paused_at=Now()):
        host = urlsplit(made.url).hostname or ""
        staff_notices.tell("webhook_paused", key=f"webhook:{made.webhook_id}:{made.pk}", about=host)


@verb
def send_again(call: WebhookCall) -> None:
    """Have the worker make a call again under its ``webhook-id``, also one that was taken.

    It tells how the booking stands now.  What still waits to be sent is only sent sooner.
    """
    target = _locked(call.webhook_id)
    again = Q(target=target, payload__again=call.call_id)
    waiting = OutboxMessage.objects.waiting().filter(Q(pk=call.message_id) | again)
    if waiting.update(run_after=Now()):
        return
    enqueue(
        _kind(call.webhook),
        dedupe_key=f"delivery:again:{call.webhook_id}:{call.call_id}:{uuid4()}",
        payload={"webhook": str(call.webhook_id), "again": call.call_id},
        booking_id=call.booking_id,
        target=target,
    )


@verb
def send_test(webhook: Webhook) -> None:
    """Have the worker make a call that says it is a test; one at a time."""
    target = _locked(webhook.pk)
    waiting = OutboxMessage.objects.waiting().filter(target=target, payload__has_key="test")
    if waiting.update(run_after=Now()):
        return
    enqueue(
        _kind(webhook),
        dedupe_key=f"delivery:test:{webhook.pk}:{uuid4()}",
        payload={"webhook": str(webhook.pk), "test": True},
        target=target,
    )


def _locked(webhook_pk: UUID | None) -> str:
    """The webhook's target, its row locked: of two presses at once the second finds what the first has sent."""
    list(Webhook.objects.select_for_update().filter(pk__in=[webhook_pk]).values_list("pk"))
    return target_of(webhook_pk)


@verb
def resume(webhook: Webhook) -> int:
    """Call a paused webhook again, and have what was given up meanwhile sent; return how many that are.

    Meanwhile is since it fails: also what its address did not take before the pause.
    """
    since = Webhook.objects.select_for_update().filter(pk=webhook.pk).values_list("failing_since", flat=True)
    missed = Q(last_error=PAUSED)
    if failing_since := since.first():
        missed |= Q(done_at__gte=failing_since)
    Webhook.objects.filter(pk=webhook.pk).update(paused_at=None, failing_since=None)
    webhook.paused_at = webhook.failing_since = None
    pressed = Q(payload__has_key="again") | Q(payload__has_key="test")  # by staff, who can press once more
    held = OutboxMessage.objects.filter(
        missed, outcome=OutboxMessage.Outcome.FAILED, target=target_of(webhook.pk)
    )
    return held.exclude(pressed).update(outcome="", done_at=None, attempts=0, last_error="", run_after=Now())


def _kind(webhook: Webhook | None) -> str:
    """That of a message by which the webhook is called."""
    return TEST_DELIVERY if webhook and webhook.is_test else DELIVERY


def target_of(webhook_pk: object) -> str:
    """Under which name an address is one target, to which one message at a time is sent."""
    return f"webhook:{webhook_pk}"
