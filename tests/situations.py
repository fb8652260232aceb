"""Situations that tests begin with, made as the site makes them: configuration as rows, all else by the verbs."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from itertools import product
from typing import Any
from uuid import uuid4

from django.db.models import F
from django.utils import timezone

from bookings.availability.query import NO_BUFFERS, Buffers
from bookings.lifecycle import Actor, book, reserve
from bookings.lifecycle.claims import claim_pieces
from bookings.lifecycle.transitions import claim_of
from bookings.models import (
    ApiKey,
    Booking,
    Calendar,
    Customer,
    GraphVersion,
    Location,
    Occupancy,
    Option,
    OptionResource,
    Project,
    ProjectResource,
    Reservation,
    Resource,
    Site,
)

HOUR = timedelta(hours=1)
_numbers = itertools.count(1)

SERVER = Actor("key", "00000000-0000-0000-0000-000000000001")


def at(hour: int, minute: int = 0, *, days: int = 0) -> datetime:
    """An hour of a Monday far ahead (UTC), or so many days later."""
    return datetime(2033, 3, 14, hour, minute, tzinfo=UTC) + timedelta(days=days)


def a_location(**fields: Any) -> Location:
    return Location.objects.create(**({"name": "Courthouse", "timezone": "UTC"} | fields))


def a_resource(**fields: Any) -> Resource:
    """A resource without hours (so always open), with its primary calendar."""
    number = next(_numbers)
    defaults = {"name": f"Resource {number}", "slug": f"resource-{number}", "timezone": "UTC"}
    resource = Resource.objects.create(**(defaults | fields))
    Calendar.objects.create(resource=resource, primary=True)
    return resource


def a_project(
    *resources: Resource, graph: str = "instant", length: timedelta = HOUR, **fields: Any
) -> Project:
    """A public project of these resources, with one option of ``length``."""
    number = next(_numbers)
    defaults = {"name": f"Project {number}", "slug": f"project-{number}", "booking": {"graph": graph}}
    project = Project.objects.create(**(defaults | fields))
    for position, resource in enumerate(resources):
        ProjectResource.objects.create(project=project, resource=resource, position=position)
    Option.objects.create(project=project, label="Usual", length=length)
    return project


def own_terms(project: Project, *resources: Resource, **fields: Any) -> None:
    """What each option of the project is with these resources (all, where none is named): length, price, offered."""
    links = project.links.filter(resource__in=resources) if resources else project.links.all()
    for option, link in product(project.options.all(), links):
        OptionResource.objects.update_or_create(option=option, link=link, defaults=fields)


def a_server_key(*projects: Project, **fields: Any) -> tuple[ApiKey, str]:
    """A server key and its value; limited to ``projects`` where any are given."""
    return _a_key("server", projects, fields)


def a_widget_key(*projects: Project, **fields: Any) -> tuple[ApiKey, str]:
    return _a_key("widget", projects, fields)


def _a_key(kind: str, projects: tuple[Project, ...], fields: dict[str, Any]) -> tuple[ApiKey, str]:
    key, value = ApiKey.issue(kind=kind, name=f"a {kind} key", test=fields.pop("test", False))
    for name, field in fields.items():
        setattr(key, name, field)
    key.save()
    key.projects.set(projects)
    return key, value


def marty(*, email: str = "marty@example.com") -> Customer:
    """An unsaved customer."""
    return Customer(name="Marty McFly", email=email, phone="(916) 555-4385")


def a_draft(resource: Resource, start: datetime, length: timedelta = HOUR, **fields: Any) -> Booking:
    texts = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}
    return Booking(resource=resource, start=start, end=start + length, **(texts | fields))


def a_booking(
    resource: Resource,
    start: datetime,
    length: timedelta = HOUR,
    *,
    graph: str = "instant",
    by: Actor = SERVER,
    customer: Customer | None = None,
    reservation: Reservation | None = None,
    **fields: Any,
) -> Booking:
    draft = a_draft(resource, start, length, **fields)
    return book(draft, graph=graph, by=by, customer=customer or marty(), reservation=reservation)


def a_session(
    resource: Resource, start: datetime, length: timedelta = HOUR, *, seats: int, **fields: Any
) -> Booking:
    """A booking that offers seats."""
    draft = a_draft(resource, start, length, max_seats=seats, **fields)
    return book(draft, graph="group_owner", by=SERVER)


def a_seat(session: Booking, *, graph: str = "group_customer", by: Actor = SERVER, **fields: Any) -> Booking:
    draft = Booking(session=session, **fields)
    return book(draft, graph=graph, by=by, customer=marty())


def a_hold(
    resource: Resource,
    start: datetime,
    length: timedelta = HOUR,
    *,
    hold: timedelta = timedelta(minutes=10),
    by: Actor = SERVER,
    buffers: Buffers = NO_BUFFERS,
    **fields: Any,
) -> Reservation:
    draft = Reservation(resource=resource, start=start, end=start + length, **fields)
    return reserve(draft, hold=hold, by=by, buffers=buffers)


def a_seat_hold(
    session: Booking, *, hold: timedelta = timedelta(minutes=10), by: Actor = SERVER, **fields: Any
) -> Reservation:
    version = GraphVersion.objects.published().get(graph__name="group_customer")
    draft = Reservation(resource=session.resource, session=session, graph_version=version, **fields)
    return reserve(draft, hold=hold, by=by)


def aged(row: Booking | Reservation, by: timedelta = timedelta(days=1)) -> Any:
    """Let time pass for one row: its deadline moves into the past, where the database's clock finds it."""
    if isinstance(row, Reservation):
        ended = timezone.now() - by
        Reservation.objects.filter(pk=row.pk).update(expires_at=ended)
        Occupancy.objects.filter(reservation=row).update(expires_at=ended)
    else:
        past = {
            name: getattr(row, name) - by for name in ("due_at", "state_entered_at") if getattr(row, name)
        }
        Booking.objects.filter(pk=row.pk).update(**past)
    row.refresh_from_db()
    return row


def long_ago(booking: Booking, by: timedelta) -> Booking:
    """Let time pass for a whole booking: all its moments, and what it occupies, lie so much earlier."""
    moments = {"start": F("start") - by, "end": F("end") - by, "state_entered_at": F("state_entered_at") - by}
    if booking.due_at:
        moments["due_at"] = F("due_at") - by
    Occupancy.objects.filter(booking=booking).delete()
    Booking.objects.filter(pk=booking.pk).update(**moments)
    booking.refresh_from_db()
    if booking.needs_time:
        claim_pieces(claim_of(booking, []), booking=booking.pk)
    return booking


def copies(row: Any, amount: int, *, every: timedelta = timedelta(0), **other: Any) -> list[Any]:
    """So many unsaved rows like a booking, hold or piece, each so much later than the last: for plans of queries."""
    kept = {field.attname: getattr(row, field.attname) for field in row._meta.concrete_fields} | other
    times = [name for name in ("start", "end", "busy_start", "busy_end") if kept.get(name)]
    made = []
    for number in range(1, amount + 1):
        own: dict[str, Any] = {name: kept[name] + number * every for name in times}
        if isinstance(row, Booking):
            own |= {"id": uuid4(), "uid": uuid4(), "reference": f"N{number:06}", "nonce": str(number)}
        if isinstance(row, Reservation):
            own |= {"id": uuid4()}
        made.append(type(row)(**kept | own))
    return made


def reads_the_site(statement: str) -> bool:
    """Whether a captured statement reads the site's row."""
    return Site._meta.db_table in statement
