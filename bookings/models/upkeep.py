"""What the upkeep of the site remembers in the database: the floor, a standstill, backups and drills."""

from django.db import models
from django.db.models import Exists, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _


class ReleaseFloor(models.Model):
    """The oldest release that may still run on this database; written by ``migrate``, at most one row."""

    release = models.CharField(max_length=20)

    class Meta:
        verbose_name = "release floor"
        verbose_name_plural = "release floors"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="release_floor_is_one_row")]

    def __str__(self) -> str:
        return self.release


class Standstill(models.Model):
    """While its one row is there no worker sends, plays the clock or sweeps, on whichever machine it runs."""

    since = models.DateTimeField(_("since"), db_default=Now())
    reason = models.CharField(_("reason"), max_length=200)

    class Meta:
        verbose_name = "standstill"
        verbose_name_plural = "standstills"
        default_permissions = ()
        constraints = [models.CheckConstraint(condition=Q(pk=1), name="standstill_is_one_row")]

    def __str__(self) -> str:
        return self.reason

    @classmethod
    def is_over(cls) -> Combinable:
        """The condition that nothing stands still, to be judged by the very statement that takes up work."""
        over: Combinable = ~Exists(cls.objects.all())
        return over


class UpkeepRunQuerySet(models.QuerySet["UpkeepRun"]):
    def backups(self) -> "UpkeepRunQuerySet":
        return self.filter(kind=UpkeepRun.Kind.BACKUP)

    def drills(self) -> "UpkeepRunQuerySet":
        return self.filter(kind=UpkeepRun.Kind.DRILL)

    def last_good(self) -> "UpkeepRun | None":
        return self.filter(good=True).order_by("-finished_at").first()

    def last(self) -> "UpkeepRun | None":
        return self.exclude(finished_at=None).order_by("-finished_at").first()


class UpkeepRun(models.Model):
    """A backup or a drill.  The worker's have the ``day`` that they are for, of which each kind has one."""

    class Kind(models.TextChoices):
        BACKUP = "backup", _("backup")
        DRILL = "drill", _("drill")

    kind = models.CharField(max_length=10, choices=Kind.choices)
    day = models.DateField(null=True)
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True)
    good = models.BooleanField(null=True)
    words = models.TextField(blank=True, default="")

    objects = UpkeepRunQuerySet.as_manager()

    class Meta:
        verbose_name = "run of upkeep"
        verbose_name_plural = "runs of upkeep"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "day"], condition=Q(day__isnull=False), name="upkeep_once_a_day"
            )
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.started_at:%Y-%m-%d %H:%M}"


class UpkeepWish(models.Model):
    """Somebody at the desk wants a backup or a drill now; each kind at most once until a worker takes it up."""

    kind = models.CharField(max_length=10, choices=UpkeepRun.Kind.choices, primary_key=True)
    asked_at = models.DateTimeField(db_default=Now())

    class Meta:
        verbose_name = "wish for upkeep"
        verbose_name_plural = "wishes for upkeep"
        default_permissions = ()

    def __str__(self) -> str:
        return self.kind

    @classmethod
    def ask(cls, kind: str) -> None:
        """Want it; asked again before a worker has taken it up, it stays one."""
        UpkeepWish.objects.bulk_create([UpkeepWish(kind=kind)], ignore_conflicts=True)

    @classmethod
    def take(cls, kind: str) -> bool:
        """Take it up; of several workers one is told to."""
        return bool(cls.objects.filter(kind=kind).delete()[0])
