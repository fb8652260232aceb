"""Whom a booking is for, as it was typed."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from bookings.models.bookings import Booking
from bookings.typed_fields import EmailField, NameField, PhoneField, WordField
from bookings.validators import validate_object, validate_zone


class Customer(models.Model):
    """Belongs to its booking alone: no later booking changes what was typed here.

    ``answers`` holds everything else the customer was asked, each under its own key.
    """

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="customer", primary_key=True)
    name = NameField(_("name"), max_length=200)
    first_name = NameField(_("first name"), max_length=100, blank=True)
    last_name = NameField(_("last name"), max_length=100, blank=True)
    email = EmailField(_("e-mail"), blank=True, db_index=True)
    phone = PhoneField(_("telephone"), max_length=60, blank=True)
    phone_e164 = models.CharField(_("telephone, international"), max_length=20, blank=True, editable=False)
    voip = WordField(_("name for calls"), max_length=120, blank=True)
    timezone = WordField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    language = models.CharField(_("language"), max_length=16, blank=True)
    answers = models.JSONField(_("answers"), default=dict, blank=True, validators=[validate_object])

    mail_opened_at = models.DateTimeField(_("opened a link in a mail"), null=True, editable=False)

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")

    def __str__(self) -> str:
        return self.name
