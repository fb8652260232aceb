"""Times as the desk writes them: with the zone of their resource, which is named."""

from datetime import datetime

from django.utils.translation import gettext as _

from bookings.times import clock_range, day, day_and_clock, zone_and_offset


def span_in_words(start: datetime, end: datetime, zone: str) -> str:
    """Like "Tuesday 16 March 2027, 09:30–10:15, Berlin time (UTC+1)"."""
    return f"{day(start, zone)}, {clock_range(start, end, zone)}, {zone_and_offset(start, zone)}"


def moment_in_words(moment: datetime, zone: str) -> str:
    """Like "Tuesday 16 March, 09:30, Berlin time (UTC+1)"."""
    return _(", ").join((day_and_clock(moment, zone), zone_and_offset(moment, zone)))
