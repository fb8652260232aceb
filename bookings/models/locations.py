"""Where resources are."""

import uuid
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.constraints import RaisesConfigVersion
from bookings.models.recorded import Recorded
from bookings.models.sandbox import Sandboxed
from bookings.models.sites import Site
from bookings.typed_fields import NameField, WordField
from bookings.typed_text import lines_joined
from bookings.validators import validate_zone


class Location(Sandboxed):
    """A place where resources are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True)
    timezone = WordField(
        _("time zone"),
        max_length=64,
        blank=True,
        validators=[validate_zone],
        help_text=_("Empty: the site's, as it is now."),
    )
    description = models.TextField(_("description"), blank=True)
    meta = models.JSONField(_("meta"), default=dict, blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["name"]
        constraints = [RaisesConfigVersion(name="location_raises_version")]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        self.timezone = self.timezone or Site.current().timezone
        super().save(*args, **kwargs)

    @property
    def one_line(self) -> str:
        """Name and address in a line, as a booking's ``where``."""
        return lines_joined(f"{self.name}\n{self.address}")
