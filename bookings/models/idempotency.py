"""Answers that are given again to a request that is sent again."""

from uuid import UUID

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

_SANDBOX = "test-"


def of_the_sandbox(digest: str) -> str:
    """The scope of a test key's request, of the digest that another key's would be."""
    return f"{_SANDBOX}{digest}"[:64]


class IdempotencyKeyQuerySet(models.QuerySet["IdempotencyKey"]):
    def of_the_sandbox(self) -> "IdempotencyKeyQuerySet":
        """Answers to test keys."""
        return self.filter(scope__startswith=_SANDBOX)

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
