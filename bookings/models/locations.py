"""Where resources are."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.recorded import Recorded
from bookings.typed_fields import NameField, WordField
from bookings.validators import validate_zone


def one_line(text: str) -> str:
    """The lines of a text, with commas between them."""
    return ", ".join(line.strip().rstrip(",") for line in text.splitlines() if line.strip())


class Location(models.Model):
    """A place where resources are."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = NameField(_("name"), max_length=120)
    address = models.TextField(_("address"), blank=True)
    timezone = WordField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    description = models.TextField(_("description"), blank=True)
    meta = models.JSONField(_("meta"), default=dict, blank=True)

    history = Recorded()

    class Meta:
        verbose_name = _("location")
        verbose_name_plural = _("locations")
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def one_line(self) -> str:
        """Name and address in a line, as a booking's ``where``."""
        return one_line(f"{self.name}\n{self.address}")
