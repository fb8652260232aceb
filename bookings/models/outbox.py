"""What must follow a commit: written in the verb's transaction, sent by the worker."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from bookings import request_ids, wake_ups
from bookings.models.bookings import Booking
from bookings.models.upkeep import Standstill

WEBHOOK, DELIVERY = "webhook", "delivery"
"""The kinds of what becomes calls of webhooks."""
TEST_WEBHOOK, TEST_DELIVERY = f"test_{WEBHOOK}", f"test_{DELIVERY}"
"""The same of what happens in the sandbox, which no figure counts."""
CALENDAR = "calendar"
"""The kind of what is written into calendars elsewhere."""
FAILED_LATELY = timedelta(days=7)
PATIENCE = 3
"""So many tries in vain, within a minute of each other, are no hiccup."""
SOON = timedelta(minutes=3)
"""What was refused, and waits so long since it was written, is none either, whenever it is tried again."""


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def bulk_create(self, objs: Iterable["OutboxMessage"], *args: Any, **more: Any) -> list["OutboxMessage"]:
        wake_ups.written()
        return super().bulk_create(objs, *args, **more)

    def waiting(self) -> "OutboxQuerySet":
        """Neither sent, dropped nor given up."""
        return self.filter(done_at=None)

    def live(self) -> "OutboxQuerySet":
        """All but those of the sandbox."""
        return self.exclude(kind__in=[TEST_WEBHOOK, TEST_DELIVERY])

    def ready(self) -> "OutboxQuerySet":
        """Due, and not being sent by a worker that lives; nothing while the site stands still."""
        free = Q(lease_until=None) | Q(lease_until__lte=Now())
        return self.waiting().filter(Standstill.is_over(), free, run_after__lte=Now())

    def untold(self) -> "OutboxQuerySet":
        """What customers should know of bookings to come, and nothing could tell them: the last of each.

        Nothing once staff said that they know, or a later message reached them.
        """
        later = OutboxMessage.objects.filter(
            Q(untold_at__isnull=False) | Q(outcome="sent", kind__in=["mail", "sms"], payload__to="customer"),
            booking_id=OuterRef("booking_id"),
            pk__gt=OuterRef("pk"),
        )
        to_come = Booking.objects.visible().filter(
            end__gt=Now(), continued_by=None, pk=OuterRef("booking_id")
        )
        return self.filter(Exists(to_come), ~Exists(later), untold_at__lte=Now())  # so that the index is read

    def untaken(self) -> "OutboxQuerySet":
        """Bookings that a calendar elsewhere has refused for a minute or longer; along its index."""
        lasting = Q(attempts__gte=PATIENCE) | Q(attempts__gte=1, created_at__lte=Now() - SOON)
        return self.filter(lasting, done_at=None, kind=CALENDAR).exclude(last_error="")

    def failed_lately(self) -> "OutboxQuerySet":
        """Given up within the last seven days; along its index."""
        return self.filter(outcome=OutboxMessage.Outcome.FAILED, done_at__gt=Now() - FAILED_LATELY)

    def try_again(self) -> int:
        """Have the worker try again at once what waits or was given up, and tell how much that was.

        What was sent is not sent twice.  An address may have been given since, so what had none is among it.
        """
        outcomes = OutboxMessage.Outcome
        again = self.filter(outcome__in=[outcomes.WAITING, outcomes.NOBODY, outcomes.FAILED])
        wake_ups.written()
        return again.update(done_at=None, outcome="", run_after=Now(), attempts=0, untold_at=None)


class OutboxMessage(models.Model):
    """One side effect.  ``kind`` names its handler, ``dedupe_key`` makes it one however often it is asked for."""

    class Outcome(models.TextChoices):
        WAITING = "", _("waiting")
        SENT = "sent", _("sent")
        DROPPED = "dropped", _("no longer true, not sent")
        NOBODY = "nobody", _("nobody to send it to")
        FAILED = "failed", _("given up")

    kind = models.CharField(_("kind"), max_length=40)
    booking_id = models.UUIDField(null=True)
    target = models.CharField(
        max_length=100,
        blank=True,
        db_default="",
        help_text=_("To whom one message at a time is sent, so that who is slow keeps nobody else waiting."),
    )
    payload = models.JSONField(_("payload"), default=dict)
    dedupe_key = models.CharField(max_length=160, unique=True)
    run_after = models.DateTimeField(_("not before"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    lease_until = models.DateTimeField(_("being sent until"), null=True)
    last_error = models.TextField(_("last error"), blank=True)
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome.choices, blank=True, default="")
    request_id = models.UUIDField(
        _("request"), null=True, editable=False, default=request_ids.current
    )  # the one that it follows from
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True)
    untold_at = models.DateTimeField(_("nobody was told"), null=True, blank=True, editable=False)
    """When it turned out that nothing could tell a customer, until staff say that they know."""

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["run_after", "id"], name="outbox_waiting", condition=Q(done_at=None)),
            models.Index(fields=["booking_id"], name="outbox_by_booking"),
            models.Index(fields=["target"], name="outbox_failed", condition=Q(outcome="failed")),
            models.Index(fields=["untold_at"], name="outbox_untold", condition=Q(untold_at__isnull=False)),
            models.Index(fields=["outcome", "done_at"], name="outbox_by_outcome"),
            models.Index(
                fields=["attempts"],
                name="outbox_calendar_waiting",
                condition=Q(done_at=None, kind=CALENDAR),
            ),
        ]

    def __str__(self) -> str:
        return self.kind

    def save(self, *args: Any, **more: Any) -> None:
        if self._state.adding:
            wake_ups.written()
        super().save(*args, **more)
