"""Checks of single values, in words that never repeat what was sent."""

import re
import zoneinfo
from functools import cache

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _


@cache
def zones() -> frozenset[str]:
    """The IANA names that this installation's zone data knows."""
    return frozenset(zoneinfo.available_timezones())


def validate_zone(value: str) -> None:
    if value not in zones():
        raise ValidationError(_("This is no IANA time zone, like Europe/Berlin."), code="zone")


def validate_language(value: str) -> None:
    if value not in dict(settings.LANGUAGES):
        raise ValidationError(_("This language is not available."), code="language")


def validate_currency(value: str) -> None:
    if not re.fullmatch(r"[A-Z]{3}", value):
        raise ValidationError(_("Use the three letters of ISO 4217, like EUR."), code="currency")


def validate_colour(value: str) -> None:
    if not re.fullmatch(r"#[0-9a-fA-F]{6}", value):
        raise ValidationError(_("Use a colour like #0f4a59."), code="colour")


def validate_object(value: object) -> None:
    if not isinstance(value, dict):
        raise ValidationError(_("This must be an object."), code="object")


def validate_list(value: object) -> None:
    if not isinstance(value, list):
        raise ValidationError(_("This must be a list."), code="list")
