"""A resource's place in a project."""

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.recorded import Recorded
from bookings.models.resources import Resource
from bookings.models.sites import Site
from bookings.typed_fields import PriceField
from bookings.validators import validate_digits, validate_object


class ProjectResource(models.Model):
    """A resource in a project, with its place in the order and what differs for it there.

    ``length`` and ``price`` count where the project has no options; where it has some, each says its own with the
    resource (``OptionResource``).
    """

    project = models.ForeignKey("Project", models.CASCADE, related_name="links")
    resource = models.ForeignKey(Resource, models.CASCADE, related_name="links", verbose_name=_("resource"))
    position = models.PositiveSmallIntegerField(_("position"), default=0)
    length = models.DurationField(
        _("length"), null=True, blank=True, help_text=_("If it differs from the option's.")
    )
    price = PriceField(_("price"), null=True, blank=True, help_text=_("If it differs from the option's."))
    weight = models.PositiveSmallIntegerField(
        _("weight"),
        default=1,
        db_default=1,
        validators=[MinValueValidator(1), MaxValueValidator(100)],
        help_text=_("Where bookings are shared fairly: with 2 it gets twice as much time as with 1."),
    )
    booking = models.JSONField(_("booking settings"), default=dict, blank=True, validators=[validate_object])

    history = Recorded()

    class Meta:
        verbose_name = _("resource of the project")
        verbose_name_plural = _("resources of the project")
        ordering = ["position", "pk"]
        constraints = [
            RaisesConfigVersion(name="link_raises_version"),
            models.UniqueConstraint(fields=["project", "resource"], name="resource_once_in_a_project"),
        ]

    def __str__(self) -> str:
        return str(self.resource)

    def clean(self) -> None:
        """Its price is in the currency of whichever option it goes with."""
        if self.price is None:
            return
        known = self.project.options.values_list("currency", flat=True) if self.project_id else ()
        currencies = set(known)
        for currency in currencies or {Site.current().currency}:
            validate_digits(self.price, currency)
