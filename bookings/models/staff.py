"""What is kept of members of staff beside their accounts."""

from __future__ import annotations

from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.recorded import Recorded


class StaffLimit(models.Model):
    """A member of staff who sees some resources alone; without a row they see all.

    ``resources`` are ids as texts and no rows of a table, so that a resource that is gone never widens what is seen.
    """

    user = models.OneToOneField(
        settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="staff_limit"
    )
    resources = models.JSONField(_("resources"), default=list)

    history = Recorded()

    class Meta:
        verbose_name = _("limit of a member of staff")
        verbose_name_plural = _("limits of members of staff")
        default_permissions = ()
        permissions = [("manage_staff", "Can manage members of staff")]

    def __str__(self) -> str:
        return str(self.user)


class StaffSession(models.Model):
    """An open login of a member of staff: from where and with what, and when it was used last, to a few minutes.

    It goes with its session, whoever ends that.
    """

    session = models.OneToOneField(
        Session, models.CASCADE, primary_key=True, db_constraint=False, related_name="of_staff"
    )
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="staff_sessions")
    began_at = models.DateTimeField(_("since"))
    seen_at = models.DateTimeField(_("last used"))
    browser = models.CharField(_("browser"), max_length=100, blank=True, db_default="", default="")
    network = models.CharField(_("from"), max_length=60, blank=True, db_default="", default="")

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.browser
