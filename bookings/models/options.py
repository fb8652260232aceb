"""The variants of a project, and what each is with one of its resources."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.project_resources import ProjectResource
from bookings.models.projects import Project
from bookings.models.recorded import Recorded
from bookings.models.sites import Site
from bookings.times import duration_in_words
from bookings.typed_fields import LineField, PriceField
from bookings.validators import validate_currency, validate_digits, validate_object


class Option(models.Model):
    """A variant of a project: its label, length and price."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    project = models.ForeignKey(Project, models.CASCADE, related_name="options")
    label = LineField(_("label"), max_length=120, blank=True)
    length = models.DurationField(_("length"))
    price = PriceField(_("price"), null=True, blank=True)
    currency = models.CharField(
        _("currency"),
        max_length=3,
        blank=True,
        validators=[validate_currency],
        help_text=_("Empty: the site's, as it is now."),
    )
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    booking = models.JSONField(_("booking settings"), default=dict, blank=True, validators=[validate_object])

    history = Recorded()

    class Meta:
        verbose_name = _("option")
        verbose_name_plural = _("options")
        ordering = ["position", "pk"]
        constraints = [RaisesConfigVersion(name="option_raises_version")]

    def __str__(self) -> str:
        return self.label or duration_in_words(self.length)

    def save(self, *args: Any, **kwargs: Any) -> None:
        """An amount without a currency would mean another sum once the site's is another."""
        self.currency = self.currency or Site.current().currency
        super().save(*args, **kwargs)

    def clean(self) -> None:
        validate_digits(self.price, self.currency or Site.current().currency)


class OptionResource(models.Model):
    """An option with one of the project's resources: whether it is offered there, its own length and price.

    Where there is no row, the resource does the option as the option says.
    """

    option = models.ForeignKey(Option, models.CASCADE, related_name="at_resources")
    link = models.ForeignKey(ProjectResource, models.CASCADE, related_name="at_options")
    offered = models.BooleanField(_("does it"), default=True)
    length = models.DurationField(_("length"), null=True, blank=True)
    price = PriceField(_("price"), null=True, blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("option of a resource")
        verbose_name_plural = _("options of resources")
        constraints = [
            RaisesConfigVersion(name="option_row_raises_version"),
            models.UniqueConstraint(fields=["option", "link"], name="option_once_with_a_resource"),
        ]

    def __str__(self) -> str:
        return f"{self.option} · {self.link}"

    def clean(self) -> None:
        if self.option_id is not None:
            validate_digits(self.price, self.option.currency)
