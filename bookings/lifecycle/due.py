"""When the clock acts on a booking."""

from __future__ import annotations

from datetime import datetime

from django.utils.dateparse import parse_duration

from bookings.graphs.flow import Flow
from bookings.models import Action, Booking


def leaving(booking: Booking) -> list[Action]:
    """The actions that leave the booking's state, in their order, as its version is kept by the process."""
    return Flow.of(booking.version).leaving(booking.state)


def due_moment(booking: Booking, action: Action) -> datetime | None:
    """When the clock plays ``action`` for this booking, or None."""
    if not action.by_clock or (action.automatic_from == Action.Anchor.END and not booking.auto_complete):
        return None
    own_time = booking.automatic_times.get(action.name)
    return action.due_at(
        entered=booking.state_entered_at,
        start=booking.start,
        end=booking.end,
        awaits=not booking.state.settled,
        override=parse_duration(own_time) if own_time else None,
    )


def next_due(booking: Booking) -> datetime | None:
    """When the clock acts on a booking next, by the actions that leave its state."""
    moments = [moment for action in leaving(booking) if (moment := due_moment(booking, action))]
    return min(moments, default=None)
