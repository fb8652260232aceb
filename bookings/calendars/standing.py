"""Which booking stands now in place of another, and in which calendars elsewhere it is to stand."""

from __future__ import annotations

from uuid import UUID

from bookings.models import Booking, Calendar, Mail, Resource

CALLED_OFF = frozenset({Mail.DECLINED, Mail.CANCELLED, Mail.EXPIRED})


def newest(pk: UUID | None) -> Booking | None:
    """The booking that stands in place of that one, hidden ones among them; the session of what takes a seat."""
    booking = Booking.objects.in_full().filter(pk__in=[pk]).first()
    if booking is not None and booking.session_id:
        booking = Booking.objects.in_full().filter(pk=booking.session_id).first()
    while booking is not None:
        later = Booking.objects.in_full().filter(continues=booking).first()
        if later is None:
            break
        booking = later
    return booking


def calendars_of(booking: Booking) -> list[Calendar]:
    """Those elsewhere in which it is to stand: its own, else the primary one, and that of each resource beside it."""
    if booking.deleted_at or not booking.needs_time or booking.disposable:
        return []
    beside = [_primary(one) for one in booking.companions.order_by("pk")]
    return [one for one in (_own(booking), *beside) if one is not None]


def _own(booking: Booking) -> Calendar | None:
    rows = Calendar.objects.taking_bookings().select_related("connection__resource")
    named = rows.filter(pk__in=[booking.calendar_id], resource=booking.resource_id).first()
    return named or _primary(booking.resource)


def _primary(resource: Resource) -> Calendar | None:
    rows = Calendar.objects.taking_bookings().filter(resource=resource, primary=True)
    return rows.select_related("connection__resource").first()


def was_called_off(booking: Booking) -> bool:
    """Whether its time is free although it has not passed, or was never used."""
    return booking.state.mail_to_customer in CALLED_OFF
