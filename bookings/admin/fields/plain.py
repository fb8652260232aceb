"""Form fields for values that people write in words: durations, one thing a line, objects."""

import json
import re
from datetime import timedelta
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.functional import lazy
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from bookings import typed_durations, typed_text
from bookings.durations import DurationError, parse_duration
from bookings.times import duration_in_words
from bookings.typed_fields import EmailInput, LineInput, WordInput
from bookings.validators import plain_origin, zones


def _an_example() -> str:
    return duration_in_words(timedelta(minutes=90))


_example = lazy(_an_example, str)


class DurationInput(forms.TextInput):
    """Shows a duration in words, also to those who may only look."""

    read_only = True  # the admin then asks the widget for what it shows, without any attributes

    def render(self, name: str, value: Any, attrs: Any = None, renderer: Any = None) -> SafeString:
        if attrs is None:
            return format_html("{}", duration_in_words(value) if isinstance(value, timedelta) else "—")
        return super().render(name, value, attrs, renderer)


class InWordsField(LineInput):
    """A field whose value is shown as other text; whether it was changed is asked of that text."""

    def has_changed(self, initial: Any, data: Any) -> bool:
        return super().has_changed(self.prepare_value(initial), data)


class DurationField(InWordsField):
    """Elapsed time in words; its value is a ``timedelta`` or None where it was left empty."""

    widget = DurationInput

    def __init__(self, *, longer_than_zero: bool = False, **kwargs: Any) -> None:
        kwargs.pop("encoder", None)
        self.longer_than_zero = longer_than_zero
        super().__init__(**kwargs)
        self.widget.attrs.setdefault("placeholder", _example())
        self.widget.attrs.setdefault("size", "20")

    def prepare_value(self, value: Any) -> Any:
        return duration_in_words(value) if isinstance(value, timedelta) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        duration = typed_durations.read(text)
        if self.longer_than_zero and not duration:
            raise ValidationError(_("This must be longer than nothing."))
        return duration


class DurationTextField(InWordsField):
    """A duration that is kept as text, since the API's settings hold text: in English, or as the API got it."""

    def prepare_value(self, value: Any) -> Any:
        """In the reader's language; in English as it was typed, like what cannot be read."""
        if not isinstance(value, str) or (get_language() or "en").startswith("en"):
            return value
        try:
            return duration_in_words(parse_duration(value))
        except DurationError:
            return value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        duration = typed_durations.read(text)
        return text if typed_durations.is_english(text) else typed_durations.as_stored(duration)


class LinesField(forms.CharField):
    """A list of texts, one a line."""

    widget = forms.Textarea(attrs={"rows": 3, "cols": 50})

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(str(item) for item in value) if isinstance(value, list) else value

    def has_changed(self, initial: Any, data: Any) -> bool:
        return self.lines(self.prepare_value(initial)) != self.lines(data)

    def clean(self, value: Any) -> Any:
        return [self.clean_line(line) for line in self.lines(super().clean(value))]

    def clean_line(self, line: str) -> str:
        return typed_text.line(line)

    @staticmethod
    def lines(text: str | None) -> list[str]:
        return [line.strip() for line in re.split(r"\r\n|\r|\n", text or "") if line.strip()]


def _zone_choices() -> list[tuple[str, str]]:
    return [(name, name.replace("_", " ")) for name in sorted(zones())]


class ZoneField(forms.ChoiceField):
    """A choice of IANA time zones."""

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("label", gettext_lazy("Time zone"))
        kwargs.setdefault("initial", "UTC")
        super().__init__(choices=_zone_choices, **kwargs)

    def offer_none(self, words: str) -> None:
        """Let nobody choose: ``words`` say whose zone it is then, and which."""
        self.choices = [("", words.replace("_", " ")), *_zone_choices()]

    def to_python(self, value: Any) -> str:
        return str(super().to_python(typed_text.word(value) if isinstance(value, str) else value))


class CurrencyField(WordInput):
    """The letters of a currency, small ones and pasted marks too; may be empty unless told otherwise."""

    def __init__(self, **kwargs: Any) -> None:
        widget = forms.TextInput(attrs={"size": 5, "autocapitalize": "characters"})
        usual: dict[str, Any] = {"max_length": 3, "required": False, "widget": widget}
        super().__init__(**usual | {"label": gettext_lazy("currency")} | kwargs)

    def to_python(self, value: Any) -> Any:
        return str(super().to_python(value)).upper()


class OriginsField(LinesField):
    """Origins of pages, one a line, like ``https://example.com``."""

    def clean_line(self, line: str) -> str:
        return plain_origin(line)


class EmailsField(LinesField):
    """E-mail addresses, one a line."""

    def clean_line(self, line: str) -> str:
        return str(EmailInput().clean(line))


class ObjectField(forms.JSONField):
    """Free data of integrators: an object, indented."""

    widget = forms.Textarea(attrs={"rows": 4, "cols": 60})

    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("help_text", gettext_lazy("Free data for programs, as a JSON object."))
        super().__init__(**kwargs)

    def prepare_value(self, value: Any) -> Any:
        if isinstance(value, forms.fields.InvalidJSONInput):
            return value
        self.encoder = None
        return super().prepare_value(value)

    def to_python(self, value: Any) -> Any:
        try:
            read = super().to_python(value)
            keeps = _can_be_kept(read)
        except (ValueError, RecursionError):  # a number of 5000 digits, or brackets thousands deep
            keeps = False
        if not keeps:
            raise ValidationError(self.error_messages["invalid"], code="invalid", params={"value": value})
        return read

    def bound_data(self, data: Any, initial: Any) -> Any:
        """What is refused is shown as it was typed."""
        try:
            self.to_python(data)
        except ValidationError:
            return forms.fields.InvalidJSONInput(data)
        return super().bound_data(data, initial)

    def clean(self, value: Any) -> Any:
        read = super().clean(value)
        if read is None:
            return {}
        if not isinstance(read, dict):
            raise ValidationError(_("This must be an object."))
        return read


def _can_be_kept(read: Any) -> bool:
    """Whether both databases take it: neither has NaN or infinity, NUL, or half a surrogate pair."""
    text = json.dumps(read, allow_nan=False, ensure_ascii=False)
    text.encode()
    return "\\u0000" not in text.replace("\\\\", "")
