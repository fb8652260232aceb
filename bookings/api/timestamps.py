"""Instants as the API writes them: RFC 3339 with seconds and an offset, in the zone that the caller asked for."""

from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from bookings.api.errors import Invalid
from bookings.validators import zones

HEADER = "Timekit-Timezone"
NO_ZONE = _("This is no IANA time zone, like Europe/Berlin.")


def requested_zone(request: HttpRequest) -> tzinfo:
    """The zone named in the request's head, else UTC.  Raises ``Invalid`` for a name that is none."""
    name = request.headers.get(HEADER)
    if name is None:
        return UTC
    if name not in zones():
        raise Invalid({HEADER: [str(NO_ZONE)]})
    return ZoneInfo(name)


def timestamp(moment: datetime, zone: tzinfo) -> str:
    """An instant as answers write it."""
    return moment.astimezone(zone).isoformat(timespec="seconds")
