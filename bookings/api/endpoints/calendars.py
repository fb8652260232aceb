"""Calendars of resources.  The primary one takes the bookings that name none."""

from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.endpoints.resources import refuse_shared
from bookings.api.errors import ApiError, FieldErrors
from bookings.api.requests.fields import REQUIRED, Body, Flag, Id, Text
from bookings.api.requests.listing import Listing
from bookings.api.requests.made import make
from bookings.api.requests.matchers import id_matches, text_matches
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.rows import NO_RESOURCE, find_row, find_to_merge
from bookings.api.responses.answers import Created, NoContent, Ok, created, ok
from bookings.api.responses.calendars import CalendarOut, serialize_calendar
from bookings.api.responses.context import Context, Names
from bookings.api.responses.frames import Data, FieldErrorsOut, Page
from bookings.api.responses.included_events import included_events
from bookings.calendars.connecting import read_or_forget
from bookings.lifecycle import count_events, remove_calendar
from bookings.models import Calendar, Resource

ONE_IS_PRIMARY = _("Make another calendar of the resource the primary one instead.")
ONLY_THESE = _("Of a connected calendar only provider_sync and primary can be changed.")
NOT_WRITTEN = _("This calendar takes no bookings.")
DISCONNECT = _("A connected calendar is disconnected at the desk, or by manage.py calendar.")
COLUMNS = {
    name: name
    for name in ("name", "description", "foregroundcolor", "backgroundcolor", "primary", "provider_sync")
}
EMPTY = {"primary": False, "provider_sync": True}
LISTING = Listing(
    search={
        "id": id_matches("pk"),
        "name": text_matches("name"),
        "provider": text_matches("provider"),
        "resource.id": id_matches("resource"),
    },
    order=("created_at", "updated_at", "name"),
)


class PrimaryStays(ApiError):
    """The calendar that bookings go to cannot be deleted."""

    status = 409

    def body(self) -> FieldErrorsOut:
        return {"errors": {"primary": [str(ONE_IS_PRIMARY)]}, "code": "primary_calendar"}


class ConnectedStays(ApiError):
    """A calendar elsewhere is disconnected at the desk, where its events are asked about."""

    status = 409

    def body(self) -> FieldErrorsOut:
        return {"errors": {"provider": [str(DISCONNECT)]}, "code": "connected_calendar"}


class CalendarIn(Body):
    """``resource_id`` counts when a calendar is made; it never moves to another resource."""

    resource_id: Id | None = None
    name: Text | None = None
    description: Text | None = None
    foregroundcolor: Text | None = None
    backgroundcolor: Text | None = None
    primary: Flag | None = None
    provider_sync: Flag | None = None


@api.get("/calendars", auth=server_only, tags=["Calendars"])
def list_calendars(request: ApiRequest) -> Ok[Page[CalendarOut]]:
    """Every calendar; searched by id, name, provider and resource.id."""
    context = Context.of(request)
    rows = _visible(request, context.names)
    return LISTING.answer(request, rows, lambda page: [serialize_calendar(row, context) for row in page])


@api.post("/calendars", auth=server_only, tags=["Calendars"])
def create_calendar(request: ApiRequest, body: CalendarIn) -> Created[Data[CalendarOut]]:
    """Give a resource one more calendar.  A limited key makes none the primary one of what other projects have too."""
    context, row = Context.of_times(request), Calendar(name="")
    unknown = _find_resource(request, row, body)
    _change(row, body, unknown)
    if row.primary:
        refuse_shared(request, row.resource)
    with transaction.atomic():
        _make_primary(row)
        make(request, row)
    return created(serialize_calendar(row, context))


@api.get("/calendars/{pk}", auth=server_only, tags=["Calendars"])
def get_calendar(request: ApiRequest, pk: str) -> Ok[Data[CalendarOut]]:
    """One calendar; ``include`` takes events."""
    context = Context.of(request)
    return ok(serialize_calendar(find_row(_visible(request, context.names), pk), context))


@api.put("/calendars/{pk}", auth=server_only, tags=["Calendars"])
def update_calendar(request: ApiRequest, pk: str, body: CalendarIn) -> Ok[Data[CalendarOut]]:
    """Change what is sent.  With ``provider_sync`` off its events no longer make the resource busy."""
    context = Context.of_times(request)
    with transaction.atomic():
        row = _find_to_merge(request, pk, body)
        was_primary, was_busy = row.primary, row.provider_sync
        changed = _change(row, body, _no_longer_primary(body, was_primary) | _not_ours(row, body))
        if row.primary and not was_primary:
            _make_primary(row)
        row.save(update_fields=[*changed, "updated_at"])
        if row.provider_sync != was_busy and not row.is_elsewhere:
            count_events(row)
    if row.provider_sync != was_busy and row.is_elsewhere:
        read_or_forget(row)
    return ok(serialize_calendar(row, context))


@api.delete("/calendars/{pk}", auth=server_only, tags=["Calendars"])
def delete_calendar(request: ApiRequest, pk: str) -> NoContent:
    """Delete a calendar with its events; bookings that were kept in it stay."""
    with transaction.atomic():
        row = _find_locked(request, pk)
        if row.is_elsewhere:
            raise ConnectedStays
        if row.primary:
            raise PrimaryStays
        remove_calendar(row)
    return NoContent()


def _find_to_merge(request: ApiRequest, pk: str, body: CalendarIn) -> Calendar:
    """The calendar as it stands once it is locked; where it is to be the primary one its resource is, before it."""
    if body.given().get("primary"):
        Resource.objects.locked().get(pk=find_row(_visible(request), pk).resource_id)
    return _find_locked(request, pk)


def _find_locked(request: ApiRequest, pk: str) -> Calendar:
    """Raises ``Forbidden`` where a limited key would change the calendar of what other projects have too."""
    row = find_to_merge(_visible(request), pk)
    refuse_shared(request, row.resource)
    return row


def _visible(request: ApiRequest, names: Names = frozenset()) -> QuerySet[Calendar]:
    rows = Calendar.objects.filter(resource__in=request.auth.resources())
    return rows.prefetch_related(Prefetch("events", included_events())) if "events" in names else rows


def _find_resource(request: ApiRequest, row: Calendar, body: CalendarIn) -> FieldErrors:
    pk: UUID | None = body.given().get("resource_id")
    if pk is None:
        return {"resource_id": [str(REQUIRED)]}
    resource = request.auth.resources().filter(pk=pk).first()
    if resource is None:
        return {"resource_id": [str(NO_RESOURCE)]}
    row.resource = resource
    return {}


def _change(row: Calendar, body: CalendarIn, more: FieldErrors) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid``."""
    changed = set_columns(row, body.given(), COLUMNS, EMPTY)
    refuse(body.findings, more, _checked(row))
    return changed


def _checked(row: Calendar) -> FieldErrors:
    """The columns' own checks; that one calendar is primary is arranged, not refused."""
    primary, row.primary = row.primary, False
    found = row_findings(row, exclude={"resource"})
    row.primary = primary
    return found


def _no_longer_primary(body: CalendarIn, was_primary: bool) -> FieldErrors:
    if was_primary and body.given().get("primary") is False:
        return {"primary": [str(ONE_IS_PRIMARY)]}
    return {}


def _not_ours(row: Calendar, body: CalendarIn) -> FieldErrors:
    """What its provider says of a calendar elsewhere is not changed here."""
    if not row.is_elsewhere:
        return {}
    given = body.given()
    wrong: FieldErrors = {
        name: [str(ONLY_THESE)]
        for name in COLUMNS
        if name in given and name not in {"provider_sync", "primary"}
    }
    if given.get("primary") and not row.takes_bookings:
        wrong["primary"] = [str(NOT_WRITTEN)]
    return wrong


def _make_primary(row: Calendar) -> None:
    """Let the resource's other calendars step back, one caller at a time."""
    if row.primary:
        Resource.objects.locked().get(pk=row.resource_id)
        Calendar.objects.filter(resource=row.resource_id, primary=True).update(primary=False)
