"""Whom a booking is for, as it was typed."""

import re

from django.db import models
from django.db.models.functions import Upper
from django.utils.translation import gettext_lazy as _

from bookings.models.bookings import Booking
from bookings.typed_fields import EmailField, NameField, PhoneField, WordField
from bookings.validators import validate_object, validate_zone

IN_NUMBERS = " -()./"
"""What people write between the digits of a number."""


def bare_phone() -> models.Func:
    """The number without what stands between its digits.  Written out, since SQLite knows its index by the words."""
    template = "%(expressions)s"
    for sign in IN_NUMBERS:
        template = f"REPLACE({template}, '{sign}', '')"
    return models.Func("phone", template=template, output_field=models.TextField())


def last_word_of_name() -> models.Func:
    """What follows the last space of the name, in capitals: the surname, for most.  Written out, too."""
    first = "RTRIM(%(expressions)s, REPLACE(%(expressions)s, ' ', ''))"
    template = f"UPPER(SUBSTR(%(expressions)s, LENGTH({first}) + 1))"
    return models.Func("name", template=template, output_field=models.TextField())


class CustomerQuerySet(models.QuerySet["Customer"]):
    def addressed(self, email: str) -> "CustomerQuerySet":
        """With that e-mail address, whatever its capitals; along its index, which ``iexact`` uses on neither engine."""
        return self.alias(upper_email=Upper("email")).filter(upper_email=Upper(models.Value(email)))

    def unreached(self) -> "CustomerQuerySet":
        """Those whose address is one from which a mail came back."""
        returned = self.exclude(returned_email="").alias(upper_email=Upper("email"))
        return returned.filter(upper_email=Upper("returned_email"))


class Customer(models.Model):
    """Belongs to its booking alone: no later booking changes what was typed here.

    ``answers`` holds everything else the customer was asked, each under its own key.
    """

    booking = models.OneToOneField(Booking, models.CASCADE, related_name="customer", primary_key=True)
    name = NameField(_("name"), max_length=200)
    first_name = NameField(_("first name"), max_length=100, blank=True)
    last_name = NameField(_("last name"), max_length=100, blank=True)
    email = EmailField(_("e-mail"), blank=True)
    phone = PhoneField(_("telephone"), max_length=60, blank=True)
    phone_e164 = models.CharField(_("telephone, international"), max_length=20, blank=True, editable=False)
    voip = WordField(_("name for calls"), max_length=120, blank=True)
    timezone = WordField(_("time zone"), max_length=64, blank=True, validators=[validate_zone])
    language = models.CharField(_("language"), max_length=16, blank=True)
    wants_texts = models.BooleanField(_("text messages about this booking"), default=False, db_default=False)
    answers = models.JSONField(_("answers"), default=dict, blank=True, validators=[validate_object])

    mail_opened_at = models.DateTimeField(_("opened a link in a mail"), null=True, editable=False)
    returned_email = models.CharField(
        _("address whose mail came back"),
        max_length=254,
        blank=True,
        default="",
        db_default="",
        editable=False,
    )  # stays when the address is corrected, and then tells nothing of the new one
    returned_words = models.CharField(
        _("why it came back"), max_length=200, blank=True, default="", db_default="", editable=False
    )

    objects = CustomerQuerySet.as_manager()

    class Meta:
        verbose_name = _("customer")
        verbose_name_plural = _("customers")
        indexes = [
            models.Index(Upper("email"), name="customer_by_email"),
            models.Index(
                fields=["returned_email"],
                name="customer_mail_returned",
                condition=~models.Q(returned_email=""),
            ),
            models.Index(fields=["phone_e164"], name="customer_by_phone", condition=~models.Q(phone_e164="")),
            models.Index(bare_phone(), name="customer_by_bare_phone", condition=~models.Q(phone="")),
            # On SQLite alone: PostgreSQL finds every word of a name along `customer_by_words`.
            models.Index(Upper("name"), name="customer_by_name"),
            models.Index(last_word_of_name(), name="customer_by_last_word"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def mail_comes_back(self) -> bool:
        """Whether a mail to the address that it has now came back."""
        return bool(self.email) and self.email.casefold() == self.returned_email.casefold()

    @property
    def phone_url(self) -> str:
        """What a press on the number calls."""
        return f"tel:{self.phone_e164 or re.sub(r'[^+0-9]', '', self.phone)}"
