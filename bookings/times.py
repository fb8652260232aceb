"""Days, times and zones in words, in the language that is active.

In a language that is written from right to left, pieces that could be read in either direction are isolated
by Unicode's own marks, so that they come out right in plain text too.

Every function takes aware datetimes and a zone (`ZoneInfo` or its name) and shows them there; the offset
named is always that of the moment shown, never today's.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils.formats import date_format
from django.utils.translation import get_language, get_language_bidi, ngettext, pgettext, pgettext_lazy
from django.utils.translation import gettext as _

Zone = ZoneInfo | str
_UTC_IN_WORDS = {"Greenwich", "Universal", "Zulu"}
_LEFT_TO_RIGHT, _RIGHT_TO_LEFT, _BY_CONTENT, _END = "\u2066", "\u2067", "\u2068", "\u2069"


def local(moment: datetime, zone: Zone) -> datetime:
    """`moment` on the clocks of `zone`; raises ValueError for a datetime without an offset."""
    if moment.tzinfo is None:
        raise ValueError("A moment needs an offset.")
    return moment.astimezone(zone if isinstance(zone, ZoneInfo) else _zone(zone))


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    """Kept, since Python itself keeps eight, and reads the others from their files again and again."""
    return ZoneInfo(name)


@lru_cache(maxsize=8192)
def _day_words(on: date, format_name: str, language: str | None) -> str:
    """Kept, as are the clocks: a page that tells a thousand times has a few days, and a language their words."""
    return date_format(on, format_name)


@lru_cache(maxsize=8192)
def _clock_words(hour: int, minute: int, language: str | None) -> str:
    return date_format(datetime.combine(date.min, time(hour, minute)), "TIME_FORMAT")


def day(moment: datetime, zone: Zone) -> str:
    """Like "Tuesday 16 March 2027"."""
    return _day_words(local(moment, zone).date(), "DAY_FORMAT", get_language())


def day_in_words(on: date) -> str:
    """The same of a date."""
    return _day_words(on, "DAY_FORMAT", get_language())


def short_day(moment: datetime, zone: Zone) -> str:
    """Like "Tuesday 16 March"."""
    return _day_words(local(moment, zone).date(), "SHORT_DAY_FORMAT", get_language())


def brief_day_and_clock(moment: datetime, zone: Zone) -> str:
    """Like "Mon 15 Mar, 09:30", for a button."""
    brief = _day_words(local(moment, zone).date(), "BRIEF_DAY_FORMAT", get_language())
    return _("%(day)s, %(time)s") % {"day": brief, "time": clock(moment, zone)}


def clock(moment: datetime, zone: Zone) -> str:
    """Like "09:30", or "9:30 AM" where the locale counts twelve hours."""
    here = local(moment, zone)
    return _clock_words(here.hour, here.minute, get_language())


def end_clock(start: datetime, end: datetime, zone: Zone) -> str:
    """The clock at the end; with the offset where the clocks are changed between start and end: "02:00 (UTC+1)"."""
    if local(start, zone).utcoffset() == local(end, zone).utcoffset():
        return clock(end, zone)
    return f"{clock(end, zone)} ({offset(end, zone)})"


def clock_range(start: datetime, end: datetime, zone: Zone) -> str:
    """Like "09:30–10:15"; an end on a later day says which: "23:30–00:30, Wednesday 17 March".

    The midnight that closes a day belongs to it: "22:30–00:00".
    """
    times = _isolated(f"{clock(start, zone)}–{end_clock(start, end, zone)}", _RIGHT_TO_LEFT)
    return _with_later_day(times, start, end, zone)


def end_in_full(start: datetime, end: datetime, zone: Zone) -> str:
    """Like "10:15"; an end on a later day says which: "00:30, Wednesday 17 March"."""
    return _with_later_day(end_clock(start, end, zone), start, end, zone)


def _with_later_day(times: str, start: datetime, end: datetime, zone: Zone) -> str:
    if local(start, zone).date() == local(end, zone).date() or _closes_the_day(start, end, zone):
        return times
    return _("%(times)s, %(day)s") % {"times": times, "day": short_day(end, zone)}


def _closes_the_day(start: datetime, end: datetime, zone: Zone) -> bool:
    """Whether the end is the midnight after the start; a whole day, from midnight to midnight, names both."""
    midnight = local(end, zone).time() == time() != local(start, zone).time()
    return midnight and local(end - timedelta.resolution, zone).date() == local(start, zone).date()


def day_and_clock(moment: datetime, zone: Zone) -> str:
    """Like "Monday 15 March, 09:30"."""
    return _("%(day)s, %(time)s") % {"day": short_day(moment, zone), "time": clock(moment, zone)}


def moment_in_full(moment: datetime, zone: Zone) -> str:
    """The same with the clocks that show it: "Monday 15 March, 09:30, Berlin time"."""
    return _("%(time)s, %(zone)s") % {"time": day_and_clock(moment, zone), "zone": zone_name(moment, zone)}


def place(zone: Zone) -> str:
    """The place that a zone is named after, "Berlin" of Europe/Berlin; empty for Etc/GMT+6, EST5EDT or UTC."""
    name = str(zone)
    if name.startswith("Etc/") or name.isupper() or name in _UTC_IN_WORDS:
        return ""
    return name.rpartition("/")[2].replace("_", " ")


def place_or_offset(moment: datetime, zone: Zone) -> str:
    """The place, for the middle of a sentence that may run in the other direction; the offset where there is none."""
    return _isolated(place(zone), _BY_CONTENT) if place(zone) else offset(moment, zone)


def offset(moment: datetime, zone: Zone) -> str:
    """The distance to UTC at `moment`: "UTC", "UTC+1", "UTC−3:30"."""
    minutes = round((local(moment, zone).utcoffset() or timedelta()).total_seconds() / 60)
    if minutes == 0:
        return "UTC"
    hours, rest = divmod(abs(minutes), 60)
    distance = f"UTC{'+' if minutes > 0 else '−'}{hours}" + (f":{rest:02}" if rest else "")
    return _isolated(distance, _LEFT_TO_RIGHT)


def zone_name(moment: datetime, zone: Zone) -> str:
    """Like "Berlin time"; a zone without a place is called by its offset at ``moment``, since Etc/GMT+6 is UTC−6."""
    if not place(zone):
        return offset(moment, zone)
    return pgettext("time zone", "%(city)s time") % {"city": place_or_offset(moment, zone)}


def zone_and_offset(moment: datetime, zone: Zone) -> str:
    """Like "Berlin time (UTC+1)"."""
    if not place(zone):
        return offset(moment, zone)
    return pgettext("time zone", "%(zone)s (%(offset)s)") % {
        "zone": zone_name(moment, zone),
        "offset": offset(moment, zone),
    }


def repeated_hour(moment: datetime, zone: Zone) -> str:
    """Which of the two it is, where the clocks show this time twice that night; empty at any other time."""
    here = local(moment, zone)
    other = here.replace(fold=1 - here.fold)
    if here.utcoffset() == other.utcoffset() or not _exists(other):
        return ""
    return _("second time that night") if here.fold else _("first time that night")


def duration_in_words(duration: timedelta) -> str:
    """Like "45 minutes", "1 hour 30 minutes", "2 days"; "0 minutes" for none.  Rounded to the second."""
    minutes, seconds = divmod(round(duration.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    days, hours = divmod(hours, 24)
    parts = [
        ngettext("%(count)s day", "%(count)s days", days) % {"count": days} if days else "",
        ngettext("%(count)s hour", "%(count)s hours", hours) % {"count": hours} if hours else "",
        ngettext("%(count)s minute", "%(count)s minutes", minutes) % {"count": minutes} if minutes else "",
        ngettext("%(count)s second", "%(count)s seconds", seconds) % {"count": seconds} if seconds else "",
    ]
    joint = pgettext("between hours and minutes", " ")
    return joint.join(part for part in parts if part) or ngettext(
        "%(count)s minute", "%(count)s minutes", 0
    ) % {"count": 0}


def durations_in_words(shortest: timedelta, longest: timedelta) -> str:
    """Like "30 minutes to 1 hour", or one of them where they are equal."""
    if shortest == longest:
        return duration_in_words(shortest)
    ends = {"shortest": duration_in_words(shortest), "longest": duration_in_words(longest)}
    return _("%(shortest)s to %(longest)s") % ends


_WEEKDAY_LETTERS = (
    pgettext_lazy("weekday in a narrow column", "Mo"),
    pgettext_lazy("weekday in a narrow column", "Tu"),
    pgettext_lazy("weekday in a narrow column", "We"),
    pgettext_lazy("weekday in a narrow column", "Th"),
    pgettext_lazy("weekday in a narrow column", "Fr"),
    pgettext_lazy("weekday in a narrow column", "Sa"),
    pgettext_lazy("weekday in a narrow column", "Su"),
)


def weekday_letters(number: int) -> str:
    """The weekday as a printed calendar heads its column, "Mo" for 0 (Monday) to "Su" for 6."""
    return str(_WEEKDAY_LETTERS[number])


def week_of(day: date, weekdays: Sequence[int]) -> list[dict[str, str | int | bool]]:
    """The seven days among which ``day`` stands, in the order of ``weekdays`` (Monday 0): letters, number, on."""
    begin = day - timedelta(days=weekdays.index(day.weekday()))
    days = [begin + timedelta(days=step) for step in range(7)]
    return [{"letters": weekday_letters(one.weekday()), "number": one.day, "on": one == day} for one in days]


def onward() -> str:
    """The arrow from what was to what is: "→", or "←" in a language that is written from right to left."""
    return "←" if get_language_bidi() else "→"


def _isolated(text: str, mark: str) -> str:
    return f"{mark}{text}{_END}" if get_language_bidi() else text


def _exists(moment: datetime) -> bool:
    return moment.astimezone(UTC).astimezone(moment.tzinfo).replace(fold=0) == moment.replace(fold=0)
