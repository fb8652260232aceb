"""The parts of a booking in answers that ``include`` names, but for other bookings."""

from typing import NotRequired, cast

from django.conf import settings
from pydantic import ConfigDict, with_config
from typing_extensions import TypedDict

from bookings import database_clock
from bookings.api.responses.calendars import CalendarOut, serialize_calendar
from bookings.api.responses.context import Context
from bookings.api.responses.fields import Json, RowOut, Timestamp, Uuid
from bookings.api.responses.projects import (
    BookedProjectOut,
    ProjectOut,
    serialize_booked_project,
    serialize_project,
)
from bookings.api.responses.resources import (
    PublicResourceOut,
    ResourceOut,
    serialize_public_resource,
    serialize_resource,
)
from bookings.effects.links import action_signature
from bookings.lifecycle import Actor, available_actions
from bookings.models import Booking, Customer, Reservation


class EntryOut(TypedDict):
    """Times and texts."""

    start: Timestamp
    end: Timestamp
    what: str
    where: str
    description: str


class EventInfoOut(EntryOut):
    calendar_id: Uuid | None
    participants: list[str]
    invite: bool
    my_rsvp: str


class SeatsOut(TypedDict):
    max_seats: int | None
    current_seats: int


@with_config(ConfigDict(extra="allow"))
class CustomerOut(TypedDict):
    """Every further answer stands beside these fields, and all of them once more in ``meta``."""

    id: Uuid
    name: str | None
    first_name: str | None
    last_name: str | None
    email: str | None
    phone: str | None
    voip: str | None
    timezone: str | None
    language: str | None
    meta: Json


class AttributesOut(TypedDict):
    """``group_booking`` is told of sessions, ``customer`` of bookings that have one, and never with a widget key."""

    event_info: EventInfoOut
    event: EntryOut
    customer: NotRequired[CustomerOut]
    group_booking: NotRequired[SeatsOut]


class BookedEventOut(EntryOut, RowOut):
    """The booking's own time, from the moment its state occupies."""

    rsvp: str
    allDay: bool  # the record spells it so


def entry(row: Booking | Reservation, context: Context) -> EntryOut:
    return {
        "start": context.timestamp(row.start),
        "end": context.timestamp(row.end),
        "what": row.what,
        "where": row.where,
        "description": row.description,
    }


def event_info(booking: Booking, context: Context) -> EventInfoOut:
    return {
        **entry(booking, context),
        "calendar_id": str(booking.calendar_id) if booking.calendar_id else None,
        "participants": booking.participants if context.with_addresses else [],
        "invite": booking.invite,
        "my_rsvp": booking.my_rsvp,
    }


def attributes(booking: Booking, context: Context) -> AttributesOut:
    body: AttributesOut = {"event_info": event_info(booking, context), "event": entry(booking, context)}
    if not context.for_widget and (told := customers(booking)):
        body["customer"] = told[0]
    if booking.version.offers_seats:
        body["group_booking"] = {"max_seats": booking.max_seats, "current_seats": booking.seats_taken}
    return body


def event(booking: Booking, context: Context) -> BookedEventOut | None:
    if not booking.state.occupies:
        return None
    return {
        "id": str(booking.uid),
        **entry(booking, context),
        "rsvp": booking.my_rsvp,
        "allDay": False,
        "created_at": context.timestamp(booking.created_at),
        "updated_at": context.timestamp(booking.updated_at),
    }


def customers(booking: Booking) -> list[CustomerOut]:
    """The one whom the booking is for, or none."""
    customer: Customer | None = getattr(booking, "customer", None)
    if customer is None:
        return []
    columns: CustomerOut = {
        "name": customer.name or None,
        "first_name": customer.first_name or None,
        "last_name": customer.last_name or None,
        "email": customer.email or None,
        "phone": customer.phone or None,
        "voip": customer.voip or None,
        "timezone": customer.timezone or None,
        "language": customer.language or None,
        "id": str(customer.pk),
        "meta": customer.answers,
    }
    # A TypedDict cannot say yet that it has further keys.
    return [cast(CustomerOut, {**customer.answers, **columns})]


def resource(row: Booking | Reservation, context: Context, name: str) -> ResourceOut | PublicResourceOut:
    if context.for_widget:
        return serialize_public_resource(row.resource)
    return serialize_resource(row.resource, context.below(name))


def calendar(booking: Booking, context: Context) -> CalendarOut | None:
    if context.for_widget or booking.calendar is None:
        return None
    return serialize_calendar(booking.calendar, context.below("calendar"))


def project(booking: Booking, context: Context) -> ProjectOut | BookedProjectOut | None:
    """The whole project where its resources are asked for."""
    if booking.project is None:
        return None
    if "project.resources" in context.names and not context.for_widget:
        return serialize_project(booking.project, context.below("project"))
    return serialize_booked_project(booking.project, context)


def customer_action_links(booking: Booking) -> dict[str, str]:
    """Signed links for what the customer may play now; each leads to a page that asks first."""
    if getattr(booking, "customer", None) is None:
        return {}
    is_open = booking.is_open_to_changes(database_clock.now())
    actions = available_actions(booking, Actor.customer()) if is_open else []
    base = f"{settings.SITE_URL}/v2/bookings/{booking.pk}/external_action"
    return {
        action.name: f"{base}/{action.name}?signature={action_signature(booking, action.name)}"
        for action in actions
    }
