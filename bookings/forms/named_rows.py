"""What nearly every request names, each read by one statement: resources, options, holds and bookings."""

from __future__ import annotations

from uuid import UUID

from bookings import configuration, sql
from bookings.configuration import copied
from bookings.models import (
    Booking,
    Calendar,
    Customer,
    Graph,
    GraphVersion,
    Location,
    Option,
    Project,
    ProjectResource,
    Reservation,
    Resource,
)
from bookings.models.bookings import renewed_form
from bookings.written_out import Statement, columns

_RESOURCES, _PROJECTS, _PLACES = (model._meta.db_table for model in (Resource, Project, Location))
_PRIMARY = f'(SELECT c.id FROM {Calendar._meta.db_table} c WHERE c.resource_id = r.id AND c."primary")'  # noqa: S608
_RESOURCE = Statement(
    f"SELECT {columns(Resource, 'r')}, {_PRIMARY} FROM {_RESOURCES} r "  # noqa: S608  # tables
    "WHERE r.id = %s AND r.deleted_at IS NULL",
    Resource,
)
_LINK = Statement(
    f"SELECT {columns(ProjectResource, 'l')}, {columns(Project, 'p')}, {columns(Location, 'a')}, "  # noqa: S608
    f"{columns(Resource, 'r')}, {columns(Location, 'b')}, {_PRIMARY} FROM {ProjectResource._meta.db_table} l "
    f"JOIN {_PROJECTS} p ON p.id = l.project_id LEFT JOIN {_PLACES} a ON a.id = p.location_id "
    f"JOIN {_RESOURCES} r ON r.id = l.resource_id LEFT JOIN {_PLACES} b ON b.id = r.location_id "
    "WHERE l.project_id = %s AND l.resource_id = %s AND p.deleted_at IS NULL AND r.deleted_at IS NULL",
    ProjectResource,
    Project,
    Location,
    Resource,
    Location,
)
_HOLD = Statement(
    f"SELECT {columns(Reservation, 'h')}, {columns(GraphVersion, 'v')}, {columns(Graph, 'g')} "  # noqa: S608
    f"FROM {Reservation._meta.db_table} h LEFT JOIN {GraphVersion._meta.db_table} v ON v.id = h.graph_version_id "
    f"LEFT JOIN {Graph._meta.db_table} g ON g.id = v.graph_id WHERE h.id = %s",
    Reservation,
    GraphVersion,
    Graph,
)
_OPTIONS = Statement(
    f"SELECT {columns(Option, 'o')} FROM {Option._meta.db_table} o WHERE o.project_id = %s "  # noqa: S608
    "ORDER BY o.position, o.id",
    Option,
)
_MADE_BY = Statement(
    f"SELECT {columns(Booking, 'b')} FROM {Booking._meta.db_table} b WHERE b.form_token IN (%s, %s)",  # noqa: S608
    Booking,
)
_BOOKING = Statement(
    f"SELECT {columns(Booking, 'b')}, {columns(GraphVersion, 'v')}, {columns(Customer, 'c')} "  # noqa: S608
    f"FROM {Booking._meta.db_table} b JOIN {GraphVersion._meta.db_table} v ON v.id = b.version_id "
    f"LEFT JOIN {Customer._meta.db_table} c ON c.booking_id = b.id WHERE b.id = %s AND b.deleted_at IS NULL",
    Booking,
    GraphVersion,
    Customer,
)


def active_resource(pk: UUID) -> tuple[Resource, UUID | None] | None:
    """A resource that is in use, and the id of its primary calendar; None where there is none."""
    stored = sql.stored(Resource, "pk", pk)
    found = configuration.kept(("resource", pk), lambda: _RESOURCE.first(stored))
    if found is None:
        return None
    resource, calendar = found
    return copied(resource), sql.identity(calendar)


def active_link(project: UUID, resource: UUID) -> tuple[ProjectResource, UUID | None] | None:
    """A resource's place in a project, both in use and read with their locations, and its primary calendar's id."""
    stored = sql.stored(Project, "pk", project), sql.stored(Resource, "pk", resource)
    found = configuration.kept(("link", project, resource), lambda: _LINK.first(*stored))
    if found is None:
        return None
    *rows, calendar = found
    link, link.project, place, link.resource, place_of_resource = (row and copied(row) for row in rows)
    link.project.location, link.resource.location = place, place_of_resource
    return link, sql.identity(calendar)


def with_its_options(link: ProjectResource) -> ProjectResource:
    """A resource's place in a project, with what it says of the options where Django keeps what it prefetched."""
    rows = configuration.kept(("at options", link.pk), lambda: list(link.at_options.all()))
    vars(link)["_prefetched_objects_cache"] = {"at_options": rows}
    return link


def options(project: Project) -> tuple[Option, ...]:
    """All options of a project, in the staff's order."""
    stored = sql.stored(Project, "pk", project.pk)
    found = configuration.kept(("options", project.pk), lambda: _OPTIONS.all(stored))
    read = tuple(copied(option) for (option,) in found)
    for option in read:
        option.project = project
    return read


def reservation(pk: UUID) -> Reservation | None:
    """A reservation, whether it is live or ended, with the graph that it is for."""
    found = _HOLD.first(sql.stored(Reservation, "pk", pk))
    if found is None:
        return None
    hold: Reservation = found[0]
    hold.graph_version = version = found[1]
    if version is not None:
        version.graph = found[2]
    return hold


def booking(pk: UUID) -> Booking | None:
    """A booking that was not deleted, with its version and its customer."""
    found = _BOOKING.first(sql.stored(Booking, "pk", pk))
    if found is None:
        return None
    row: Booking = found[0]
    row.version = found[1]
    Booking._meta.get_field("customer").set_cached_value(row, found[2])  # also that there is none
    return row


def made_by_form(token: str) -> Booking | None:
    """The booking that was made by the form of that token, also where its links were renewed since."""
    found = _MADE_BY.first(token, renewed_form(token))
    return found[0] if found else None
