"""Addresses that are told when bookings enter states."""

import uuid

from django.db import models
from django.db.models import OuterRef, Q, Subquery
from django.utils.translation import gettext_lazy as _

from bookings.models.recorded import Recorded
from bookings.models.sandbox import Sandboxed
from bookings.typed_fields import UrlField


class WebhookQuerySet(models.QuerySet["Webhook"]):
    def paused(self) -> "WebhookQuerySet":
        """Those that failed for so long that they are not called any more, until somebody resumes them."""
        return self.filter(enabled=True, paused_at__isnull=False)


class Webhook(Sandboxed):
    """Called with a booking when it enters a state; empty ``graph`` or ``state`` means any.

    The state ``moved`` means a booking that has a new time, in whatever state: one call for each visit that moved.

    One for tests is told of bookings for tests alone, and no other is told of those.
    """

    MOVED = "moved"

    class Method(models.TextChoices):
        POST = "post", "POST"
        GET = "get", "GET"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    url = UrlField(_("address"), max_length=1000)
    graph = models.CharField(_("graph"), max_length=60, blank=True)
    state = models.CharField(_("state"), max_length=60, blank=True)
    method = models.CharField(_("method"), max_length=4, choices=Method.choices, default=Method.POST)
    enabled = models.BooleanField(_("enabled"), default=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    updated_at = models.DateTimeField(_("changed"), auto_now=True)
    failing_since = models.DateTimeField(_("failing since"), null=True, blank=True, editable=False)
    """When the first call failed of those since the last that was taken."""
    paused_at = models.DateTimeField(_("paused"), null=True, blank=True, editable=False)

    objects = WebhookQuerySet.as_manager()
    history = Recorded(excluded_fields=["failing_since", "paused_at"])

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.url)


class WebhookCallQuerySet(models.QuerySet["WebhookCall"]):
    def beyond_the_last(self, count: int) -> "WebhookCallQuerySet":
        """Of each webhook the calls older than its newest ``count``."""
        calls = WebhookCall.objects.filter(webhook=OuterRef("pk")).order_by("-pk").values("pk")
        full = Webhook.objects.annotate(last=Subquery(calls[count : count + 1])).exclude(last=None)
        older = Q(pk__in=[])
        for webhook, newest in full.values_list("pk", "last"):
            older |= Q(webhook=webhook, pk__lte=newest)
        return self.filter(older)


class WebhookCall(models.Model):
    """One attempt: what was sent and what came back, each up to a length that is kept.

    ``webhook`` is empty where a reminder named the address.  Attempts at one thing share their ``call_id``.
    """

    LONGEST_PAYLOAD = 32_768  # characters
    LONGEST_ANSWER = 2_000

    webhook = models.ForeignKey(
        Webhook,
        models.CASCADE,
        null=True,
        related_name="calls",
        verbose_name=_("webhook"),
        db_index=False,
        db_constraint=False,  # a webhook that goes away meanwhile fails no call
    )
    message_id = models.BigIntegerField()
    """Of the outgoing message, which goes before this row."""
    call_id = models.CharField(_("webhook-id"), max_length=40)
    booking_id = models.UUIDField(null=True)
    at = models.DateTimeField(_("time"), db_index=True)
    url = models.CharField(_("address"), max_length=1000)
    method = models.CharField(_("method"), max_length=4)
    payload = models.TextField(_("what was sent"), blank=True)
    status = models.PositiveSmallIntegerField(_("status"), null=True)
    answer = models.TextField(_("what came back"), blank=True)
    error = models.TextField(_("what went wrong"), blank=True)
    """Empty where the call was taken."""
    milliseconds = models.PositiveIntegerField(_("milliseconds"))
    is_test = models.BooleanField(_("test"), default=False)

    objects = WebhookCallQuerySet.as_manager()

    class Meta:
        verbose_name = _("call of a webhook")
        verbose_name_plural = _("calls of webhooks")
        ordering = ["-pk"]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="calls_of_a_webhook"),
            models.Index(fields=["booking_id"], name="calls_by_booking"),
        ]

    def __str__(self) -> str:
        return f"{self.call_id} {self.status or self.error}"
