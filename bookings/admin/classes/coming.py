"""The sessions of some weeks, and who sits in one of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q

from bookings.admin.series.visible import bookings_of
from bookings.availability.days import day_start
from bookings.lifecycle.notices import OFF
from bookings.models import Booking, State

WEEKS = timedelta(days=28)
MOST_SHOWN = 200


def day_asked(typed: str, zone: ZoneInfo, now: datetime) -> date:
    """The first day that is shown: the one that is asked for, or today where that is none."""
    try:
        asked = date.fromisoformat(typed)
    except ValueError:
        asked = None
    in_reach = asked and date(1970, 1, 2) <= asked <= date(2199, 1, 1)
    return asked if asked and in_reach else now.astimezone(zone).date()


def sessions_from(user: Any, first: date, zone: ZoneInfo) -> list[Booking]:
    """The sessions that begin within four weeks from that day on, by start; those called off are left out.

    Two queries, along an index by start.
    """
    bounds = [day_start(day, zone) for day in (first, first + WEEKS)]
    low, high = (datetime.fromtimestamp(one, zone) for one in bounds)
    rows = bookings_of(user).filter(start__gte=low, start__lt=high, state__in=_standing(), continued_by=None)
    full = rows.select_related("resource", "project", "state", "version")
    return list(full.order_by("start", "pk")[: MOST_SHOWN + 1])


def _standing() -> Sequence[int]:
    """The states of sessions that were not called off; few, so that they are read first."""
    states = State.objects.filter(version__offers_seats=True).exclude(mail_to_customer__in=OFF)
    return list(states.values_list("pk", flat=True))


def takers(user: Any, session: Booking) -> list[Booking]:
    """The seats that stand, or stood when it was over, by name.  One query."""
    over = Q(state_entered_at__gte=session.start) & ~Q(state__mail_to_customer__in=OFF)
    seats = bookings_of(user).filter(
        Q(state__occupies=True) | Q(state__settled=False) | over, session=session, continued_by=None
    )
    rows = seats.select_related("state", "customer", "resource", "version")
    return list(rows.order_by("customer__name", "created_at", "pk"))
