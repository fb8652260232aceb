"""How many requests there were."""

from django.db import models
from django.utils.translation import gettext_lazy as _


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
