"""What people are told when a verb refused, in the active language."""

from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings.errors import ActionNotAvailable, BookingError
from bookings.models import Booking, HistoryEntry
from bookings.times import Zone, moment_in_full

FIRST = {
    HistoryEntry.Actor.CUSTOMER: gettext_noop("The customer was first: “%(state)s”, %(moment)s."),
    HistoryEntry.Actor.OWNER: gettext_noop("The owner was first: “%(state)s”, %(moment)s."),
    HistoryEntry.Actor.STAFF: gettext_noop("Somebody at the desk was first: “%(state)s”, %(moment)s."),
    HistoryEntry.Actor.KEY: gettext_noop("A program was first: “%(state)s”, %(moment)s."),
    HistoryEntry.Actor.AGENT: gettext_noop("An assistant was first: “%(state)s”, %(moment)s."),
    HistoryEntry.Actor.CLOCK: gettext_noop("The clock was first: “%(state)s”, %(moment)s."),
}


def sentence(error: BookingError) -> str:
    """The refusal's own words."""
    return _(error.sentence) % error.data


def sentences(error: BookingError, booking: Booking, zone: Zone) -> list[str]:
    """The refusal's own words; where the booking's state no longer allows it, also who brought it there, and when."""
    told = [sentence(error)]
    if isinstance(error, ActionNotAvailable) and (first := who_was_first(booking, zone)):
        told.append(first)
    return told


def who_was_first(booking: Booking, zone: Zone) -> str:
    """Who brought the booking into the state that it is in by now, and when on the clocks of ``zone``."""
    now = Booking.objects.select_related("state").get(pk=booking.pk)
    entries = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    last = entries.filter(target=now.state.name).last()
    if last is None:
        return ""
    return _(FIRST[HistoryEntry.Actor(last.actor)]) % {
        "state": now.state,
        "moment": moment_in_full(last.at, zone),
    }
