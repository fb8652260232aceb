"""Which rules a staff member's booking breaks, each in a few words; none of them stops it."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from bookings.admin.fields import spelled
from bookings.availability.days import days_around, seconds
from bookings.availability.intervals import covers, overlapping
from bookings.availability.permits import Code
from bookings.availability.sources import capped_days, policies
from bookings.models import Booking, Occupancy


def oversteps(booking: Booking, now: datetime, *, moving: Booking | None = None) -> list[str]:
    """What a customer would be told of an unsaved booking's time, but for its being taken.

    ``moving`` is the booking that it is to continue, which does not count beside it.
    """
    return [*_of_the_clock(booking, now), *_of_the_rules(booking, moving)]


def _of_the_clock(booking: Booking, now: datetime) -> list[str]:
    found = []
    ahead = booking.start - now
    if booking.start <= now:
        found.append(_("it is in the past"))
    elif booking.min_booking_time and ahead < booking.min_booking_time:
        found.append(_("less notice than %(time)s") % {"time": spelled(booking.min_booking_time)})
    if booking.max_booking_time and ahead > booking.max_booking_time:
        found.append(_("more than %(time)s ahead") % {"time": spelled(booking.max_booking_time)})
    return found


def _of_the_rules(booking: Booking, moving: Booking | None) -> list[str]:
    resource, zone = booking.resource, ZoneInfo(booking.resource.timezone)
    start, end = seconds(booking.start), seconds(booking.end)
    days = days_around(zone, start, end, 1)
    words = {
        Code.HOURS: _("outside opening hours"),
        Code.PROJECT_HOURS: _("outside the project's hours"),
        Code.RESOURCE_CONSTRAINTS: _("against the resource's limits"),
        Code.PROJECT_CONSTRAINTS: _("against the project's limits"),
    }
    permits = policies([resource], booking.project)[0].permits(days, zone)
    found = [
        words[permit.code]
        for permit in permits
        if permit.intervals is not None and not covers(permit.intervals, start, end)
    ]
    ignoring = {moving.pk} if moving else set()
    capped = capped_days([resource], {resource.pk: days}, ignoring).get(resource.pk, [])
    if overlapping(capped, start, start + 1):
        found.append(_("more bookings that day than the resource takes"))
    return found


def in_the_way(booking: Booking) -> list[Occupancy]:
    """The live pieces that share time with a booking and are not its own, for staff to look at."""
    start, end = booking.start - booking.buffer_before, booking.end + booking.buffer_after
    pieces = Occupancy.objects.live().overlapping(start, end).filter(resource=booking.resource_id)
    return list(
        pieces.exclude(booking=booking.pk)
        .select_related("booking__customer", "booking__state", "event", "reservation")
        .order_by("start")[:10]
    )
