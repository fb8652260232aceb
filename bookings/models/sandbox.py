"""Test rows on a live site: what ``test_`` keys see, and nobody else."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Sandboxed(models.Model):
    """A row of the live site, or of its sandbox; a row of the one never leads to a row of the other."""

    is_test = models.BooleanField(
        _("for tests"),
        default=False,
        db_default=False,
        help_text=_("Only test keys of the API see and book it; nobody is mailed, and nothing counts it."),
    )

    class Meta:
        abstract = True


class SandboxRowQuerySet(models.QuerySet["SandboxRow"]):
    def ids(self, kind: str) -> list[str]:
        """The ids of all rows of a kind that a test key made, as text."""
        return list(self.filter(kind=kind).values_list("row", flat=True))


class SandboxRow(models.Model):
    """A row that a test key made, so that it goes when the sandbox is emptied; what staff made there stays."""

    class Kind(models.TextChoices):
        LOCATION = "location"
        RESOURCE = "resource"
        PROJECT = "project"
        CALENDAR = "calendar"
        EVENT = "event"
        WEBHOOK = "webhook"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    row = models.CharField(max_length=36)

    objects = SandboxRowQuerySet.as_manager()

    class Meta:
        verbose_name = "row of the sandbox"
        verbose_name_plural = "rows of the sandbox"
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["kind", "row"], name="a_row_is_the_sandboxs_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.row}"
