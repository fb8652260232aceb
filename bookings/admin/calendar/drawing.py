"""The calendar's entries as the script that draws them takes them: by the wall clocks of the page."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.admin.calendar.entries import Entry, Kind
from bookings.admin.calendar.window import Window
from bookings.admin.row_urls import url_of

USUAL = (8, 18)
"""From which hour to which a day is drawn at least."""


def wall_clock(moment: datetime, zone: ZoneInfo) -> str:
    """The day and time that clocks show, without their distance to UTC."""
    return moment.astimezone(zone).replace(tzinfo=None).isoformat(timespec="seconds")


def drawn(entry: Entry, zone: ZoneInfo) -> dict[str, Any]:
    """An event of the grid.  Where the clocks go back it keeps its length."""
    start, end = wall_clock(entry.start, zone), wall_clock(entry.end, zone)
    if end <= start:
        shown = datetime.fromisoformat(start) + (entry.end - entry.start)
        end = f"{shown:%Y-%m-%dT%H:%M:%S}"
    return {
        "id": entry.key,
        "resourceIds": [str(entry.resource)],
        "start": start,
        "end": end,
        "title": " · ".join(filter(None, [entry.title, entry.what, _state(entry)])),
        "display": "background" if entry.in_background else "auto",
        "classNames": _classes(entry),
        "editable": entry.moves,
        "extendedProps": {
            "url": entry.url,
            "drag": _drag(entry),
            "badges": [_("overlap")] if entry.overlaps else [],
        },
    }


def _state(entry: Entry) -> str:
    """What has to be said beside a booking, since no state is told by looks alone."""
    return entry.state if entry.kind is Kind.ASKED or entry.past else ""


def _classes(entry: Entry) -> list[str]:
    looks = {Kind.ASKED: "ev-wait", Kind.HELD: "ev-held", Kind.BUSY: "ev-busy", Kind.BUFFER: "ev-buffer"}
    found = [looks[entry.kind]] if entry.kind in looks else []
    if entry.past and entry.kind is not Kind.BUSY:
        found.append("ev-past")
    return [*found, "ev-over"] if entry.overlaps else found


def _drag(entry: Entry) -> str:
    return url_of("booking_drag", entry.booking) if entry.booking and entry.moves else ""


def hours_of(entries: Iterable[Entry], window: Window) -> tuple[int, int]:
    """From which hour to which the days are drawn: an hour around what is open and what is in them."""
    found = list(entries)
    shut = [one for one in found if one.kind is Kind.CLOSED]
    if {one.resource for one in shut} < {one.pk for one in window.resources}:
        return 0, 24  # somebody is always open
    low, high = USUAL
    for start, end in [*_opened(shut, window), *((e.start, e.end) for e in found if not e.in_background)]:
        first, last = _hours(start, end, window.zone)
        low, high = min(low, first), max(high, last)
    return low, high


def _opened(shut: list[Entry], window: Window) -> Iterable[tuple[datetime, datetime]]:
    """The spans of each resource between its closed ones."""
    for resource in window.resources:
        begin = window.start
        for one in sorted(
            (each for each in shut if each.resource == resource.pk), key=lambda each: each.start
        ):
            if begin < one.start:
                yield begin, one.start
            begin = max(begin, one.end)
        if begin < window.end:
            yield begin, window.end


def _hours(start: datetime, end: datetime, zone: ZoneInfo) -> tuple[int, int]:
    first, last = start.astimezone(zone), end.astimezone(zone)
    if (last - timedelta.resolution).date() != first.date():
        return 0, 24
    until = 24 if last.date() != first.date() else math.ceil(last.hour + last.minute / 60)
    return max(first.hour - 1, 0), min(until + 1, 24)
