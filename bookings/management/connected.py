"""How it stands with the connected calendars, for the doctor."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings.calendars.meetings import gets_no_link
from bookings.calendars.words import meeting_cure
from bookings.layers import merged
from bookings.management.surroundings import Finding
from bookings.models import Booking, CalendarEntry, Connection, ProjectResource

MOST_COUNTED = 100


def calendars() -> Iterator[Finding]:
    """Each that is not read as it should be, with its cure; else how old the oldest knowledge is."""
    troubled = list(Connection.objects.troubled())
    for one in troubled:
        words = (
            _(one.last_error) if one.last_error else "It was not read for too long: is the worker running?"
        )
        yield False, f"Calendar of {one.resource} ({one}), {_age(one)}: {words}"
    for one in Connection.objects.read_in_part():
        yield False, f"Calendar of {one.resource} ({one}) is read in part: {_(one.remark)}"
    connected = list(Connection.objects.order_by("synced_at"))
    if connected and not troubled:
        yield True, f"{len(connected)} calendars are connected; the oldest was {_age(connected[0])}"
    conflicts = CalendarEntry.objects.conflicting().count()
    if conflicts:
        yield True, f"{conflicts} bookings were changed in a calendar and wait to be decided at the desk"


def meetings() -> Iterator[Finding]:
    """Each resource that cannot do what its project asks for, and bookings that have no link."""
    for link in ProjectResource.objects.filter(resource__deleted_at=None).select_related(
        "project", "resource"
    ):
        asked = merged({}, link.project, None, link).get("meeting")
        if gets_no_link(str(asked), link.resource):
            cure = meeting_cure(str(asked))
            yield False, f"Video meetings of {link.project} with {link.resource} get no link. {cure}"
    lacking = Booking.objects.without_link().order_by("start")[:MOST_COUNTED].count()
    if lacking:
        number = lacking if lacking < MOST_COUNTED else f"{MOST_COUNTED} or more"
        yield False, f"{number} bookings to come have no link of their video meeting"


def _age(connection: Connection) -> str:
    if connection.synced_at is None:
        return "never read"
    return f"read {int((timezone.now() - connection.synced_at).total_seconds() // 60)} minutes ago"
