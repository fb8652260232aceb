"""Which rows the demo made, so that it can go again and nothing else with it."""

from django.db import models


class DemoRowQuerySet(models.QuerySet["DemoRow"]):
    def ids(self, kind: str) -> list[str]:
        """The ids of all rows of a kind that are the demo's, as text."""
        return list(self.filter(kind=kind).values_list("row", flat=True))


class DemoRow(models.Model):
    """A row of the demo, whatever it is called by now.

    ``name`` is what the demo's plan calls it, ``row`` its id.  A row that staff made theirs has none.
    """

    class Kind(models.TextChoices):
        LOCATION = "location"
        RESOURCE = "resource"
        PROJECT = "project"
        USER = "user"
        KEY = "key"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    row = models.CharField(max_length=36)

    objects = DemoRowQuerySet.as_manager()

    class Meta:
        verbose_name = "row of the demo"
        verbose_name_plural = "rows of the demo"
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["kind", "row"], name="a_row_is_the_demos_once"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.name}"
