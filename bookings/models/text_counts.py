"""How many text messages were sent in a day, or are to be tried again: each costs."""

from datetime import date

from django.db import models
from django.db.models import F
from django.utils.translation import gettext_lazy as _

ALL = ""


class TextCountQuerySet(models.QuerySet["TextCount"]):
    def take(self, day: date, who: str, most: int) -> bool:
        """Count one more, unless there were as many as ``most`` already (0: any number); return whether it was."""
        self.get_or_create(day=day, who=who)
        left = {"count__lt": most} if most else {}
        return bool(self.filter(day=day, who=who, **left).update(count=F("count") + 1))

    def give_back(self, day: date | str, who: str) -> None:
        """Count one less; ``day`` may be written like ``2033-03-14``."""
        self.filter(day=day, who=who, count__gt=0).update(count=F("count") - 1)


class TextCount(models.Model):
    """Those of one day to one number, of which a digest is kept; an empty ``who`` counts all."""

    day = models.DateField(_("day"))
    who = models.CharField(max_length=64, blank=True)
    count = models.PositiveIntegerField(_("count"), default=0, db_default=0)

    objects = TextCountQuerySet.as_manager()

    class Meta:
        verbose_name = _("count of text messages")
        verbose_name_plural = _("counts of text messages")
        constraints = [models.UniqueConstraint(fields=["day", "who"], name="texts_are_counted_once_a_day")]

    def __str__(self) -> str:
        return f"{self.day}: {self.count}"
