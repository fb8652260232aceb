"""Bookings in answers: the record's default fields, and what ``include`` names besides."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, NotRequired
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, QuerySet, prefetch_related_objects

from bookings.api.responses import booking_parts as parts
from bookings.api.responses.calendars import CalendarOut
from bookings.api.responses.context import Context
from bookings.api.responses.fields import Json, RowOut, Uuid
from bookings.api.responses.included_events import included_events
from bookings.api.responses.logs import LogOut, serialize_logs
from bookings.api.responses.projects import BookedProjectOut, ProjectOut
from bookings.api.responses.provider_events import ProviderEventOut, serialize_provider_events
from bookings.api.responses.resources import PublicResourceOut, ResourceOut
from bookings.api.responses.series import SeriesOut, serialize_series
from bookings.api.responses.terms import TermsOut, serialize_terms
from bookings.api.siblings import siblings_of
from bookings.forms.terms import terms_of
from bookings.graphs.flow import Flow
from bookings.lifecycle import available_actions
from bookings.models import Action, Booking

PLACES_LEFT = "places_left"
COMPLETED = "completed"  # an annotation, which the model does not declare
# What must be read besides the row itself, for each include.
LOOKUPS: dict[str, tuple[str, ...]] = {
    "attributes": ("customer",),
    "meeting_url": ("state", "resource", "session"),
    "provider_event": ("state", "session"),
    "customers": ("customer",),
    "user": ("resource",),
    "resource": ("resource",),
    "calendar": ("calendar",),
    "project": ("project",),
    "available_actions": ("state__leaving",),
    "customer_action_links": ("state__leaving", "customer"),
    "user.calendars": ("resource__calendars",),
    "resource.calendars": ("resource__calendars",),
    "user.calendars.events": ("resource__calendars__events",),
    "resource.calendars.events": ("resource__calendars__events",),
    "calendar.events": ("calendar__events",),
    "project.resources": ("project__links__resource",),
    "project.resources.calendars": ("project__links__resource__calendars",),
}
UNTOLD = frozenset({"calendar", "calendars", "links"})
"""Of these a public page is told nothing, so that nothing is read, nor counted."""


class BookingOut(RowOut):
    """The default fields, and every other one where ``include`` names it.

    A session has no ``terms``: its seats have them.  ``places`` are told of seats: how many of the session's it takes;
    ``places_left`` in lists of sessions.
    """

    state: str
    graph: str
    completed: bool
    places: NotRequired[int]
    places_left: NotRequired[int]
    attributes: NotRequired[parts.AttributesOut]
    event_info: NotRequired[parts.EventInfoOut]
    event: NotRequired[parts.BookedEventOut | None]
    provider_event: NotRequired[ProviderEventOut | None]
    customers: NotRequired[list[parts.CustomerOut]]
    user: NotRequired[ResourceOut | PublicResourceOut]
    resource: NotRequired[ResourceOut | PublicResourceOut]
    calendar: NotRequired[CalendarOut | None]
    project: NotRequired[ProjectOut | BookedProjectOut | None]
    meta: NotRequired[Json]
    available_actions: NotRequired[list[str]]
    customer_action_links: NotRequired[dict[str, str]]
    owner_booking: NotRequired[BookingOut | None]
    bulked_bookings: NotRequired[list[BookingOut]]
    logs: NotRequired[list[LogOut]]
    continues: NotRequired[Uuid | None]
    continued_by: NotRequired[Uuid | None]
    series: NotRequired[SeriesOut | None]
    terms: NotRequired[TermsOut | None]
    meeting_url: NotRequired[str | None]


def with_default_fields(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with what the default fields need, in the same query."""
    leaving = Action.objects.filter(source=OuterRef("state"))
    return bookings.select_related("state", "version__graph").annotate(**{COMPLETED: ~Exists(leaving)})


def note_completed(booking: Booking, completed: bool) -> None:
    """Spare the query by which ``with_default_fields`` or the state would find out."""
    setattr(booking, COMPLETED, completed)


def _lookups(context: Context) -> list[str | Prefetch[str, QuerySet[Any], str]]:
    """What the includes read: for a public page nothing of calendars, nor of who else is in a project."""
    named = [lookup for name in sorted(context.names) for lookup in LOOKUPS.get(name, ())]
    told = [one for one in dict.fromkeys(named) if not (context.for_widget and UNTOLD & set(one.split("__")))]
    return [_bounded(lookup, context) for lookup in told]


def _bounded(lookup: str, context: Context) -> str | Prefetch[str, QuerySet[Any], str]:
    is_of_events = lookup.endswith("__events")
    return Prefetch(lookup, included_events()) if is_of_events and context.budget else lookup


def serialize_booking(booking: Booking, context: Context) -> BookingOut:
    return serialize_bookings([booking], context)[0]


def serialize_made(booking: Booking, context: Context) -> BookingOut:
    """A booking that was just made, with what its customer agreed to."""
    return serialize_booking(booking, replace(context, names=context.names | {"terms"}))


def serialize_bookings(bookings: Sequence[Booking], context: Context) -> list[BookingOut]:
    """The number of queries depends on the includes, not on the bookings."""
    if bookings and (lookups := _lookups(context)):
        prefetch_related_objects(list(bookings), *lookups)
    bodies = [_default_fields(booking, context) for booking in bookings]
    if context.names:
        for body, booking in zip(bodies, bookings, strict=True):
            _include_times_and_texts(body, booking, context)
            _include_rows(body, booking, context)
            _include_actions(body, booking, context)
        _include_sessions(bodies, bookings, context)
        _include_siblings(bodies, bookings, context)
        _include_logs(bodies, bookings, context)
        _include_moves(bodies, bookings, context)
        if "provider_event" in context.names:
            for body, event in zip(bodies, serialize_provider_events(bookings, context), strict=True):
                body["provider_event"] = event
        if "meeting_url" in context.names:
            for body, booking in zip(bodies, bookings, strict=True):
                body["meeting_url"] = booking.meeting_link or None
        if "series" in context.names:
            for body, series in zip(bodies, serialize_series(bookings, context), strict=True):
                body["series"] = series
    return bodies


def _default_fields(booking: Booking, context: Context) -> BookingOut:
    completed = getattr(booking, COMPLETED, None)
    body: BookingOut = {
        "id": str(booking.pk),
        "state": booking.state.name,
        "graph": booking.version.graph.name,
        "completed": not Flow.of(booking.version).leaving(booking.state) if completed is None else completed,
        "created_at": context.timestamp(booking.created_at),
        "updated_at": context.timestamp(booking.updated_at),
    }
    if booking.version.claims_seat:
        body["places"] = booking.places
    if PLACES_LEFT in vars(booking):
        body["places_left"] = vars(booking)[PLACES_LEFT]
    return body


def _include_times_and_texts(body: BookingOut, booking: Booking, context: Context) -> None:
    if "attributes" in context.names:
        body["attributes"] = parts.attributes(booking, context)
    if "event_info" in context.names:
        body["event_info"] = parts.event_info(booking, context)
    if "event" in context.names:
        body["event"] = parts.event(booking, context)
    if "meta" in context.names:
        body["meta"] = booking.meta
    if "terms" in context.names:
        is_session = booking.version.offers_seats
        body["terms"] = None if is_session else serialize_terms(terms_of(booking), context)


def _include_rows(body: BookingOut, booking: Booking, context: Context) -> None:
    if "customers" in context.names:
        body["customers"] = parts.customers(booking)
    if "user" in context.names:
        body["user"] = parts.resource(booking, context, "user")
    if "resource" in context.names:
        body["resource"] = parts.resource(booking, context, "resource")
    if "calendar" in context.names:
        body["calendar"] = parts.calendar(booking, context)
    if "project" in context.names:
        body["project"] = parts.project(booking, context)


def _include_actions(body: BookingOut, booking: Booking, context: Context) -> None:
    if "available_actions" in context.names:
        body["available_actions"] = [action.name for action in available_actions(booking, context.reader)]
    if "customer_action_links" in context.names:
        body["customer_action_links"] = parts.customer_action_links(booking)


def _include_sessions(bodies: Sequence[BookingOut], bookings: Sequence[Booking], context: Context) -> None:
    """Read anew: a session in memory may have fewer seats taken than it has by now."""
    if "owner_booking" not in context.names:
        return
    owners = {booking.session_id for booking in bookings if booking.session_id}
    sessions = list(with_default_fields(context.sessions.filter(pk__in=owners))) if owners else []
    inner = serialize_bookings(sessions, context.below("owner_booking"))
    by_id = {session.pk: told for session, told in zip(sessions, inner, strict=True)}
    for body, booking in zip(bodies, bookings, strict=True):
        body["owner_booking"] = by_id.get(booking.session_id) if booking.session_id else None


def _include_siblings(bodies: Sequence[BookingOut], bookings: Sequence[Booking], context: Context) -> None:
    if "bulked_bookings" not in context.names:
        return
    siblings = siblings_of(bookings, with_default_fields(context.bookings))
    inner = serialize_bookings(siblings, context.below("bulked_bookings"))
    by_bulk: dict[UUID | None, list[tuple[Booking, BookingOut]]] = {}
    for sibling, body in zip(siblings, inner, strict=True):
        by_bulk.setdefault(sibling.bulk, []).append((sibling, body))
    for body, booking in zip(bodies, bookings, strict=True):
        together = by_bulk.get(booking.bulk, [])
        body["bulked_bookings"] = [told for sibling, told in together if sibling.pk != booking.pk]


def _include_logs(bodies: Sequence[BookingOut], bookings: Sequence[Booking], context: Context) -> None:
    if "logs" not in context.names:
        return
    logs = serialize_logs(bookings, context)
    for body, booking in zip(bodies, bookings, strict=True):
        body["logs"] = logs[booking.pk]


def _include_moves(bodies: Sequence[BookingOut], bookings: Sequence[Booking], context: Context) -> None:
    """The booking before a move or an undo, and the one after it."""
    if "continues" in context.names:
        for body, booking in zip(bodies, bookings, strict=True):
            body["continues"] = str(booking.continues_id) if booking.continues_id else None
    if "continued_by" in context.names:
        later = context.bookings.filter(continues__in=[booking.pk for booking in bookings])
        after = dict(later.values_list("continues_id", "pk"))
        for body, booking in zip(bodies, bookings, strict=True):
            body["continued_by"] = str(after[booking.pk]) if booking.pk in after else None
