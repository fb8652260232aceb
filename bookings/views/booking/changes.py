"""What a move changed, from the old booking to the new one."""

from __future__ import annotations

from django.utils.translation import gettext as _

from bookings import times
from bookings.clocks import Clocks
from bookings.models import Booking
from bookings.price_words import price_in_words
from bookings.views.cards import Context, fact


def what_changed(booking: Booking, clocks: Clocks) -> list[Context]:
    """Time, resource, place and price as far as they differ from those of the booking that this one continues.

    One query; empty for one that continues none.
    """
    if booking.continues_id is None:
        return []
    old = Booking.objects.select_related("resource").get(pk=booking.continues_id)
    told = zip(_facts(old, clocks), _facts(booking, clocks), strict=True)
    return [fact(label, _change(before, now)) for (label, before), (_label, now) in told if before != now]


def _facts(booking: Booking, clocks: Clocks) -> list[tuple[str, str]]:
    span = times.clock_range(booking.start, booking.end, clocks.first)
    return [
        (_("When"), _("%(day)s, %(times)s") % {"day": times.day(booking.start, clocks.first), "times": span}),
        (_("With"), booking.resource.name),
        (_("Where"), booking.where),
        (_("Price"), price_in_words(booking.price, booking.currency)),
    ]


def _change(before: str, now: str) -> str:
    return f"{before or _('none')} {times.onward()} {now or _('none')}"
