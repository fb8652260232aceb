"""How bookings are told: the record's default fields, and what is included."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.conf import settings
from django.db.models import Exists, OuterRef, QuerySet, prefetch_related_objects
from django.utils import timezone

from bookings.api.responses.calendars import serialize_calendar
from bookings.api.responses.context import Context, Json
from bookings.api.responses.logs import logs_of
from bookings.api.responses.projects import serialize_project
from bookings.api.responses.resources import serialize_resource
from bookings.api.siblings import siblings_of
from bookings.effects.links import action_signature
from bookings.lifecycle import Actor, available_actions
from bookings.models import Action, Booking, Customer, Reservation

# What must be read besides the row itself, for each include.
LOOKUPS: dict[str, tuple[str, ...]] = {
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


def readable(bookings: QuerySet[Booking]) -> QuerySet[Booking]:
    """Bookings with what the default fields need, in the same query."""
    leaving = Action.objects.filter(source=OuterRef("state"))
    return bookings.select_related("state", "version__graph").annotate(completed=~Exists(leaving))


def serialize_bookings(bookings: Sequence[Booking], context: Context) -> list[Json]:
    """The payloads of bookings; the number of queries depends on the includes, not on the bookings."""
    lookups = [lookup for name in sorted(context.names) for lookup in LOOKUPS.get(name, ())]
    if bookings and lookups:
        prefetch_related_objects(list(bookings), *dict.fromkeys(lookups))
    parts = {name: part(bookings, context) for name, part in _GATHERED.items() if name in context.names}
    single = [(name, part) for name, part in _PARTS.items() if name in context.names]
    return [
        _default_fields(booking, context)
        | {name: part(booking, context) for name, part in single}
        | {name: found[booking.pk] for name, found in parts.items()}
        for booking in bookings
    ]


def serialize_booking(booking: Booking, context: Context) -> Json:
    return serialize_bookings([booking], context)[0]


def _default_fields(booking: Booking, context: Context) -> Json:
    completed = getattr(booking, "completed", None)
    return {
        "id": str(booking.pk),
        "state": booking.state.name,
        "graph": booking.version.graph.name,
        "completed": booking.state.final if completed is None else completed,
        "created_at": context.timestamp(booking.created_at),
        "updated_at": context.timestamp(booking.updated_at),
    }


def times_and_texts(row: Booking | Reservation, context: Context) -> Json:
    return {
        "start": context.timestamp(row.start),
        "end": context.timestamp(row.end),
        "what": row.what,
        "where": row.where,
        "description": row.description,
    }


def _event_info(booking: Booking, context: Context) -> Json:
    return times_and_texts(booking, context) | {
        "calendar_id": str(booking.calendar_id) if booking.calendar_id else None,
        "participants": booking.participants if context.with_addresses else [],
        "invite": booking.invite,
        "my_rsvp": booking.my_rsvp,
    }


def _attributes(booking: Booking, context: Context) -> Json:
    body: Json = {"event_info": _event_info(booking, context)}
    if booking.version.offers_seats:
        body["group_booking"] = {"max_seats": booking.max_seats, "current_seats": booking.seats_taken}
    return body


def _event(booking: Booking, context: Context) -> Json | None:
    """The booking's own time as an event, from the moment its state occupies."""
    if not booking.state.occupies:
        return None
    return {
        "id": str(booking.uid),
        **times_and_texts(booking, context),
        "rsvp": booking.my_rsvp,
        "allDay": False,
        "created_at": context.timestamp(booking.created_at),
        "updated_at": context.timestamp(booking.updated_at),
    }


def _customers(booking: Booking, context: Context) -> list[Json]:
    customer: Customer | None = getattr(booking, "customer", None)
    if customer is None:
        return []
    names = ("name", "first_name", "last_name", "email", "phone", "voip", "timezone", "language")
    columns = {name: getattr(customer, name) or None for name in names}
    return [{**customer.answers, **columns, "id": str(customer.pk), "meta": customer.answers}]


def serialize_booked_resource(row: Booking | Reservation, context: Context, name: str) -> Json:
    body = serialize_resource(row.resource, context.below(name))
    if context.for_widget:
        public = ("id", "name", "first_name", "last_name", "timezone", "image")
        return {key: body[key] for key in public}
    return body


def _calendar(booking: Booking, context: Context) -> Json | None:
    if booking.calendar is None or context.for_widget:
        return None
    return serialize_calendar(booking.calendar, context.below("calendar"))


def _project(booking: Booking, context: Context) -> Json | None:
    project = booking.project
    if project is None:
        return None
    if "project.resources" in context.names and not context.for_widget:
        return serialize_project(project, context.below("project"))
    return {
        "id": str(project.pk),
        "name": project.name,
        "slug": project.slug,
        "created_at": context.timestamp(project.created_at),
        "updated_at": context.timestamp(project.updated_at),
    }


def _available_actions(booking: Booking, context: Context) -> list[str]:
    return [action.name for action in available_actions(booking, context.reader)]


def _customer_action_links(booking: Booking, context: Context) -> Json:
    """Signed links for what the customer may play now; each leads to a page that asks first."""
    if getattr(booking, "customer", None) is None:
        return {}
    closed = booking.state.settled and booking.change_until and timezone.now() > booking.change_until
    actions = [] if closed else available_actions(booking, Actor.customer())
    base = f"{settings.SITE_URL}/v2/bookings/{booking.pk}/external_action"
    return {
        action.name: f"{base}/{action.name}?signature={action_signature(booking, action.name)}"
        for action in actions
    }


def _owner_bookings(bookings: Sequence[Booking], context: Context) -> dict[Any, Json | None]:
    """Read anew: a session in memory may have fewer seats taken than it has by now."""
    owners = {booking.session_id for booking in bookings if booking.session_id}
    sessions = list(readable(Booking.objects.filter(pk__in=owners))) if owners else []
    told = serialize_bookings(sessions, context.below("owner_booking"))
    by_id: dict[Any, Json] = {session.pk: body for session, body in zip(sessions, told, strict=True)}
    return {booking.pk: by_id.get(booking.session_id) for booking in bookings}


def _bulked_bookings(bookings: Sequence[Booking], context: Context) -> dict[Any, list[Json]]:
    siblings = siblings_of(bookings, readable(Booking.objects.visible()))
    told = serialize_bookings(siblings, context.below("bulked_bookings"))
    by_bulk: dict[Any, list[tuple[Any, Json]]] = {}
    for sibling, body in zip(siblings, told, strict=True):
        by_bulk.setdefault(sibling.bulk, []).append((sibling.pk, body))
    return {
        booking.pk: [body for pk, body in by_bulk.get(booking.bulk, []) if pk != booking.pk]
        for booking in bookings
    }


def _logs(bookings: Iterable[Booking], context: Context) -> dict[Any, list[Json]]:
    return {
        pk: [
            {
                "id": str(entry.pk),
                "what": entry.what,
                "action": entry.action or None,
                "from_state": entry.source or None,
                "to_state": entry.target or None,
                "actor": entry.actor,
                "message": words,
                "created_at": context.timestamp(entry.at),
            }
            for entry, words in entries
        ]
        for pk, entries in logs_of(bookings).items()
    }


_PARTS: dict[str, Callable[[Booking, Context], Any]] = {
    "attributes": _attributes,
    "event_info": _event_info,
    "event": _event,
    "provider_event": lambda booking, context: None,
    "customers": _customers,
    "user": lambda booking, context: serialize_booked_resource(booking, context, "user"),
    "resource": lambda booking, context: serialize_booked_resource(booking, context, "resource"),
    "calendar": _calendar,
    "project": _project,
    "meta": lambda booking, context: booking.meta,
    "available_actions": _available_actions,
    "customer_action_links": _customer_action_links,
}
_GATHERED: dict[str, Callable[[Sequence[Booking], Context], dict[Any, Any]]] = {
    "owner_booking": _owner_bookings,
    "bulked_bookings": _bulked_bookings,
    "logs": _logs,
}
