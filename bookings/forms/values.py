"""Single settings in the API's spelling, checked and turned into what the columns hold.

Each function returns the value or raises ``ValidationError`` with sentences that never repeat what was sent; where a
part is at fault, its name follows (``WrongParts``).
"""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.duration import duration_iso_string
from django.utils.translation import gettext as _

from bookings import typed_text
from bookings.durations import DurationError, parse_duration

RSVPS = ("accepted", "needsAction", "declined", "tentative")
MEETINGS = ("none", "calendar", "jitsi", "fixed")
MOST_SEATS = 100_000
MOST_PARTICIPANTS = 200
LONGEST_MESSAGE = 5000
LARGEST_META = 64_000


class WrongParts(ValidationError):
    """Faults in parts of a value: sentences by their dotted names below the value's own."""

    def __init__(self, parts: Mapping[str, Any]) -> None:
        self.parts = dict(parts)
        super().__init__([*self.parts.values()])


class WrongPart(WrongParts):
    """The only fault in a value."""

    def __init__(self, part: str, sentence: Any) -> None:
        super().__init__({part: sentence})


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
    read = [typed_text.email(one) if isinstance(one, str) else "" for one in value]
    faults = {
        str(index): _("This is no e-mail address.") for index, one in enumerate(read) if not _is_mail(one)
    }
    if faults:
        raise WrongParts(faults)
    return read


def _is_mail(address: str) -> bool:
    try:
        typed_text.sendable(address)
    except ValidationError:
        return False
    return True


def rsvp(value: Any) -> str:
    if value not in RSVPS:
        raise ValidationError(_("Use accepted, needsAction, declined or tentative."))
    return str(value)


def meeting(value: Any) -> str:
    """How a booking meets online, as its column has it."""
    if value not in MEETINGS:
        raise ValidationError(_("Use none, calendar, jitsi or fixed."))
    return "" if value == "none" else str(value)


def mapping(value: Any) -> dict[str, Any]:
    """A JSON object of bounded size."""
    if not isinstance(value, Mapping):
        raise ValidationError(_("Send an object."))
    if len(json.dumps(value)) > LARGEST_META:
        raise ValidationError(_("This is too long."))
    return dict(value)


def notice(value: Any) -> dict[str, Any]:
    """What is said of one mail: ``{"enabled": …, "message": …}``; other keys are kept."""
    chosen, faults = mapping(value), {}
    if not isinstance(chosen.get("enabled", True), bool):
        faults["enabled"] = _("Send true or false.")
    try:
        words(chosen.get("message", ""), LONGEST_MESSAGE)
    except ValidationError as wrong:
        faults["message"] = str(wrong.message)
    if faults:
        raise WrongParts(faults)
    return chosen


def notices(value: Any) -> dict[str, Any]:
    """Which webhooks are to call, by their place: ``{"0": {"enabled": false}}``, or a list."""
    chosen = mapping(
        {str(place): one for place, one in enumerate(value)} if isinstance(value, list) else value
    )
    faults: dict[str, Any] = {}
    for place, one in chosen.items():
        try:
            notice(one)
        except WrongParts as wrong:
            faults |= {f"{place}.{part}": sentence for part, sentence in wrong.parts.items()}
        except ValidationError as wrong:
            faults[place] = wrong.message
    if faults:
        raise WrongParts(faults)
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
    times, faults = {}, {}
    for name, text in mapping(value).items():
        try:
            times[name] = duration_iso_string(duration(text))
        except ValidationError as wrong:
            faults[name] = wrong.message
    if faults:
        raise WrongParts(faults)
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
