"""From the API's spelling of a search to typed values: defaults, project, option, request, merged and then read.

Everything that is wrong is found at once, each finding under the name of its field.
"""

import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from bookings.availability.day_words import read_day
from bookings.availability.modes import Mode
from bookings.availability.query import Parameters
from bookings.availability.rules import ConstraintsError, Rule, parse_constraints
from bookings.durations import DurationError, Span, parse_duration, parse_span
from bookings.layers import availability_layers
from bookings.models import Option, Project
from bookings.overrides import override
from bookings.validators import zones

DEFAULTS: dict[str, Any] = {
    "mode": Mode.RANDOM.value,
    "length": "1 hour",
    "from": "now",
    "to": "4 weeks",
    "buffer": None,
    "buffer_before": None,
    "buffer_after": None,
    "timeslot_increments": None,
    "round_to_nearest_hour": False,
    "ignore_all_day_events": False,
    "min_booking_time": None,
    "max_booking_time": None,
    "min_cancel_time": None,
    "output_timezone": "UTC",
    "constraints": [],
    "customer_chooses_end": False,
    "max_length": "1 day",
}
LEFT_OPEN = ("mode", "from", "to", "output_timezone")
"""Of these null says nothing: what is below holds."""
LONGEST_SEARCH = Span(months=6)
FARTHEST_START = Span(months=120)
ONE_DAY = timedelta(days=1)
SHORTEST = timedelta(minutes=1)
LONGEST_SLOT = timedelta(days=366)
LONGEST_NOTICE = timedelta(days=3660)
_DATE = re.compile(r"\d{4}-?\d{2}")


def _(sentence: str) -> str:
    """Mark a sentence for translation; the doors translate it."""
    return sentence


NO_MOMENT = _(
    "Use a time with its offset, or text like “now”, “tomorrow”, “next monday”, “2 days”, “3 days 2 weeks”."
)


class ParametersError(ValueError):
    """Parameters that cannot be read; ``errors`` holds field name to sentences, which never repeat what was
    sent.
    """

    def __init__(self, errors: dict[str, list[str]]) -> None:
        self.errors = errors
        super().__init__("; ".join(sentence for sentences in errors.values() for sentence in sentences))


def merged_parameters(
    request: Mapping[str, Any], project: Project | None = None, option: Option | None = None
) -> dict[str, Any]:
    """What a request comes to over its project's settings and the defaults, unread."""
    return stacked([*availability_layers(project, option), request])


def stacked(layers: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """What layers of settings come to over the defaults, the most general first; null leaves some of them open."""
    said = (
        {name: one for name, one in layer.items() if one is not None or name not in LEFT_OPEN}
        for layer in layers
    )
    return override(DEFAULTS, *said)


def parse_parameters(merged: Mapping[str, Any], now: datetime) -> Parameters:
    """Read merged parameters.  Raises ``ParametersError`` with everything that is wrong."""
    reader = _Reader(merged, now)
    start, end = reader.window()
    parameters: dict[str, Any] = {
        "start": start,
        "end": end,
        "mode": reader.mode(),
        "length": reader.duration("length", SHORTEST, LONGEST_SLOT),
        "step": reader.duration("timeslot_increments", SHORTEST, LONGEST_SLOT),
        "full_hours": reader.truth("round_to_nearest_hour"),
        "ignore_all_day_events": reader.truth("ignore_all_day_events"),
        "horizon": reader.duration("max_booking_time", timedelta(0), LONGEST_NOTICE),
        "notice": reader.duration("min_booking_time", timedelta(0), LONGEST_NOTICE) or timedelta(0),
        "zone": reader.zone(),
        "constraints": reader.constraints(),
        "longest": reader.longest(),
        "cut_off": reader.cut_off(),
        "buffer_after": reader.duration("buffer_after", timedelta(0), LONGEST_SLOT),
    }
    for name in ("buffer", "buffer_before"):
        parameters[name] = reader.duration(name, timedelta(0), LONGEST_SLOT) or timedelta(0)
    if reader.errors:
        raise ParametersError(reader.errors)
    return Parameters(**parameters)


class _Reader:
    """Reads one field after the other and collects what is wrong."""

    def __init__(self, merged: Mapping[str, Any], now: datetime) -> None:
        self.merged = merged
        self.now = now
        self.errors: dict[str, list[str]] = {}

    def _refuse(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)

    def mode(self) -> Mode:
        value = self.merged.get("mode")
        if value in {mode.value for mode in Mode}:
            return Mode(value)
        self._refuse(
            "mode", _("Use roundrobin_random, roundrobin_prioritized, balanced, mutual or exclusive.")
        )
        return Mode.RANDOM

    def truth(self, name: str) -> bool:
        value = self.merged.get(name)
        if value is not None and not isinstance(value, bool):
            self._refuse(name, _("Use true or false."))
        return value is True

    def duration(self, name: str, least: timedelta, most: timedelta) -> timedelta | None:
        value = self.merged.get(name)
        if value is None:
            return None
        try:
            length = value if isinstance(value, timedelta) else parse_duration(value)
        except DurationError as error:
            self._refuse(name, str(error))
            return None
        if length < least:
            self._refuse(name, _("This is too short; a minute is the least."))
        elif length > most:
            self._refuse(name, _("This is too long."))
        return timedelta(seconds=int(length.total_seconds()))

    def cut_off(self) -> timedelta | None:
        """Until how long before its start a customer may change it; what cannot be read is not set."""
        with suppress(DurationError):
            return parse_duration(self.merged.get("min_cancel_time"))
        return None

    def longest(self) -> timedelta | None:
        """How long the customer may make a slot; a longest length that cannot be read is a day."""
        if self.merged.get("customer_chooses_end") is not True:
            return None
        try:
            return parse_duration(self.merged.get("max_length"))
        except DurationError:
            return ONE_DAY

    def zone(self) -> ZoneInfo:
        value = self.merged.get("output_timezone")
        if isinstance(value, str) and value in zones():
            return ZoneInfo(value)
        self._refuse("output_timezone", _("This is no IANA time zone, like Europe/Berlin."))
        return ZoneInfo("UTC")

    def constraints(self) -> tuple[Rule, ...]:
        value = self.merged.get("constraints")
        try:
            return parse_constraints([] if value is None else value)
        except ConstraintsError as error:
            self.errors |= error.below("constraints")
            return ()

    def window(self) -> tuple[datetime, datetime]:
        start, end = self._moment("from"), self._moment("to")
        if start is None or end is None:
            return self.now, self.now
        if start > FARTHEST_START.after(self.now):
            self._refuse("from", _("This is too far ahead; ten years are the most."))
        elif end <= start:
            self._refuse("to", _("The end must come after the start."))
        elif end > LONGEST_SEARCH.after(max(start, self.now)):
            self._refuse("to", _("At most six months can be searched at once."))
        return start, end

    def _moment(self, name: str) -> datetime | None:
        """An instant with its offset, or text that counts from now."""
        value = self.merged.get(name)
        if isinstance(value, str) and not _DATE.match(value.strip()):
            return self._relative(name, value.strip())
        moment = _instant(value)
        if moment is None:
            self._refuse(name, NO_MOMENT)
        return moment

    def _named(self, text: str) -> datetime | None:
        """Now, or a day by its name in the zone asked for."""
        if text.lower() == "now":
            return self.now
        zone = self.merged.get("output_timezone")
        known = isinstance(zone, str) and zone in zones()
        return read_day(text, self.now, ZoneInfo(str(zone) if known else "UTC"))

    def _relative(self, name: str, text: str) -> datetime | None:
        try:
            moment = self._named(text) or parse_span(text).after(self.now)
        except DurationError as error:
            # Why a duration is none matters only where one was meant.
            self._refuse(name, NO_MOMENT if type(error) is DurationError else str(error))
            return None
        if moment > LONGEST_SEARCH.after(self.now):
            self._refuse(name, _("Six months from now are the most; name a date to search beyond."))
            return None
        return moment


def _instant(value: object) -> datetime | None:
    """An aware time of the years 1900 to 9000 in UTC, else ``None``."""
    try:
        moment = datetime.fromisoformat(value.strip().upper()) if isinstance(value, str) else value
    except ValueError:
        return None
    if not isinstance(moment, datetime) or moment.utcoffset() is None or not 1900 <= moment.year <= 9000:
        return None
    return moment.astimezone(UTC)
