"""What belongs together in time: every Thursday, eight times."""

import uuid

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class Series(models.Model):
    """A finite row of bookings, or of sessions, that were made in one go and may be moved and called off in one.

    A booking belongs to it for life, also once it was moved by itself; ``every_days`` is how they were laid out.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    every_days = models.PositiveSmallIntegerField(_("every so many days"), validators=[MinValueValidator(1)])
    created_at = models.DateTimeField(_("created"), db_default=Now(), editable=False)

    class Meta:
        verbose_name = _("series")
        verbose_name_plural = _("series")
        default_permissions = ()

    def __str__(self) -> str:
        return str(self.pk)
