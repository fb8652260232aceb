"""What happened to bookings: rows that are written once.  Ids are bare, so that nothing cascades into history."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.constraints import AppendOnly


class Remark(models.Model):
    """Words that belong to a history row; kept apart because words can be erased and history cannot."""

    booking_id = models.UUIDField(db_index=True)
    words = models.TextField(_("words"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("remark")
        verbose_name_plural = _("remarks")

    def __str__(self) -> str:
        return self.words[:60]


class HistoryEntry(models.Model):
    """One thing that happened to a booking: who, when, from which state to which, and why."""

    class What(models.TextChoices):
        TRANSITION = "transition", _("state changed")
        CORRECTED = "corrected", _("details corrected")
        ATTENDANCE = "attendance", _("attendance noted")
        DELETED = "deleted", _("deleted")

    class Actor(models.TextChoices):
        CUSTOMER = "customer", _("customer")
        OWNER = "owner", _("owner")
        STAFF = "staff", _("staff")
        KEY = "key", _("API key")
        AGENT = "agent", _("assistant")
        CLOCK = "clock", _("clock")

    booking_id = models.UUIDField()
    at = models.DateTimeField(_("when"), auto_now_add=True)
    what = models.CharField(_("what"), max_length=12, choices=What.choices, default=What.TRANSITION)
    actor = models.CharField(_("who"), max_length=10, choices=Actor.choices)
    actor_id = models.CharField(_("id of who"), max_length=64, blank=True)
    action = models.CharField(_("action"), max_length=60, blank=True)
    source = models.CharField(_("from"), max_length=60, blank=True)
    target = models.CharField(pgettext_lazy("where a way leads", "to"), max_length=60, blank=True)
    reason = models.CharField(_("reason"), max_length=40, blank=True)
    remark_id = models.BigIntegerField(_("remark"), null=True, blank=True)
    assignment = models.JSONField(null=True, blank=True)
    """Why it came to its resource, where anybody could have come; see ``bookings.availability.assignment``."""
    disposable = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("history entry")
        verbose_name_plural = _("history")
        ordering = ["pk"]
        constraints = [AppendOnly(name="history_is_append_only", disposable="disposable")]
        indexes = [models.Index(fields=["booking_id", "id"], name="history_by_booking")]

    def __str__(self) -> str:
        return f"{self.source} → {self.target}"

    @property
    def for_customer(self) -> bool:
        """Whether the customer did it, or an assistant for the customer; one with a server key has an id."""
        return self.actor == self.Actor.CUSTOMER or (self.actor == self.Actor.AGENT and not self.actor_id)
