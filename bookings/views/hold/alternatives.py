"""A time that went to somebody else: what happened, and the nearest times that are free."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from bookings import times
from bookings.availability.free_times import FreeTime
from bookings.errors import BookingError, GroupFull, SlotTaken
from bookings.refusals import sentence
from bookings.views.choose.day import picked_field


def alternatives_card(
    near: list[FreeTime],
    error: BookingError,
    *,
    zone: times.Zone,
    post_url: str,
    all_url: str,
    form_id: str,
) -> dict[str, Any]:
    """The context of `_alternatives.html`; its buttons send ``form_id`` to ``post_url`` with another time."""
    days = {times.short_day(one.start, zone) for one in near}
    return {
        "heading": heading(error),
        "sentence": _sentence(days),
        "times": [_button(one, zone, is_one_day=len(days) == 1) for one in near],
        "post_url": post_url,
        "form_id": form_id,
        "all_url": all_url,
    }


def heading(error: BookingError) -> str:
    """What became of the time that was wanted."""
    if isinstance(error, SlotTaken | GroupFull) and not error.data.get("places_left"):
        return _("Somebody else has just taken this time")
    return sentence(error)


def _sentence(days: set[str]) -> str:
    """What stands above the times of these days; one day is named there, of several each time names its own."""
    if not days:
        return _("Nothing is free in the days around it.")
    if len(days) > 1:
        return _("These times are free:")
    return _("These times are free on %(day)s:") % {"day": next(iter(days))}


def _button(one: FreeTime, zone: times.Zone, *, is_one_day: bool) -> dict[str, Any]:
    return {
        **picked_field(one),
        "clock": times.clock(one.start, zone),
        "day": "" if is_one_day else times.short_day(one.start, zone),
    }
