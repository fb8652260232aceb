"""The one row about the business that runs this installation."""

import hashlib
import hmac
import re
import secrets

from django.db import models
from django.utils.formats import get_format
from django.utils.translation import gettext_lazy as _

from bookings.countries import first_weekday, validate_country
from bookings.models.fields import PictureField
from bookings.models.recorded import Recorded
from bookings.typed_fields import EmailField, LineField, NameField, PhoneField, UrlField, WordField
from bookings.typed_text import lines_joined
from bookings.validators import validate_colour, validate_currency, validate_language, validate_zone

FIRST_WEEKDAYS = {"monday": 0, "saturday": 5, "sunday": 6}


def new_secret() -> str:
    """256 random bits in hex, the key with which webhooks are signed."""
    return secrets.token_hex(32)


class Site(models.Model):
    """The business that runs this installation; exactly one row, ``Site.current()``."""

    class WeekStart(models.TextChoices):
        """The days with which weeks begin in use; a value is the day's name."""

        __empty__ = _("as usual in the country")
        MONDAY = "monday", _("Monday")
        SATURDAY = "saturday", _("Saturday")
        SUNDAY = "sunday", _("Sunday")

    name = NameField(_("name"), max_length=120, default="Bookings")
    address = models.TextField(_("address"), blank=True)
    phone = PhoneField(_("telephone"), max_length=60, blank=True)
    email = EmailField(
        _("e-mail"),
        blank=True,
        help_text=_("Gets the mails for resources and projects that name no address."),
    )
    timezone = WordField(_("time zone"), max_length=64, default="UTC", validators=[validate_zone])
    language = models.CharField(_("language"), max_length=16, default="en", validators=[validate_language])
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        default="",
        db_default="",
        validators=[validate_country],
        help_text=_("Two letters, like DE."),
    )
    currency = models.CharField(_("currency"), max_length=3, default="EUR", validators=[validate_currency])
    week_start = models.CharField(
        _("the week begins on"),
        max_length=8,
        blank=True,
        choices=WeekStart.choices,
        default="",
        db_default="",
    )
    summary = LineField(
        _("in a sentence"),
        max_length=200,
        blank=True,
        default="",
        db_default="",
        help_text=_("What you offer; stands at the head of the first page."),
    )
    picture = PictureField(
        _("drawing"),
        upload_to="site/",
        blank=True,
        default="",
        db_default="",
        help_text=_(
            "Stands at the head of the first page, on the accent: best in pale lines without a ground."
        ),
    )
    accent = WordField(
        _("accent"), max_length=7, blank=True, default="", db_default="", validators=[validate_colour]
    )
    agents_may_book = models.BooleanField(
        _("assistants may book"),
        default=True,
        db_default=True,
        help_text=_("What people let book for them: at /mcp, /llms.txt and the pages that end in .md."),
    )
    imprint_url = UrlField(_("imprint"), blank=True)
    privacy_url = UrlField(_("privacy notice"), blank=True)
    webhook_secret = models.CharField(max_length=64, default=new_secret, editable=False)

    backup_key = models.CharField(
        _("key of backups"),
        max_length=80,
        blank=True,
        default="",
        db_default="",
        editable=False,
        help_text=_("Public, like age1…: what is encrypted for it holds the secrets, too."),
    )
    setup_digest = models.CharField(max_length=64, blank=True, default="", db_default="", editable=False)

    history = Recorded(excluded_fields=["webhook_secret", "setup_digest"])

    class Meta:
        verbose_name = _("site")
        verbose_name_plural = _("site")
        constraints = [models.CheckConstraint(condition=models.Q(pk=1), name="site_is_one_row")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def current(cls) -> "Site":
        """The one row, made with defaults where nobody saved it yet."""
        return cls.objects.get_or_create(pk=1)[0]

    @property
    def test_webhook_secret(self) -> str:
        """What signs the webhooks of tests: hexadecimal like the other, which nobody finds out from it."""
        return hmac.new(self.webhook_secret.encode(), b"webhooks for tests", hashlib.sha256).hexdigest()

    @property
    def weekdays(self) -> list[int]:
        """The weekdays (Monday 0) in the order in which a calendar shows them.

        A week begins as the site says, else as is usual in its country, else as the active language has it.
        """
        if self.week_start:
            first = FIRST_WEEKDAYS[self.week_start]
        elif self.country:
            first = first_weekday(self.country)
        else:
            first = (get_format("FIRST_DAY_OF_WEEK") - 1) % 7
        return [(first + step) % 7 for step in range(7)]

    @property
    def phone_url(self) -> str:
        """What a press on the number calls."""
        return f"tel:{re.sub(r'[^+0-9]', '', self.phone)}"

    @property
    def address_line(self) -> str:
        """The address in a line."""
        return lines_joined(self.address)
