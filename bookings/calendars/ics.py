"""iCalendar text as busy times.  Of what is not ours only the times leave this module."""

from __future__ import annotations

import re
import time
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta, tzinfo
from datetime import time as clock_time
from itertools import chain, islice
from typing import Any
from zoneinfo import ZoneInfo

import recurring_ical_events  # type: ignore[import-untyped]
from django.utils.translation import gettext_noop
from icalendar import Calendar as IcalCalendar
from icalendar import Component
from icalendar import Event as IcalEvent

from bookings.calendars.errors import Unavailable
from bookings.calendars.event_keys import OUR_KEY
from bookings.calendars.provider import Busy, Ours
from bookings.calendars.recurrence import is_bounded

MOST_BUSY = 20_000
MOST_STRETCHES = 5_000
"""Of one event: what repeats more often than every three hours for 18 months is not read."""
NO_CALENDAR = gettext_noop("What came from the address is no calendar, or a broken one.")
SOME_UNREAD = gettext_noop(
    "Some events could not be read and do not count as busy: they repeat too often, or are broken."
)
TOO_MANY = gettext_noop("The calendar has more than 20 000 busy times ahead; only the first 20 000 count.")
_ZONE_BEGINS = re.compile(rb"^BEGIN:VTIMEZONE[ \t]*\r?$", re.MULTILINE | re.IGNORECASE)
_ZONE_ENDS = re.compile(rb"^END:VTIMEZONE[ \t]*\r?\n?", re.MULTILINE | re.IGNORECASE)
_RULES = re.compile(rb"^RRULE[:;].*$", re.MULTILINE | re.IGNORECASE)
TOO_MUCH = gettext_noop(
    "The calendar takes too long to be worked out, and is left as it was. Choose a smaller one."
)
LONGEST_READING_SECONDS = 60.0
MOST_ZONE_BYTES = 100_000


@dataclass
class Reading:
    """What a text says of a stretch of time."""

    busy: list[Busy] = field(default_factory=list)
    ours: list[Ours] = field(default_factory=list)
    remark: str = ""


@dataclass(frozen=True)
class Asked:
    """[``start``, ``end``), the zone of what names none, and the addresses whose refusal frees a time."""

    start: datetime
    end: datetime
    zone: str
    owners: Collection[str] = ()


def read(text: bytes, asked: Asked, *, name: str = "", etag: str = "") -> Reading:
    """The busy times of a text and what in it is ours; raises ``Unavailable`` where it is no calendar.

    ``name`` stands for the ids of its events where one text is one event, as on a CalDAV server.
    """
    found, latest = Reading(), time.monotonic() + LONGEST_READING_SECONDS
    for uid, events in _series(text).items():
        if time.monotonic() > latest:
            raise Unavailable(TOO_MUCH)
        if OUR_KEY.fullmatch(uid):
            found.ours += _as_ours(uid, events, asked, etag)
            continue
        try:
            found.busy += _stretches(name or uid, events, asked)
        except Exception:  # noqa: BLE001  # whatever a stranger's text does to two libraries, the other events count
            found.remark = SOME_UNREAD
    return found


def bounded(found: Reading) -> Reading:
    """No more busy times than a resource could have."""
    if len(found.busy) > MOST_BUSY:
        found.busy = sorted(found.busy, key=lambda one: one.start)[:MOST_BUSY]
        found.remark = TOO_MANY
    return found


class _Unread(Exception):
    """The event is not worked out."""


def _series(text: bytes) -> dict[str, list[IcalEvent]]:
    """The events by their ids, the exceptions of a series with it."""
    series: dict[str, list[IcalEvent]] = defaultdict(list)
    if (
        not text.rstrip().upper().endswith(b"END:VCALENDAR")
    ):  # half of it would free what the other half keeps busy
        raise Unavailable(NO_CALENDAR)
    try:
        for calendar in IcalCalendar.from_ical(_with_sound_zones(text), multiple=True):
            if calendar.name != "VCALENDAR":
                raise Unavailable(NO_CALENDAR)
            for number, event in enumerate(_events(calendar)):
                series[str(event.get("UID", f"without-{number}"))].append(event)
    except Exception as error:  # a stranger's text
        raise Unavailable(NO_CALENDAR) from error
    return series


def _events(calendar: Component) -> Iterator[IcalEvent]:
    return (one for one in calendar.subcomponents if isinstance(one, IcalEvent))


def _with_sound_zones(text: bytes) -> bytes:
    """The text without time zones whose working out could last.

    Not by one pattern for a whole zone: of many that never end it would look through the rest for each.
    """
    kept, at = [], 0
    while (begin := _ZONE_BEGINS.search(text, at)) and (end := _ZONE_ENDS.search(text, begin.end())):
        zone = text[begin.start() : end.end()]
        kept += [text[at : begin.start()], zone if _is_sound(zone) else b""]
        at = end.end()
    return b"".join([*kept, text[at:]])


def _is_sound(zone: bytes) -> bool:
    """Whether a time zone's definition is soon worked out: its rules are yearly, or it is poisoned."""
    yearly = all(b"FREQ=YEARLY" in rule.upper() for rule in _RULES.findall(zone))
    return yearly and len(zone) <= MOST_ZONE_BYTES


def _stretches(uid: str, events: Sequence[IcalEvent], asked: Asked) -> list[Busy]:
    if not all(is_bounded(event, asked.end) for event in events):
        raise _Unread
    each = (_busy(uid, _occurrences(one, asked), asked) for one in _apart(events))
    stretches = list(islice(chain.from_iterable(each), MOST_STRETCHES + 1))
    if len(stretches) > MOST_STRETCHES:
        raise _Unread
    return stretches


def _apart(events: Sequence[IcalEvent]) -> Iterator[list[IcalEvent]]:
    """The series with its exceptions, and each further event under the same id.

    Some programs give all events one id; only a lower SEQUENCE says that an event is a former text of another.
    """
    exceptions = [one for one in events if one.get("RECURRENCE-ID") is not None]
    whole = [one for one in events if one.get("RECURRENCE-ID") is None]
    latest = max(map(_sequence, whole), default=0)
    stand = [one for one in whole if _sequence(one) == latest]
    stand.sort(key=lambda one: "RRULE" not in one and "RDATE" not in one)  # exceptions are of what repeats
    yield [*stand[:1], *exceptions]
    yield from ([one] for one in stand[1:])


def _occurrences(events: Sequence[IcalEvent], asked: Asked) -> Sequence[Component]:
    calendar = IcalCalendar()
    for event in events:
        calendar.add_component(event)
    found: Sequence[Component] = recurring_ical_events.of(calendar).between(asked.start, asked.end)
    return found


def _busy(uid: str, occurrences: Sequence[Component], asked: Asked) -> Iterator[Busy]:
    for one in occurrences:
        start, end = _span(one, asked.zone)
        if end > start and end > asked.start and start < asked.end and _keeps_busy(one, asked.owners):
            yield Busy(uid, start, end, all_day=_is_date(_value(one, "DTSTART")))


def _keeps_busy(event: Component, owners: Collection[str]) -> bool:
    free = (
        str(event.get("STATUS", "")).upper() == "CANCELLED"
        or str(event.get("TRANSP", "")).upper() == "TRANSPARENT"
        or str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper() == "FREE"
    )
    return not free and "DECLINED" not in _answers(event, owners).values()


def _answers(event: Component, owners: Collection[str] | None = None) -> dict[str, str]:
    """What each guest answered (``DECLINED``), of all or of those addresses."""
    guests = event.get("ATTENDEE", [])
    answers = {}
    for guest in guests if isinstance(guests, list) else [guests]:
        address = str(guest).lower().removeprefix("mailto:")
        if owners is None or address in owners:
            answers[address] = str(getattr(guest, "params", {}).get("PARTSTAT", "")).upper()
    return answers


def _as_ours(key: str, events: Sequence[IcalEvent], asked: Asked, etag: str) -> list[Ours]:
    first = next((one for one in events if one.get("RECURRENCE-ID") is None), None)
    try:
        if first is None or str(first.get("STATUS", "")).upper() == "CANCELLED":
            return []
        start, end = _span(first, asked.zone)
        answers, sequence = _answers(first), _sequence(first)
    except Exception:  # noqa: BLE001  # a stranger may have written into it
        return []
    declined = tuple(who for who, answer in answers.items() if answer == "DECLINED")
    own = next((answers[one] for one in asked.owners if one in answers), "")
    return [Ours(key, start, end, sequence, etag, declined, own.lower())]


def _sequence(event: Component) -> int:
    """The number of the last change; one that is none counts as the first."""
    found = event.get("SEQUENCE", 0)
    return found if isinstance(found, int) else 0


def _span(event: Component, zone: str) -> tuple[datetime, datetime]:
    begins = _value(event, "DTSTART")
    if "DTEND" in event:
        ends = _value(event, "DTEND")
    elif "DURATION" in event:
        ends = begins + _value(event, "DURATION")
    else:
        ends = begins
    if _is_date(begins) and _is_date(ends) and ends <= begins:  # calendars show it as a day
        ends = begins + timedelta(days=1)
    return _in_utc(begins, ZoneInfo(zone)), _in_utc(ends, ZoneInfo(zone))


def _value(event: Component, name: str) -> Any:
    """What stands in a property, which is to be there."""
    found: Any = event[name]
    return found.dt


def _is_date(moment: Any) -> bool:
    return not isinstance(moment, datetime)


def _in_utc(moment: date | datetime, zone: tzinfo) -> datetime:
    """An instant; what names no zone is meant where the calendar is."""
    if not isinstance(moment, datetime):
        moment = datetime.combine(moment, clock_time(), zone)
    elif moment.tzinfo is None:
        moment = moment.replace(tzinfo=zone)
    return moment.astimezone(UTC)
