"""Fields of forms and models for what people type: words cleaned of what nobody sees, and prices.

A form's field cleans what a page or the desk sends, the model's what the API sends; both by ``typed_text``.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.core.validators import MinValueValidator, URLValidator
from django.db import models

from bookings import typed_text

# The classes take arguments of their types for who reads them, and none where they run.
if TYPE_CHECKING:
    Char = models.CharField[str, str]
    Email = models.EmailField[str, str]
    Url = models.URLField[str, str]
    Amount = models.DecimalField[Decimal | None, Decimal | None]
else:
    Char, Email, Url, Amount = models.CharField, models.EmailField, models.URLField, models.DecimalField

_http = URLValidator(schemes=["http", "https"])


class _Cleaned:
    """Cleans text in ``to_python``, before length, emptiness and all else are checked."""

    cleans: Callable[[str], str]

    def to_python(self, value: Any) -> Any:
        cleaned = self.cleans(value) if value and isinstance(value, str) else value
        return super().to_python(cleaned)  # type: ignore[misc]


class EmailInput(_Cleaned, forms.EmailField):
    cleans = staticmethod(typed_text.email)
    default_validators = [*forms.EmailField.default_validators, typed_text.validate_sendable]


class NameInput(_Cleaned, forms.CharField):
    cleans = staticmethod(typed_text.name)


class LineInput(_Cleaned, forms.CharField):
    cleans = staticmethod(typed_text.line)


class PhoneInput(_Cleaned, forms.CharField):
    cleans = staticmethod(typed_text.phone)


class WordInput(_Cleaned, forms.CharField):
    cleans = staticmethod(typed_text.word)


class UrlInput(_Cleaned, forms.URLField):
    """An address without a scheme is completed by https."""

    cleans = staticmethod(typed_text.word)
    default_validators = [_http]

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"assume_scheme": "https"} | kwargs)


class _Column:
    """A column of Django's own kind: migrations and databases know no difference."""

    form_class: type[forms.Field]

    def formfield(self, **kwargs: Any) -> Any:
        return super().formfield(**{"form_class": self.form_class} | kwargs)  # type: ignore[misc]

    def deconstruct(self) -> Any:
        name, _path, args, kwargs = super().deconstruct()  # type: ignore[misc]
        plain = next(one for one in type(self).__mro__ if one.__module__.startswith("django.db.models"))
        return name, f"django.db.models.{plain.__name__}", args, kwargs


class EmailField(_Cleaned, _Column, Email):
    cleans = staticmethod(typed_text.email)
    form_class = EmailInput
    default_validators = [*models.EmailField.default_validators, typed_text.validate_sendable]


class NameField(_Cleaned, _Column, Char):
    cleans = staticmethod(typed_text.name)
    form_class = NameInput


class LineField(_Cleaned, _Column, Char):
    cleans = staticmethod(typed_text.line)
    form_class = LineInput


class PhoneField(_Cleaned, _Column, Char):
    cleans = staticmethod(typed_text.phone)
    form_class = PhoneInput


class WordField(_Cleaned, _Column, Char):
    cleans = staticmethod(typed_text.word)
    form_class = WordInput


class UrlField(_Cleaned, _Column, Url):
    cleans = staticmethod(typed_text.word)
    form_class = UrlInput
    default_validators = [_http]


class PriceInput(forms.DecimalField):
    digits: int | None = None
    """Decimals of the currency, where the form knows it."""

    def widget_attrs(self, widget: forms.Widget) -> dict[str, Any]:
        return {**super().widget_attrs(widget), "step": "any"}

    def prepare_value(self, value: Any) -> Any:
        """As people write it: 35.00 and not 35.000, in dinars 1.250, in yen 100."""
        digits = 2 if self.digits is None else self.digits
        whole = isinstance(value, Decimal) and value == round(value, digits)
        return f"{value:.{digits}f}" if whole else value


class PriceField(_Column, Amount):
    """An amount or none, never less than 0, with as many decimals as any currency of a country has."""

    form_class = PriceInput
    default_validators = [MinValueValidator(Decimal(0))]

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"max_digits": 12, "decimal_places": 3} | kwargs)
