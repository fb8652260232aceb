"""What is kept of members of staff beside their accounts."""

from __future__ import annotations

from django.conf import settings
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

    def __str__(self) -> str:
        return str(self.user)
