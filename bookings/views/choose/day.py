"""The times of one day as buttons, or as starts and ends to choose from."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from bookings import times
from bookings.availability.days import day_start, offset
from bookings.availability.free_times import FreeTime, FreeTimes
from bookings.views.choose import months
from bookings.views.choose.selection import Selection, midday

GROUPED_FROM = 5
MORNING, NOON, EVENING = 5, 12, 17
FEW = 2
SEEK = "seek"
STRIP_DAYS = 14


def day_card(selection: Selection, found: FreeTimes, day: date, *, ask_end: bool = False) -> dict[str, Any]:
    """The context of `_times.html` for one day; ``ask_end`` where the customer chooses the end besides."""
    of_day = found.on(day)
    free = sum(not one.full for one in of_day)
    heading = times.short_day(midday(day, selection.zone), selection.zone)
    card: dict[str, Any] = {
        "heading": heading,
        "said": _said(free, heading),
        "at": next((one.start for one in of_day if not one.full), midday(day, selection.zone)),
        "free": free,
        "change": _clock_change(day, selection),
        "groups": [] if ask_end else _groups(selection, of_day),
        "span": span_card(selection, found, of_day) if ask_end and of_day else None,
    }
    if not free:
        card["free_words"] = (
            _("Booked out.") if day in found.full_days else _("Nothing is offered on this day.")
        )
        if found.free:  # else the month says it
            card["nothing_later"] = selection.nothing_later
        card |= _next_free(selection, found, day, ask_end=ask_end)
    card["strip"] = _strip(selection, found, day)
    return card


def _strip(selection: Selection, found: FreeTimes, day: date) -> list[dict[str, Any]]:
    """The days from the next free one on, in which the month need not be looked at; empty where none is free.

    Where the day that is shown is later than those, they begin with the free day before it.
    """
    free = [one for one in found.free if selection.shows(one)]
    if not free:
        return []
    begin = min(day, free[0])
    if (day - begin).days >= STRIP_DAYS:
        begin = max((one for one in free if one < day), default=day)
    days, last = [begin + timedelta(days=number) for number in range(STRIP_DAYS)], selection.last_shown
    return [_strip_cell(selection, found, one, day) for one in days if one <= last]


def _strip_cell(selection: Selection, found: FreeTimes, one: date, day: date) -> dict[str, Any]:
    kind = "free" if one in found.free else "full" if one in found.full_days else "none"
    return months.cell(one, kind, found.free.get(one, 0), lambda which: selection.href(day=which)) | {
        "weekday": times.weekday_letters(one.weekday()),
        "chosen": one == day,
    }


def _clock_change(day: date, selection: Selection) -> str:
    """A sentence for a day on which the clocks are changed."""
    first, last = day_start(day, selection.zone), day_start(day + timedelta(days=1), selection.zone) - 1
    change = offset(last, selection.zone) - offset(first, selection.zone)
    if change == 0:
        return ""
    return _("The clocks go forward on this day.") if change > 0 else _("The clocks go back on this day.")


def _said(free: int, day: str) -> str:
    """Like "6 times on Tuesday 16 March", for who listens to the page."""
    return ngettext("%(count)s time on %(day)s", "%(count)s times on %(day)s", free) % {
        "count": free,
        "day": day,
    }


def span_card(selection: Selection, found: FreeTimes, of_day: list[FreeTime]) -> dict[str, Any]:
    """The starts and ends of a day, to choose one of each; which go together is told in minutes since 1970."""
    step = found.step or timedelta(hours=1)
    ends = sorted({end for one in of_day for end in one.ends})
    return {
        "step": _minutes(step),
        "starts": [_start(one, step, selection) for one in of_day],
        "ends": [
            {"value": end.isoformat(), "label": _end_label(end, of_day[0], selection), "at": _minutes(end)}
            for end in ends
        ],
    }


def _start(one: FreeTime, step: timedelta, selection: Selection) -> dict[str, Any]:
    """Its ends are named one by one where they are not all a step apart, with people whose lengths differ."""
    at = [_minutes(end) for end in one.ends]
    regular = at == list(range(at[0], at[-1] + 1, _minutes(step)))
    return {
        "value": one.start.isoformat(),
        "label": _spoken_clock(one.start, selection),
        "first": at[0],
        "last": at[-1],
        "ends": [] if regular else at,
    }


def _minutes(of: datetime | timedelta) -> int:
    seconds = of.total_seconds() if isinstance(of, timedelta) else of.timestamp()
    return int(seconds) // 60


def _spoken_clock(moment: datetime, selection: Selection) -> str:
    night = times.repeated_hour(moment, selection.zone)
    clock = times.clock(moment, selection.zone)
    return f"{clock}, {night}" if night else clock


def _end_label(end: datetime, first: FreeTime, selection: Selection) -> str:
    """The clock, and the day where it is another one."""
    if end.astimezone(selection.zone).date() == first.start.astimezone(selection.zone).date():
        return _spoken_clock(end, selection)
    return times.day_and_clock(end, selection.zone)


def _next_free(selection: Selection, found: FreeTimes, day: date, *, ask_end: bool) -> dict[str, Any]:
    """The next free time as what holds it, and the way to its day; in a month without any, the month leads on."""
    following = next((one for one in found.free if one > day), None)
    if following is None:
        return {"next_day": later(selection) if found.free and not selection.nothing_later else None}
    first = next(one for one in found.on(following) if not one.full)
    label = times.short_day(first.start, selection.zone)
    way = {"href": selection.href(day=following), "label": _("Next free times: %(day)s") % {"day": label}}
    if ask_end:
        return {"next_day": way}
    clock = times.day_and_clock(first.start, selection.zone)
    label = _("Next free: %(time)s") % {"time": clock}
    return {"next_day": way, "next_free": {**picked_field(first), "label": label}}


def later(selection: Selection) -> dict[str, str]:
    """The way to the next month that has a free time."""
    return {"href": selection.href(changes={SEEK: "next"}), "label": _("Next month with free times")}


def _groups(selection: Selection, of_day: list[FreeTime]) -> list[dict[str, Any]]:
    parts: dict[str, list[FreeTime]] = {}
    for one in of_day:
        part = _part_of_day(one.start.astimezone(selection.zone).hour)
        parts.setdefault(part if len(of_day) >= GROUPED_FROM else "", []).append(one)
    groups = [_group(part, [_button(selection, one) for one in ones]) for part, ones in parts.items()]
    free = [button for group in groups for button in group["times"] if not button["full"]]
    for button in free[:1]:
        button["first"] = True
    return groups


def _part_of_day(hour: int) -> str:
    if hour < MORNING:
        return _("Night")
    return _("Morning") if hour < NOON else _("Afternoon") if hour < EVENING else _("Evening")


def _group(title: str, buttons: list[dict[str, Any]]) -> dict[str, Any]:
    bare = not any(one["note"] or one["full"] for one in buttons)
    short = bare and all(len(one["clock"]) <= len("00:00") for one in buttons)
    free = sum(not one["full"] for one in buttons)
    return {"title": title, "free": free, "times": buttons, "bare": bare, "short": short}


def picked_field(one: FreeTime) -> dict[str, str]:
    """Name and value that pick a time: of a session its id, else the start."""
    if one.session:
        return {"name": "session", "value": str(one.session)}
    return {"name": "start", "value": one.start.isoformat()}


def _button(selection: Selection, one: FreeTime) -> dict[str, Any]:
    zone = selection.zone
    spoken = _("to %(end)s, %(day)s, %(zone)s") % {
        "end": times.end_clock(one.start, one.end, zone),
        "day": times.short_day(one.start, zone),
        "zone": times.zone_name(one.start, zone),
    }
    return {
        **picked_field(one),
        "clock": times.clock(one.start, zone),
        "spoken": spoken,
        "note": _note(one, selection),
        "few": one.places is not None and one.places <= FEW,
        "full": one.full,
        "left": one.places,
    }


def _note(one: FreeTime, selection: Selection) -> str:
    if one.places is None:
        return times.repeated_hour(one.start, selection.zone)
    return ngettext("%(count)s place left", "%(count)s places left", one.places) % {"count": one.places}
