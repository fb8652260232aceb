"""What must follow a commit: written in the verb's transaction, sent by the worker."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class OutboxQuerySet(models.QuerySet["OutboxMessage"]):
    def waiting(self) -> "OutboxQuerySet":
        """Neither sent, dropped nor given up."""
        return self.filter(done_at=None)

    def ready(self) -> "OutboxQuerySet":
        """Due, and not being sent by a worker that lives."""
        free = Q(lease_until=None) | Q(lease_until__lte=Now())
        return self.waiting().filter(free, run_after__lte=Now())


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
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    done_at = models.DateTimeField(_("done"), null=True)

    objects = OutboxQuerySet.as_manager()

    class Meta:
        verbose_name = _("outgoing message")
        verbose_name_plural = _("outgoing messages")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["run_after", "id"], name="outbox_waiting", condition=Q(done_at=None)),
            models.Index(fields=["booking_id"], name="outbox_by_booking"),
        ]

    def __str__(self) -> str:
        return self.kind
