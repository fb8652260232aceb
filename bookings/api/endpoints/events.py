"""Events: busy time in a resource's calendar that is not a booking."""

from typing import Any, Literal
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.endpoints.resources import refuse_shared
from bookings.api.errors import ApiError, FieldErrors
from bookings.api.requests.fields import REQUIRED, Body, Flag, Id
from bookings.api.requests.listing import ENDS_FIRST, Listing, within_window
from bookings.api.requests.made import remember
from bookings.api.requests.matchers import id_matches, text_matches
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.rows import find_row
from bookings.api.requests.schemas import EntryIn
from bookings.api.responses.answers import Created, NoContent, Ok, created, ok
from bookings.api.responses.context import Context
from bookings.api.responses.events import EventOut, serialize_event
from bookings.api.responses.frames import Data, FieldErrorsOut, Page
from bookings.forms.findings import Findings
from bookings.forms.values import addresses
from bookings.lifecycle import add_event, change_event, remove_event
from bookings.models import Calendar, Event

NO_CALENDAR = _("There is no such calendar.")
NO_RESOURCE = _("There is no such resource with a calendar.")
ELSEWHERE = _("Events are kept in a calendar of this site; in a connected one they are made over there.")
READ_THERE = _("This was read from a connected calendar and is changed over there.")
OTHER_RESOURCE = _("The calendar belongs to another resource.")
TOO_LONG = _("An event lasts a year at most.")
COLUMNS = {
    name: name
    for name in (
        "start",
        "end",
        "what",
        "where",
        "description",
        "participants",
        "invite",
        "my_rsvp",
        "all_day",
    )
}
EMPTY: dict[str, Any] = {
    "start": None,
    "end": None,
    "participants": [],
    "invite": False,
    "my_rsvp": "accepted",
    "all_day": False,
}
LISTING = Listing(
    search={
        "id": id_matches("pk"),
        "what": text_matches("what"),
        "calendar.id": id_matches("calendar"),
        "resource.id": id_matches("calendar__resource"),
    },
    order=("created_at", "updated_at", "start", "end"),
    default_order=("start", "pk"),
    window=True,
)


class ReadElsewhere(ApiError):
    """What a connected calendar says is not changed here."""

    status = 409

    def body(self) -> FieldErrorsOut:
        return {"errors": {"calendar_id": [str(READ_THERE)]}, "code": "read_elsewhere"}


class EventIn(EntryIn, Body):
    """``resource_id`` alone means that resource's primary calendar.  ``sync_provider`` is read and left alone."""

    resource_id: Id | None = None
    my_rsvp: Literal["accepted", "needsAction", "declined", "tentative"] | None = None
    all_day: Flag | None = None
    sync_provider: Flag | None = None


@api.get("/events", auth=server_only, tags=["Events"])
def list_events(request: ApiRequest) -> Ok[Page[EventOut]]:
    """Events that touch the window from ``start`` to ``end``; searched by id, what, calendar.id and resource.id."""
    context = Context.of(request)
    rows = within_window(request, _visible(request))
    return LISTING.answer(request, rows, lambda page: [serialize_event(row, context) for row in page])


@api.post("/events", auth=server_only, tags=["Events"])
def create_event(request: ApiRequest, body: EventIn) -> Created[Data[EventOut]]:
    """Make a resource busy.  Needs ``start``, ``end``, ``what`` and ``calendar_id`` or ``resource_id``."""
    context, row, given = Context.of(request), Event(), body.given()
    missing = {name: [str(REQUIRED)] for name in ("start", "end", "what") if given.get(name) is None}
    calendar, wrong = _find_calendar(request, given, needed=True)
    if calendar:
        row.calendar = calendar
    _change(row, body, missing | wrong)
    with transaction.atomic():
        made = add_event(row)
        remember(request, made)
    return created(serialize_event(made, context))


@api.get("/events/{pk}", auth=server_only, tags=["Events"])
def get_event(request: ApiRequest, pk: str) -> Ok[Data[EventOut]]:
    return ok(serialize_event(find_row(_visible(request), pk), Context.of(request)))


@api.put("/events/{pk}", auth=server_only, tags=["Events"])
def update_event(request: ApiRequest, pk: str, body: EventIn) -> Ok[Data[EventOut]]:
    """Change what is sent and leave the rest."""
    context, row = Context.of(request), _found_here(request, pk)
    calendar, wrong = _find_calendar(request, body.given(), needed=False)
    changed = change_event(row, lambda current: _change(current, body, wrong), into=calendar)
    return ok(serialize_event(changed, context))


@api.delete("/events/{pk}", auth=server_only, tags=["Events"])
def delete_event(request: ApiRequest, pk: str) -> NoContent:
    """Free the event's time."""
    remove_event(_found_here(request, pk))
    return NoContent()


def _found_here(request: ApiRequest, pk: str) -> Event:
    """An event that may be changed.

    Raises ``Forbidden`` where a limited key would change the time of a resource that other projects have too, since
    an event does not say who made it, and ``ReadElsewhere`` for one that was read from a connected calendar.
    """
    row = find_row(_visible(request).select_related("calendar__resource"), pk)
    refuse_shared(request, row.calendar.resource)
    if row.remote:
        raise ReadElsewhere
    return row


def _calendars(request: ApiRequest) -> QuerySet[Calendar]:
    return Calendar.objects.filter(resource__in=request.auth.resources())


def _visible(request: ApiRequest) -> QuerySet[Event]:
    return Event.objects.select_related("calendar").filter(calendar__in=_calendars(request))


def _find_calendar(
    request: ApiRequest, given: dict[str, Any], *, needed: bool
) -> tuple[Calendar | None, FieldErrors]:
    """The calendar that the request names, or None, and what is wrong with that."""
    calendar_id: UUID | None = given.get("calendar_id")
    resource_id: UUID | None = given.get("resource_id")
    if calendar_id is None and resource_id is None:
        return None, {"calendar_id": [str(REQUIRED)]} if needed else {}
    if calendar_id is None:
        own = _calendars(request).filter(resource=resource_id, provider=Calendar.Provider.OWN)
        found = own.order_by("-primary", "created_at").first()
        return found, {} if found else {"resource_id": [str(NO_RESOURCE)]}
    found = _calendars(request).filter(pk=calendar_id).first()
    if found is None:
        return None, {"calendar_id": [str(NO_CALENDAR)]}
    if resource_id not in (None, found.resource_id):
        return None, {"calendar_id": [str(OTHER_RESOURCE)]}
    return (None, {"calendar_id": [str(ELSEWHERE)]}) if found.is_elsewhere else (found, {})


def _change(row: Event, body: EventIn, more: FieldErrors) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid``."""
    changed = set_columns(row, body.given(), COLUMNS, EMPTY)
    found = row_findings(row, exclude={"calendar"})
    found.pop("body", None)  # the row's constraint, which _times tells under its field
    refuse(body.findings, more, _times(row), found, _participants(row))
    return changed


def _times(row: Event) -> FieldErrors:
    if row.start is None or row.end is None:
        return {}
    if row.end <= row.start:
        return {"end": [str(ENDS_FIRST)]}
    return {"end": [str(TOO_LONG)]} if row.end - row.start > Event.LONGEST else {}


def _participants(row: Event) -> FieldErrors:
    found = Findings()
    found.take("participants", row.participants, addresses, None)
    return found.errors
