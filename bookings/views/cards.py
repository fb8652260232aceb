"""What a page says about one time: the card with day, clock, zones and facts.

Everything here returns plain context for templates; nothing decides.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import times
from bookings.clocks import Clocks
from bookings.graph_words import words_in_full
from bookings.graphs.payments import paying_action
from bookings.maps import map_of_booking
from bookings.models import Action, Booking
from bookings.price_words import price_in_words
from bookings.views.faces import face, look_of

Context = dict[str, Any]


def when(start: datetime, end: datetime, clocks: Clocks) -> Context:
    """Day, clock and zones of ``[start, end)``."""
    return {
        "date": times.local(start, clocks.first).date(),
        "day": times.day(start, clocks.first),
        "times": times.clock_range(start, end, clocks.first),
        "zones": zones(start, end, clocks),
    }


def zones(start: datetime, end: datetime, clocks: Clocks) -> str:
    """Like "Berlin time (UTC+1). 08:30–09:15 in London, your time." or "London time (UTC). 09:30–10:15 in Berlin."."""
    zone, other = clocks.first, clocks.other
    first = times.zone_and_offset(start, zone)
    if night := times.repeated_hour(start, zone):
        first = f"{first}, {night}"
    if other is None or not clocks.differ_at(start):
        return first
    there = times.clock_range(start, end, other)
    if times.local(start, zone).date() != times.local(start, other).date():
        there = _("%(day)s, %(times)s") % {"day": times.short_day(start, other), "times": there}
    said = {"zone": first, "times": there, "city": times.place_or_offset(start, other)}
    if clocks.other_is_own:
        return _("%(zone)s. %(times)s in %(city)s, your time.") % said
    return _("%(zone)s. %(times)s in %(city)s.") % said


def fact(label: str, value: str, *, code: bool = False) -> Context:
    """A line of a card; ``code`` is read from left to right in every language."""
    return {"label": label, "value": value, "code": code}


def several(places: int) -> str:
    """How many places a booking takes, where that is worth a word."""
    return str(places) if places > 1 else ""


def facts(*pairs: tuple[str, str | None]) -> list[Context]:
    """The pairs of label and value that have a value."""
    return [fact(label, value) for label, value in pairs if value]


def booking_facts(booking: Booking, zone: times.Zone) -> list[Context]:
    """What the customer's card says about a booking."""
    customer = getattr(booking, "customer", None)
    rows = [
        fact(_("What"), booking.what),
        fact(_("With"), booking.with_whom) | {"face": face(booking.resource)},
        fact(_("Where"), booking.where) | {"map_url": map_of_booking(booking)},
        fact(_("Video meeting"), booking.meeting_link) | {"url": booking.meeting_link},
        fact(_("Places"), several(booking.places)),
        fact(_("Price"), price_in_words(booking.price, booking.currency)),
        fact(_("For"), customer.name if customer else ""),
        *facts(*_deadline(booking, zone)),
    ]
    return [*(row for row in rows if row["value"]), fact(_("Reference"), booking.reference, code=True)]


def booking_summary(booking: Booking, clocks: Clocks) -> Context:
    """The booking in small, beside a question."""
    return {
        "title": booking.what,
        **(look_of(booking.project) if booking.project else {}),
        "pencil": not booking.state.settled,
        "has_ended": booking.state.settled and not booking.state.occupies,
        "short_day": times.short_day(booking.start, clocks.first),
        "chosen": [booking.what],
        **when(booking.start, booking.end, clocks),
        "facts": booking_facts(booking, clocks.own)[1:],  # what it is stands in the title
    }


def _deadline(booking: Booking, zone: times.Zone) -> Iterable[tuple[str, str]]:
    if booking.state.settled or booking.due_at is None or booking.due_at <= timezone.now():
        return []
    label = _("Pay by") if paying_action(booking.state) else _("Answer by")
    return [(label, times.moment_in_full(booking.due_at, zone))]


def action_words(action: Action) -> str:
    """What a button says that plays the action."""
    return words_in_full(action.label) or action.name
