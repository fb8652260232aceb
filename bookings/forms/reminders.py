"""Reminders in the record's spelling: ``{type, settings, when: {type, unit, time}}``."""

from collections.abc import Iterator, Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import URLValidator
from django.utils.translation import gettext as _

from bookings.forms.values import WrongParts, words

MOST = 20
FARTHEST = timedelta(days=366)
LONGEST_SUBJECT = 200
LONGEST_ADDRESS = 1000
KINDS = ("email", "webhook")
RECIPIENTS = ("owner", "customer")
METHODS = ("post", "get")
SIDES = ("before", "after")
UNITS = {
    "secs": timedelta(seconds=1),
    "mins": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
USUAL_REMINDERS: list[dict[str, Any]] = [
    {
        "type": "email",
        "settings": {"recipient": "customer"},
        "when": {"type": "before", "unit": "days", "time": 1},
    }
]
"""What a project made at the desk begins with.  Who makes one by the API has reminders of their own."""
_is_address = URLValidator(schemes=["http", "https"])
Faults = Iterator[tuple[str, str]]


def reminders(value: Any) -> list[dict[str, Any]]:
    """The reminders as they were sent, or ``ValidationError`` with every part that is at fault."""
    if not isinstance(value, list):
        raise ValidationError(_("Send a list."))
    if len(value) > MOST:
        raise ValidationError(_("These are too many."))
    faults = {f"{index}{part}": said for index, one in enumerate(value) for part, said in _faults(one)}
    if faults:
        raise WrongParts(faults)
    return value


def is_too_far(time: int, unit: str) -> bool:
    """Whether a whole number of this unit is more than a year before or after the start."""
    return time > FARTHEST // UNITS[unit]


def _faults(one: Any) -> Faults:
    if not isinstance(one, Mapping):
        yield "", _("Send an object.")
        return
    kind, chosen = one.get("type", "email"), one.get("settings", {})
    if kind not in KINDS:
        yield ".type", _("Use email or webhook.")
    if not isinstance(chosen, Mapping):
        yield ".settings", _("Send an object.")
    elif kind == "webhook":
        yield from _wrong_with_a_call(chosen)
    elif kind == "email":
        yield from _wrong_with_a_mail(chosen)
    yield from _wrong_with_its_time(one.get("when"))


def _wrong_with_a_mail(chosen: Mapping[str, Any]) -> Faults:
    if chosen.get("recipient") not in (None, *RECIPIENTS):
        yield ".settings.recipient", _("Use owner or customer.")
    try:
        words(chosen.get("subject") or "", LONGEST_SUBJECT)
    except ValidationError as wrong:
        yield ".settings.subject", str(wrong.message)


def _wrong_with_a_call(chosen: Mapping[str, Any]) -> Faults:
    try:
        _is_address(words(chosen.get("url"), LONGEST_ADDRESS))
    except ValidationError:
        yield ".settings.url", _("Send an address that begins with https:// or http://.")
    if chosen.get("method") not in (None, *METHODS):
        yield ".settings.method", _("Use post or get.")
    code = chosen.get("expected_response_code")
    if code is not None and (type(code) is not int or not 100 <= code <= 599):
        yield ".settings.expected_response_code", _("Send a whole number from 100 to 599.")


def _wrong_with_its_time(when: Any) -> Faults:
    if not isinstance(when, Mapping):
        yield ".when", _("Send an object.")
        return
    unit, time = when.get("unit"), when.get("time")
    if when.get("type", "before") not in SIDES:
        yield ".when.type", _("Use before or after.")
    known = isinstance(unit, str) and unit in UNITS
    if not known:
        yield ".when.unit", _("Use secs, mins, hours or days.")
    if type(time) is not int or time < 0:
        yield ".when.time", _("Send a whole number.")
    elif known and is_too_far(time, str(unit)):
        yield ".when.time", _("A year before or after is the farthest.")
