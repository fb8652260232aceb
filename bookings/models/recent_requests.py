"""The last calls of each API key, for whoever looks for a fault in a program."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.keys import ApiKey


class RecentRequest(models.Model):
    """One call: what was asked for and how it was answered, and nothing of what was sent.

    ``call`` is the method and the route, whose ids are names; ``fields`` are the names of those that were refused.
    """

    # Without a constraint: a note of a key that went away meanwhile disturbs no other.
    key = models.ForeignKey(
        ApiKey,
        models.CASCADE,
        related_name="requests",
        verbose_name=_("API key"),
        db_index=False,
        db_constraint=False,
    )
    at = models.DateTimeField(_("time"), db_index=True)
    call = models.CharField(_("call"), max_length=120)
    status = models.PositiveSmallIntegerField(_("status"))
    code = models.CharField(_("code"), max_length=40, blank=True)
    fields = models.CharField(_("fields"), max_length=300, blank=True)
    user_agent = models.CharField(_("program"), max_length=200, blank=True)
    request_id = models.UUIDField(_("request id"))

    class Meta:
        verbose_name = _("recent request")
        verbose_name_plural = _("recent requests")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["key", "-id"], name="recent_requests_of_a_key")]

    def __str__(self) -> str:
        return f"{self.call} {self.status}"
