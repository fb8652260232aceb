"""Who hears of it when sessions are called off: everybody with a seat, by name."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from bookings.admin.calendar.who_is_told import told_in_words
from bookings.admin.series.visible import bookings_of
from bookings.models import Action, Site

MOST_NAMED = 200


def seats_told(user: Any, sessions: Iterable[UUID], action: Action, site: Site) -> list[str]:
    """A sentence for each who sits in any of the sessions and would be told, or not; each said once.

    Three queries, however many there are.
    """
    if not action.on_seats:
        return []
    seats = bookings_of(user).in_full().filter(session__in=list(sessions), state__occupies=True)
    said = []
    for seat in seats.order_by("customer__name", "pk")[: MOST_NAMED + 1]:
        along = next((one for one in seat.state.leaving.all() if one.name == action.on_seats), None)
        said += told_in_words(seat, along.target, site) if along else []
    found = list(dict.fromkeys(said))
    return [*found[:MOST_NAMED], _("And more.")] if len(said) > MOST_NAMED else found
