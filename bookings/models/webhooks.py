"""Addresses that are told when bookings enter states."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.recorded import Recorded
from bookings.typed_fields import UrlField


class Webhook(models.Model):
    """Called with a booking when it enters a state; empty ``graph`` or ``state`` means any."""

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

    history = Recorded()

    class Meta:
        verbose_name = _("webhook")
        verbose_name_plural = _("webhooks")
        ordering = ["created_at", "pk"]

    def __str__(self) -> str:
        return str(self.url)
