"""The fields of the first questions: what people type, and the values that come of it."""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import override

from bookings import countries, typed_amounts, typed_durations, typed_hours
from bookings.availability.parameters import LONGEST_SLOT, SHORTEST
from bookings.availability.rules import WEEKDAYS
from bookings.models import Meeting, Option, Resource
from bookings.times import duration_in_words
from bookings.typed_text import name as called
from bookings.validators import validate_digits

MOST_PEOPLE = 50
LINES: dict[str, Any] = {"rows": 3}


class LanguageField(forms.ChoiceField):
    """Takes the language's code, or its name in any language that we speak."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value)).strip()
        return _language_names().get(typed.casefold(), typed)


class CountryField(forms.ChoiceField):
    """Takes the country's two letters, or its name."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value)).strip()
        return countries.code_of(typed) or typed


class WeekStartField(forms.ChoiceField):
    """Takes a day's name in any language that we speak; empty as it is."""

    def to_python(self, value: Any) -> str:
        typed = str(super().to_python(value)).strip()
        try:
            return WEEKDAYS[typed_hours.weekday(typed)] if typed else ""
        except ValidationError:
            return typed


class MeetingField(forms.ChoiceField):
    """Takes one of the words that the API takes, however it is spelt; empty as it is."""

    def __init__(self, **kwargs: Any) -> None:
        choices = [(value or "none", label) for value, label in Meeting.choices]
        super().__init__(choices=choices, required=False, **kwargs)

    def to_python(self, value: Any) -> str:
        return str(super().to_python(value)).strip().casefold()


class HoursField(forms.CharField):
    """A week of openings in words; its value is a tuple of them."""

    widget = forms.Textarea(attrs=LINES)

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or not value else typed_hours.hours_in_words(value)

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return tuple(typed_hours.read(text)) if text else ()


class PeopleField(forms.CharField):
    """Names, separated by commas or line ends; its value is a tuple of them, each once."""

    widget = forms.Textarea(attrs=LINES)
    longest = Resource._meta.get_field("name").max_length

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) or not value else ", ".join(value)

    def clean(self, value: Any) -> Any:
        names = list(filter(None, map(called, re.split(r"[,،;؛\n]", super().clean(value)))))
        each_once = tuple({one.casefold(): one for one in reversed(names)}.values())[::-1]
        if any(len(one) > (self.longest or 0) for one in each_once):
            raise ValidationError(_("A name has %(most)s letters at most.") % {"most": self.longest})
        if len(each_once) > MOST_PEOPLE:
            raise ValidationError(
                _("Begin with %(most)s at most; more are added later.") % {"most": MOST_PEOPLE}
            )
        if self.required and not each_once:
            raise ValidationError(self.error_messages["required"])
        return each_once


class LengthField(forms.CharField):
    """Elapsed time in words, or a bare number of minutes."""

    def prepare_value(self, value: Any) -> Any:
        return duration_in_words(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        text = unicodedata.normalize("NFKC", super().clean(value))
        if not text:
            return None
        length = (
            timedelta(minutes=int(text)) if re.fullmatch(r"\d{1,6}", text) else typed_durations.read(text)
        )
        if length < SHORTEST:
            raise ValidationError(_("This must be longer than nothing."))
        if length > LONGEST_SLOT:
            raise ValidationError(_("This is too long for one booking."))
        return length


class PriceField(forms.CharField):
    """An amount as people write it, with or without the currency's sign; its value is the figures alone."""

    free = {"free", "kostenlos", "gratis", "frei", "مجاني", "مجانا", "-"}

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value

    def clean(self, value: Any) -> str:
        text = unicodedata.normalize("NFKC", super().clean(value)).strip().casefold()
        return "" if text in self.free else text


def amount(text: str, currency: str) -> Decimal:
    """A price of that currency as it can be stored; raises ``ValidationError``."""
    price = typed_amounts.read(text, currency)
    try:
        Option._meta.get_field("price").clean(price, None)
    except ValidationError as error:
        raise ValidationError(_("Write the price as a number, like 35 or 35.50.")) from error
    validate_digits(price, currency)
    return price


def _language_names() -> dict[str, str]:
    found: dict[str, str] = {}
    for spoken, _name in settings.LANGUAGES:
        with override(spoken):
            found |= {str(name).casefold(): code for code, name in settings.LANGUAGES}
    return found
