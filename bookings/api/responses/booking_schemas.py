"""What bookings, reservations and sessions look like in answers, for the reference alone."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from bookings.api.responses.schemas import CalendarShape, Timed

Json = dict[str, Any]


class EventInfo(BaseModel):
    start: datetime
    end: datetime
    what: str
    where: str
    description: str
    calendar_id: UUID | None = None
    participants: list[str] = []
    invite: bool = False
    my_rsvp: str = "accepted"


class Seats(BaseModel):
    max_seats: int
    current_seats: int


class Attributes(BaseModel):
    event_info: EventInfo
    group_booking: Seats | None = None


class BookedEvent(Timed):
    """The booking's own time; null while its state does not occupy."""

    start: datetime
    end: datetime
    what: str
    where: str
    description: str
    rsvp: str
    allDay: bool  # noqa: N815  # the record spells it so


class LogShape(BaseModel):
    id: str
    what: str
    action: str | None
    from_state: str | None
    to_state: str | None
    actor: str
    message: str | None
    created_at: datetime


class BookingShape(Timed):
    """The default fields; every other one is told where ``include`` names it."""

    state: str
    graph: str
    completed: bool
    attributes: Attributes | None = None
    event_info: EventInfo | None = None
    event: BookedEvent | None = None
    provider_event: Json | None = None
    customers: list[Json] = []
    user: Json | None = None
    resource: Json | None = None
    calendar: CalendarShape | None = None
    project: Json | None = None
    meta: Json = {}
    available_actions: list[str] = []
    customer_action_links: dict[str, str] = {}
    owner_booking: BookingShape | None = None
    bulked_bookings: list[BookingShape] = []
    logs: list[LogShape] = []


class ReservationShape(BookingShape):
    """A reservation in the shape of a booking; an id that became a booking answers with that, without an end."""

    expires_at: datetime | None = None


class Failed(BaseModel):
    """Stands in the place of a booking that could not be made or changed."""

    errors: dict[str, list[str]]
    code: str
