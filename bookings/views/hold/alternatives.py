"""A time that went to somebody else: what happened, and the nearest times that are free."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _

from bookings import database_clock, times
from bookings.availability.allowance import Allowance, GateShut
from bookings.availability.free_times import FreeTime, nearest
from bookings.availability.offering import Offering
from bookings.errors import BookingError, GroupFull, SlotTaken
from bookings.refusals import sentence
from bookings.views.choose.day import picked_field


def nearest_times(offering: Offering, around: datetime) -> list[FreeTime] | None:
    """Those nearest to a time that went to somebody else; None where another dear search is being done."""
    try:
        with Allowance.page() as allowance:
            return nearest(offering, around, now=database_clock.now(), allowance=allowance)
    except GateShut:
        return None


def alternatives_card(
    near: list[FreeTime] | None,
    error: BookingError,
    *,
    zone: times.Zone,
    post_url: str,
    all_url: str,
    form_id: str,
) -> dict[str, Any]:
    """The context of `_alternatives.html`; its buttons send ``form_id`` to ``post_url`` with another time.

    Where nobody could look for times (None), nothing is said of them.
    """
    days = {times.short_day(one.start, zone) for one in near or ()}
    return {
        "heading": heading(error),
        "sentence": "" if near is None else _sentence(days),
        "times": [_button(one, zone, is_one_day=len(days) == 1) for one in near or ()],
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
