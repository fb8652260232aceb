"""Opening hours as people type them: "9–12, 13:30–18" or "9am to 5pm"."""

import re
from datetime import time
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings import typed_text

Range = tuple[time, time]
_CLOCK = r"(\d{1,2})(?:[:.](\d{2}))?\s*([ap]\.?m\.?)?"
_RANGE = re.compile(rf"{_CLOCK}\s*(?:[-‐-―−~]|to|bis|until)\s*{_CLOCK}")
_BETWEEN = re.compile(r"[,،;؛/+&\n]|\band\b|\bund\b")


class ClockRangesField(forms.CharField):
    """Ranges of the clock, first and last of each; midnight at the end of a day is 24:00 or 0:00."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**{"max_length": 200} | kwargs)
        self.widget.attrs.setdefault("placeholder", "9–12, 13–18")
        self.widget.attrs.setdefault("size", "24")

    def clean(self, value: Any) -> list[Range]:
        text = typed_text.line(super().clean(value)).lower()
        return [_read(part.strip()) for part in _BETWEEN.split(text) if part.strip()]


def _read(part: str) -> Range:
    found = _RANGE.fullmatch(part)
    if found is None:
        raise _unreadable()
    return _clock(*found.group(1, 2, 3)), _clock(*found.group(4, 5, 6))


def _clock(hours: str, minutes: str | None, half: str | None) -> time:
    hour, minute = int(hours), int(minutes or 0)
    if half:
        if not 1 <= hour <= 12:
            raise _unreadable()
        hour = hour % 12 + (12 if half.startswith("p") else 0)
    if hour > 24 or minute > 59 or (hour == 24 and minute):
        raise _unreadable()
    return time(hour % 24, minute)


def _unreadable() -> ValidationError:
    return ValidationError(_("Write hours like “9–12, 13:30–18”."), code="invalid")
