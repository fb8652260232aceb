"""Times written and read by the letters of PHP's ``date()`` and ``DateTime::createFromFormat()``.

As PHP's manual has them, "DateTimeInterface::format" and "DateTimeImmutable::createFromFormat"; a letter that reads
anything at all (``?``, ``*``, ``#``, ``+``) is none here.
"""

from __future__ import annotations

import re
from calendar import isleap, monthrange
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta, tzinfo
from functools import lru_cache
from string import ascii_letters
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.validators import zones

LONGEST = 100  # letters
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_SHORT_FOR = {"c": r"Y-m-d\TH:i:sP", "r": "D, d M Y H:i:s O"}
_MARKS = {"!", "|"}
_READS_NOTHING = {*ascii_letters, "?", "*", "#", "+"}


def _ending(day: int) -> str:
    """As in 1st, 2nd, 3rd, 11th."""
    return "th" if day % 100 in {11, 12, 13} else {1: "st", 2: "nd", 3: "rd"}.get(day % 10, "th")


def _offset(moment: datetime, between: str) -> str:
    seconds = round((moment.utcoffset() or timedelta()).total_seconds())
    hours, minutes = divmod(abs(seconds) // 60, 60)
    return f"{'-' if seconds < 0 else '+'}{hours:02d}{between}{minutes:02d}"


def _zone_name(moment: datetime) -> str:
    return getattr(moment.tzinfo, "key", None) or "UTC"


def _beat(moment: datetime) -> str:
    """Swatch Internet Time: thousandths of a day, counted at UTC+1."""
    local = moment.astimezone(UTC) + timedelta(hours=1)
    return f"{int((local.hour * 3600 + local.minute * 60 + local.second) / 86.4):03d}"


WRITTEN: dict[str, Callable[[datetime], str]] = {
    "d": lambda at: f"{at.day:02d}",
    "D": lambda at: _DAYS[at.weekday()][:3],
    "j": lambda at: str(at.day),
    "l": lambda at: _DAYS[at.weekday()],
    "N": lambda at: str(at.isoweekday()),
    "S": lambda at: _ending(at.day),
    "w": lambda at: str(at.isoweekday() % 7),
    "z": lambda at: str(at.timetuple().tm_yday - 1),
    "W": lambda at: f"{at.isocalendar().week:02d}",
    "F": lambda at: _MONTHS[at.month - 1],
    "m": lambda at: f"{at.month:02d}",
    "M": lambda at: _MONTHS[at.month - 1][:3],
    "n": lambda at: str(at.month),
    "t": lambda at: str(monthrange(at.year, at.month)[1]),
    "L": lambda at: str(int(isleap(at.year))),
    "o": lambda at: str(at.isocalendar().year),
    "X": lambda at: f"+{at.year:04d}",
    "x": lambda at: f"{at.year:04d}",
    "Y": lambda at: f"{at.year:04d}",
    "y": lambda at: f"{at.year % 100:02d}",
    "a": lambda at: "am" if at.hour < 12 else "pm",
    "A": lambda at: "AM" if at.hour < 12 else "PM",
    "B": _beat,
    "g": lambda at: str(at.hour % 12 or 12),
    "G": lambda at: str(at.hour),
    "h": lambda at: f"{at.hour % 12 or 12:02d}",
    "H": lambda at: f"{at.hour:02d}",
    "i": lambda at: f"{at.minute:02d}",
    "s": lambda at: f"{at.second:02d}",
    "u": lambda at: f"{at.microsecond:06d}",
    "v": lambda at: f"{at.microsecond // 1000:03d}",
    "e": _zone_name,
    "I": lambda at: str(int(bool(at.dst()))),
    "O": lambda at: _offset(at, ""),
    "P": lambda at: _offset(at, ":"),
    "p": lambda at: "Z" if not at.utcoffset() else _offset(at, ":"),
    "T": lambda at: at.tzname() or "",
    "Z": lambda at: str(round((at.utcoffset() or timedelta()).total_seconds())),
    "U": lambda at: str(int(at.timestamp())),
}

_TWO, _ONE_OR_TWO = "[0-9]{2}", "[0-9]{1,2}"
_ZONE = "[A-Za-z][A-Za-z0-9/_+-]*+|[+-][0-9]{2}(?::?[0-9]{2})?"
_DAY_NAME = f"(?i:{'|'.join(f'{name}|{name[:3]}' for name in _DAYS)})"
READ: dict[str, tuple[str, str]] = {
    "d": ("day", _ONE_OR_TWO),
    "j": ("day", _ONE_OR_TWO),
    "z": ("day_of_year", "[0-9]{1,3}"),
    "m": ("month", _ONE_OR_TWO),
    "n": ("month", _ONE_OR_TWO),
    "F": ("month_name", "[A-Za-z]{3,9}"),
    "M": ("month_name", "[A-Za-z]{3,9}"),
    "Y": ("year", "[0-9]{4}"),
    "X": ("year", "[+]?[0-9]{4}"),
    "x": ("year", "[+]?[0-9]{4}"),
    "y": ("short_year", _TWO),
    "a": ("half", "[aApP][mM]"),
    "A": ("half", "[aApP][mM]"),
    "g": ("hour_of_half", _ONE_OR_TWO),
    "h": ("hour_of_half", _ONE_OR_TWO),
    "G": ("hour", _ONE_OR_TWO),
    "H": ("hour", _ONE_OR_TWO),
    "i": ("minute", _TWO),
    "s": ("second", _TWO),
    "U": ("epoch", "-?[0-9]{1,12}"),
    "e": ("zone", _ZONE),
    "O": ("zone", _ZONE),
    "P": ("zone", _ZONE),
    "p": ("zone", _ZONE),
    "T": ("zone", _ZONE),
}
"""What a letter reads, and how that is spelt."""
PASSED_OVER = {
    "D": _DAY_NAME, "l": _DAY_NAME, "S": "(?:st|nd|rd|th)", "u": "[0-9]{1,6}", "v": "[0-9]{1,3}",
}  # fmt: skip
"""What is read and says nothing that is kept: fractions of a second are not."""
_DAY = ({"day_of_year"}, {"month", "day"}, {"month_name", "day"})
_HOUR = ({"hour"}, {"hour_of_half", "half"})


class NoSuchFormat(Exception):
    """A format that cannot be used; the message says why."""


class NoSuchTime(Exception):
    """A text that is none of its format, or names no moment."""


def _letters(form: str) -> Iterator[tuple[str, bool]]:
    """Each letter of a format, and whether it stands for itself."""
    spelled = re.sub(r"\\.|[cr]", lambda found: _SHORT_FOR.get(found[0], found[0]), form)
    for found in re.finditer(r"\\(.)|(.)", spelled, re.DOTALL):
        yield (found[1], True) if found[1] else (found[2], False)


@lru_cache(maxsize=100)
def writer(form: str) -> Callable[[datetime], str]:
    """What writes aware times in a format.  Raises ``NoSuchFormat``."""
    _check_text(form)
    parts: list[Callable[[datetime], str]] = []
    for letter, literal in _letters(form):
        known = None if literal else WRITTEN.get(letter)
        parts.append(known or (lambda _at, letter=letter: letter))  # type: ignore[misc]
    return lambda moment: "".join(part(moment) for part in parts)


@dataclass(frozen=True)
class TimeReader:
    """Reads times of one format; one without a zone is on the clocks of ``zone``."""

    form: str
    pattern: re.Pattern[str]

    def read(self, sent: object, zone: tzinfo) -> datetime:
        """The instant, in UTC and without a fraction of a second.  Raises ``NoSuchTime``."""
        text = str(sent) if isinstance(sent, int) and not isinstance(sent, bool) else sent
        found = self.pattern.fullmatch(text) if isinstance(text, str) and len(text) <= 200 else None
        if found is None:
            raise NoSuchTime
        told = {name: value for name, value in found.groupdict().items() if value is not None}
        try:
            return _instant(told, zone).astimezone(UTC).replace(microsecond=0)
        except (ValueError, OverflowError, KeyError):
            raise NoSuchTime from None


@lru_cache(maxsize=100)
def reader(form: str) -> TimeReader:
    """What reads times of a format.  Raises ``NoSuchFormat`` for one that does not say a whole moment."""
    _check_text(form)
    names: list[str] = []
    pattern = "".join(_pattern(letter, literal, names) for letter, literal in _letters(form))
    if len(set(names)) < len(names):
        raise NoSuchFormat(_("It says the same thing twice."))
    if not _is_whole(set(names)):
        raise NoSuchFormat(_("It has to say year, month, day, hour and minute, or be U."))
    return TimeReader(form, re.compile(pattern, re.DOTALL))


def _pattern(letter: str, literal: bool, names: list[str]) -> str:
    """The regular expression of a letter; what it reads is noted in ``names``.

    Like PHP none gives back what it took, so that no text takes longer than its length.
    """
    if literal:
        return re.escape(letter)
    if letter in READ:
        name, spelling = READ[letter]
        names.append(name)
        return f"(?P<{name}>(?>{spelling}))" if names.count(name) == 1 else spelling
    if letter in PASSED_OVER:
        return f"(?>{PASSED_OVER[letter]})"
    if letter in _READS_NOTHING:
        raise NoSuchFormat(
            _("No time can be read by the letter %(letter)s; a backslash goes before what stands for itself.")
            % {"letter": letter}
        )
    return "" if letter in _MARKS else re.escape(letter)


def _check_text(form: str) -> None:
    if len(form) > LONGEST or sum(1 for _letter in _letters(form)) > LONGEST:
        raise NoSuchFormat(_("This text is too long."))
    if not form.isprintable():
        raise NoSuchFormat(_("This is no format of PHP’s date()."))


def _is_whole(told: set[str]) -> bool:
    year = bool(told & {"year", "short_year"})
    day, hour = any(one <= told for one in _DAY), any(one <= told for one in _HOUR)
    return "epoch" in told or (year and day and hour and "minute" in told)


def _instant(told: dict[str, str], zone: tzinfo) -> datetime:
    if "epoch" in told:
        return datetime.fromtimestamp(int(told["epoch"]), UTC)
    year = int(told["year"]) if "year" in told else _century(int(told["short_year"]))
    minute, second = int(told["minute"]), int(told.get("second", 0))
    local = _day(year, told).replace(hour=_hour(told), minute=minute, second=second)
    local = _on_clocks(local, told["zone"], zone) if "zone" in told else local.replace(tzinfo=zone)
    if local.astimezone(UTC).astimezone(local.tzinfo).replace(tzinfo=None) != local.replace(tzinfo=None):
        raise ValueError  # the clocks pass over it
    return local


def _day(year: int, told: dict[str, str]) -> datetime:
    if "day_of_year" in told:
        found = datetime(year, 1, 1) + timedelta(days=int(told["day_of_year"]))  # noqa: DTZ001  # gets its zone above
        if found.year != year:
            raise ValueError
        return found
    return datetime(year, _month(told), int(told["day"]))  # noqa: DTZ001  # gets its zone above


def _month(told: dict[str, str]) -> int:
    if "month" in told:
        return int(told["month"])
    name = told["month_name"].title()
    return next(n for n, month in enumerate(_MONTHS, 1) if name in {month, month[:3]}) if _known(name) else 0


def _known(name: str) -> bool:
    return any(name in {month, month[:3]} for month in _MONTHS)


def _hour(told: dict[str, str]) -> int:
    if "hour" in told:
        return int(told["hour"])
    hour = int(told["hour_of_half"])
    if not 1 <= hour <= 12:
        raise ValueError
    return hour % 12 + (12 if told["half"].lower() == "pm" else 0)


def _century(year: int) -> int:
    """As PHP takes two digits: 1970 to 2069."""
    return year + (1900 if year >= 70 else 2000)


def _on_clocks(local: datetime, name: str, zone: tzinfo) -> datetime:
    """The time in the zone of that name; CEST and the like are what the clocks of ``zone`` then go by."""
    for fold in (0, 1):
        moment = local.replace(tzinfo=zone, fold=fold)
        if moment.tzname() == name.upper():
            return moment
    return local.replace(tzinfo=_zone(name))


def _zone(name: str) -> tzinfo:
    if name[0] in "+-":
        return datetime.strptime(name if len(name) > 3 else f"{name}00", "%z").tzinfo or UTC
    if name.upper() in {"Z", "UTC", "GMT"}:
        return UTC
    if name not in zones():
        raise ValueError(name)
    return ZoneInfo(name)
