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
    return {
        "heading": heading(error),
        "sentence": _("These times are free:") if near else _("Nothing is free in the days around it."),
        "times": [_button(one, zone) for one in near],
        "post_url": post_url,
        "form_id": form_id,
        "all_url": all_url,
    }


def heading(error: BookingError) -> str:
    """What became of the time that was wanted."""
    if isinstance(error, SlotTaken | GroupFull) and not error.data.get("places_left"):
        return _("Somebody else has just taken this time")
    return sentence(error)


def _button(one: FreeTime, zone: times.Zone) -> dict[str, Any]:
    return {
        **picked_field(one),
        "clock": times.clock(one.start, zone),
        "day": times.short_day(one.start, zone),
    }
