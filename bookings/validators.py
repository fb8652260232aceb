"""Checks of single values, in words that never repeat what was sent."""

import re
import zoneinfo
from decimal import Decimal
from functools import cache
from typing import Any
from urllib.parse import urlsplit

import pyrage
from babel.numbers import is_currency
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import RegexValidator, URLValidator
from django.utils.deconstruct import deconstructible
from django.utils.translation import gettext_lazy as _

from bookings.hosts import ascii_host, with_port
from bookings.money import digits_of, money
from bookings.typed_text import word

# The machine's own zone under another name, and a placeholder: no browser knows them.
NO_PLACES = {"Factory", "localtime", "posixrules"}


@cache
def zones() -> frozenset[str]:
    """The IANA names that this installation's zone data knows, but for those that name no place's clocks."""
    return frozenset(zoneinfo.available_timezones()) - NO_PLACES


def validate_zone(value: str) -> None:
    if value not in zones():
        raise ValidationError(_("This is no IANA time zone, like Europe/Berlin."), code="zone")


def validate_language(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        raise ValidationError(_("This language is not available."), code="language")


def validate_currency(value: str) -> None:
    if not is_currency(value):
        raise ValidationError(_("Use the three letters of ISO 4217, like EUR."), code="currency")


def validate_digits(amount: Decimal | None, currency: str) -> None:
    """Refuse more decimals than the currency has, on the field ``price``."""
    digits = digits_of(currency)
    if amount is not None and amount != round(amount, digits):
        example = money(Decimal("35.125"), currency)
        sentence = _("Amounts in this currency are written like %(example)s.") % {"example": example}
        raise ValidationError({"price": sentence})


@deconstructible(path="django.core.validators.RegexValidator")
class WholeTextValidator(RegexValidator):
    """The pattern holds for all of a text: its ``$`` would let a last line end by.  Migrations know Django's."""

    def __call__(self, value: Any) -> None:
        super().__call__(value)
        if not re.fullmatch(self.regex, str(value)):
            raise ValidationError(self.message, code=self.code, params={"value": value})


def validate_colour(value: str) -> None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValidationError(_("Use a colour like #0f4a59."), code="colour")


def plain_origin(text: str) -> str:
    """The origin of a page as a browser sends it, like ``https://example.com:8443``; else ``ValidationError``.

    A host in letters beyond ASCII becomes what browsers make of it.
    """
    message = _("Write each page's origin like https://example.com, without a path.")
    try:
        parts = urlsplit(word(text))
        port, host = parts.port, ascii_host(parts.hostname or "")
    except ValueError as error:
        raise ValidationError(message, code="origin") from error
    bare = not (parts.path.strip("/") or parts.query or parts.fragment or parts.username or parts.password)
    if parts.scheme not in {"http", "https"} or not host or not bare:
        raise ValidationError(message, code="origin")
    return with_port(parts.scheme, host, port)


LONGEST_LINK = 1000


def is_link(value: str) -> bool:
    """Whether it is a public https address that may stand in mails and pages as it is."""
    try:
        _https(value)
    except ValidationError:
        return False
    return len(value) <= LONGEST_LINK and not urlsplit(value).username


_https = URLValidator(schemes=["https"])


def validate_link(value: str) -> None:
    if not is_link(value):
        raise ValidationError(_("Write a whole address that begins with https://."), code="link")


def validate_object(value: object) -> None:
    if not isinstance(value, dict):
        raise ValidationError(_("This must be an object."), code="object")


def validate_list(value: object) -> None:
    if not isinstance(value, list):
        raise ValidationError(_("This must be a list."), code="list")


def validate_backup_key(value: str) -> None:
    """A public key of age, like age1…."""
    try:
        pyrage.x25519.Recipient.from_str(value)
    except pyrage.RecipientError:
        raise ValidationError(_("This is no public key like age1….")) from None
