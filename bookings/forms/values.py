"""Single settings in the API's spelling, checked and turned into what the columns hold.

Each function returns the value or raises ``ValidationError`` with sentences that never repeat what was sent; where a
part is at fault, its name follows (``WrongPart``).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from bookings.durations import DurationError, parse_duration

RSVPS = ("accepted", "needsAction", "declined", "tentative")
MOST_SEATS = 100_000
MOST_PARTICIPANTS = 200
MOST_REMINDERS = 20
LARGEST_META = 64_000
REMINDER_KINDS = ("email", "webhook")
REMINDER_SIDES = ("before", "after")
REMINDER_UNITS = ("secs", "mins", "hours", "days")


class WrongPart(ValidationError):
    """A fault in a part of a value; ``part`` is its dotted name below the value's own."""

    def __init__(self, part: str, sentence: Any) -> None:
        self.part = part
        super().__init__(sentence)


def flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise ValidationError(_("Send true or false."))
    return value


def switch(value: Any) -> bool:
    """``{"enabled": …}`` of the record, or the bare flag."""
    if isinstance(value, Mapping):
        try:
            return flag(value.get("enabled", True))
        except ValidationError as wrong:
            raise WrongPart("enabled", wrong.message) from None
    return flag(value)


def words(value: Any, longest: int) -> str:
    if not isinstance(value, str):
        raise ValidationError(_("Send a text."))
    if len(value) > longest:
        raise ValidationError(
            _("This text is too long; %(count)s characters are the most.") % {"count": longest}
        )
    if "\x00" in value:
        raise ValidationError(_("This text holds characters that cannot be stored."))
    return value.strip()


def addresses(value: Any) -> list[str]:
    """E-mail addresses."""
    if not isinstance(value, list):
        raise ValidationError(_("Send a list."))
    if len(value) > MOST_PARTICIPANTS:
        raise ValidationError(_("These are too many."))
    for index, address in enumerate(value):
        try:
            validate_email(address if isinstance(address, str) else "")
        except ValidationError:
            raise WrongPart(str(index), _("This is no e-mail address.")) from None
    return value


def rsvp(value: Any) -> str:
    if value not in RSVPS:
        raise ValidationError(_("Use accepted, needsAction, declined or tentative."))
    return value


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object of bounded size."""
    if not isinstance(value, Mapping):
        raise ValidationError(_("Send an object."))
    if len(json.dumps(value)) > LARGEST_META:
        raise ValidationError(_("This is too long."))
    return dict(value)


def notice(value: Any) -> dict[str, Any]:
    """What is said of one mail: ``{"enabled": …, "message": …}``; other keys are kept."""
    chosen = mapping(value)
    if not isinstance(chosen.get("enabled", True), bool):
        raise WrongPart("enabled", _("Send true or false."))
    if not isinstance(chosen.get("message", ""), str):
        raise WrongPart("message", _("Send a text."))
    return chosen


def notices(value: Any) -> dict[str, Any]:
    """Which webhooks are to call, by their place: ``{"0": {"enabled": false}}``, or a list."""
    chosen = mapping(
        {str(place): one for place, one in enumerate(value)} if isinstance(value, list) else value
    )
    for place, one in chosen.items():
        try:
            notice(one)
        except WrongPart as wrong:
            raise WrongPart(f"{place}.{wrong.part}", wrong.message) from None
        except ValidationError as wrong:
            raise WrongPart(place, wrong.message) from None
    return chosen


def seats(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(_("Send a whole number."))
    if not 1 <= value <= MOST_SEATS:
        raise ValidationError(_("There must be at least one seat, and not too many."))
    return value


def duration(value: Any) -> timedelta:
    """Human or ISO 8601 text as elapsed time."""
    try:
        return parse_duration(value)
    except DurationError as wrong:
        raise ValidationError(_(wrong.sentence)) from None


def automatic_times(value: Any) -> dict[str, str]:
    """The waiting times of automatic actions by the action's name, as the column keeps them (ISO 8601)."""
    times = {}
    for name, text in mapping(value).items():
        try:
            times[name] = duration_iso_string(duration(text))
        except ValidationError as wrong:
            raise WrongPart(name, wrong.message) from None
    return times


def seconds(value: Any, most: int) -> timedelta:
    """How long a time is held: whole seconds, also as digits, since the record's projects keep a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 9:
        value = int(value)
    if isinstance(value, bool) or not isinstance(value, int):
        raise ValidationError(_("Send a whole number of seconds."))
    if not 1 <= value <= most:
        raise ValidationError(_("Between one second and %(most)s seconds are possible.") % {"most": most})
    return timedelta(seconds=value)


def reminders(value: Any) -> list[dict[str, Any]]:
    """Reminders of the record: ``{type, settings, when: {type, unit, time}}``."""
    if not isinstance(value, list):
        raise ValidationError(_("Send a list."))
    if len(value) > MOST_REMINDERS:
        raise ValidationError(_("These are too many."))
    for index, one in enumerate(value):
        _check_reminder(one, index)
    return value


def _check_reminder(one: Any, index: int) -> None:
    if not isinstance(one, Mapping):
        raise WrongPart(str(index), _("Send an object."))
    if one.get("type", "email") not in REMINDER_KINDS:
        raise WrongPart(f"{index}.type", _("Use email or webhook."))
    if not isinstance(one.get("settings", {}), Mapping):
        raise WrongPart(f"{index}.settings", _("Send an object."))
    when = one.get("when")
    if not isinstance(when, Mapping):
        raise WrongPart(f"{index}.when", _("Send an object."))
    if when.get("type", "before") not in REMINDER_SIDES:
        raise WrongPart(f"{index}.when.type", _("Use before or after."))
    if when.get("unit") not in REMINDER_UNITS:
        raise WrongPart(f"{index}.when.unit", _("Use secs, mins, hours or days."))
    time = when.get("time")
    if isinstance(time, bool) or not isinstance(time, int) or not 0 <= time <= 366 * 86400:
        raise WrongPart(f"{index}.when.time", _("Send a whole number."))
