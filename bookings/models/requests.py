"""What is remembered of requests: answers to repeat, and how many there were."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def about(self, booking_id: UUID) -> "IdempotencyKeyQuerySet":
        """Answers that tell of a booking, alone or among others."""
        return self.filter(Q(booking_id=booking_id) | Q(booking_id=None, body__contains=str(booking_id)))


class IdempotencyKey(models.Model):
    """The whole answer to a request that was sent under a key of the client's own choice."""

    scope = models.CharField(max_length=64, unique=True)
    request_hash = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    body = models.TextField(blank=True)
    booking_id = models.UUIDField(null=True, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)

    objects = IdempotencyKeyQuerySet.as_manager()

    class Meta:
        verbose_name = _("remembered answer")
        verbose_name_plural = _("remembered answers")

    def __str__(self) -> str:
        return self.scope


class RequestCount(models.Model):
    """How many requests a key or an address made in the minute that begins at ``window``."""

    who = models.CharField(max_length=80)
    window = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("request count")
        verbose_name_plural = _("request counts")
        constraints = [models.UniqueConstraint(fields=["who", "window"], name="one_count_per_minute")]

    def __str__(self) -> str:
        return self.who
