"""How it stands with the connected calendars, for the doctor."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.management.surroundings import Finding
from bookings.models import CalendarEntry, Connection


def calendars() -> Iterator[Finding]:
    """Each that is not read as it should be, with its cure; else how old the oldest knowledge is."""
    troubled = list(Connection.objects.troubled())
    for one in troubled:
        words = (
            _(one.last_error) if one.last_error else "It was not read for too long: is the worker running?"
        )
        yield False, f"Calendar of {one.resource} ({one}), {_age(one)}: {words}"
    connected = list(Connection.objects.order_by("synced_at"))
    if connected and not troubled:
        yield True, f"{len(connected)} calendars are connected; the oldest was {_age(connected[0])}"
    conflicts = CalendarEntry.objects.conflicting().count()
    if conflicts:
        yield True, f"{conflicts} bookings were changed in a calendar and wait to be decided at the desk"


def _age(connection: Connection) -> str:
    if connection.synced_at is None:
        return "never read"
    return f"read {int((timezone.now() - connection.synced_at).total_seconds() // 60)} minutes ago"
