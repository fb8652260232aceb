"""Durations as people read and write them, in the language that is active: "1 Stunde 30 Minuten".

The words come from the same catalogue that writes durations, so whatever is shown can be typed; English is always read.
"""

import re
from collections.abc import Iterator
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.utils.formats import get_format
from django.utils.translation import gettext as _
from django.utils.translation import override, pgettext

from bookings.durations import (
    DurationError,
    DurationUnitUnknown,
    DurationWithoutUnit,
    parse_duration,
)
from bookings.times import duration_in_words

_UNITS = {
    "seconds": timedelta(seconds=1),
    "minutes": timedelta(minutes=1),
    "hours": timedelta(hours=1),
    "days": timedelta(days=1),
}
# Between them they have every plural form of the languages that we speak, and still are so many of one unit.
_COUNTS = (1, 2, 3, 20)
_MANY_DAYS = 100


def read(text: str) -> timedelta:
    """Elapsed time; raises ``ValidationError`` in the active language."""
    try:
        return parse_duration(text if is_english(text) else in_english(text))
    except DurationError as error:
        raise ValidationError(_sentence(error)) from error


def _sentence(error: DurationError) -> str:
    examples = {
        "one": duration_in_words(timedelta(hours=1)),
        "other": duration_in_words(timedelta(minutes=20)),
    }
    if isinstance(error, DurationWithoutUnit):
        return _("The unit is missing. Write it like “%(other)s”.") % examples
    if isinstance(error, DurationUnitUnknown) or type(error) is DurationError:
        return _("This is no duration. Write it like “%(one)s” or “%(other)s”.") % examples
    return _(str(error))


def is_english(text: str) -> bool:
    """Whether the API reads it as it stands."""
    try:
        parse_duration(text)
    except DurationError:
        return False
    return True


def in_english(text: str) -> str:
    """The same with the units that the parser knows: "1,5 Stunden" becomes "1.5 hours"."""
    text = text.strip().lower()
    joint = f"(?:{re.escape(pgettext('between hours and minutes', ' ').strip())})?"
    for phrase, meaning in sorted(_phrases(), key=_longest_first):
        text = re.sub(rf"(?<!\w){joint}{re.escape(phrase)}(?!\w)", meaning, text)
    text = re.sub(rf"(?<!\w){joint}(?=\d)", "", text)
    for word, unit in sorted(_words(), key=_longest_first):
        text = re.sub(rf"(?<![^\W\d_]){re.escape(word)}(?!\w)", unit, text)
    return re.sub(r"(?<=\d),(?=\d)", ".", text) if get_format("DECIMAL_SEPARATOR") == "," else text


def as_stored(duration: timedelta) -> str:
    """The text that the API knows, whatever language is active."""
    with override("en"):
        return duration_in_words(duration)


def _longest_first(pair: tuple[str, str]) -> int:
    return -len(pair[0])


def _forms() -> Iterator[tuple[int, str, str]]:
    for unit, one in _UNITS.items():
        for count in _COUNTS:
            yield count, unit, duration_in_words(one * count).lower()
    yield _MANY_DAYS, "days", duration_in_words(timedelta(days=_MANY_DAYS)).lower()


def _phrases() -> set[tuple[str, str]]:
    """What says its number without a figure, like the Arabic for two hours."""
    return {(said, f"{count} {unit}") for count, unit, said in _forms() if str(count) not in said}


def _words() -> set[tuple[str, str]]:
    return {
        (said.replace(str(count), "").strip(), unit) for count, unit, said in _forms() if str(count) in said
    }
