"""Projects in answers."""

from typing import Any

from django.db.models import Prefetch, QuerySet

from bookings.api.responses.context import Context, Names, names_below
from bookings.api.responses.fields import Json, RowOut, Uuid
from bookings.api.responses.resources import ResourceOut, prefetch_calendars, serialize_resource
from bookings.layers import DEFAULTS, merged
from bookings.models import Project, ProjectResource, Resource

MembersOut = list[Uuid] | list[ResourceOut]
"""Resources of a project: ids, or whole ones where ``include`` names them."""


class LinkedOut(ResourceOut):
    """A resource as one of a project's; ``weight`` is its share where the project is balanced, 1 to 100."""

    weight: int


LinksOut = list[Uuid] | list[LinkedOut]
"""The same as a server key reads and writes them, each with its weight where it is told whole."""


class BookedProjectOut(RowOut):
    """As much as a booking tells of its project."""

    name: str
    slug: str


class PublicProjectOut(BookedProjectOut):
    """``resources`` are ids, or whole resources where ``include`` names them."""

    resources: MembersOut
    availability: Json
    availability_constraints: list[Any]
    booking: Json
    customer_fields: Json
    ui: Json
    allow_double_bookings: bool
    reservation_time: str
    enabled_email_notification: bool
    meta: Json


class ProjectOut(PublicProjectOut):
    reminders: list[Any]


def prefetch_members(projects: QuerySet[Project], names: Names = frozenset()) -> QuerySet[Project]:
    """Projects with their resources in order, in a constant number of queries."""
    resources = prefetch_calendars(Resource.objects.all(), names_below(names, "resources"))
    links = ProjectResource.objects.prefetch_related(Prefetch("resource", resources))
    return projects.prefetch_related(Prefetch("links", links), "options")


def members(row: Project) -> list[Resource]:
    """The project's active resources in its order.  Uses prefetched ``links`` where there are any."""
    return [link.resource for link in active_links(row)]


def active_links(row: Project) -> list[ProjectResource]:
    """The project's links to active resources in its order.  Uses prefetched ``links`` where there are any."""
    return [link for link in row.links.all() if link.resource.deleted_at is None]


def serialize_booked_project(row: Project, context: Context) -> BookedProjectOut:
    return {
        "id": str(row.pk),
        "name": row.name,
        "slug": row.slug,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }


def serialize_public_project(row: Project, context: Context) -> PublicProjectOut:
    below = merged({}, row)
    rules = below["settings"] if isinstance(below["settings"], dict) else {}
    seconds = below["reservation_time"]
    return {
        **serialize_booked_project(row, context),
        "resources": serialize_members(row, context),
        "availability": row.availability,
        "availability_constraints": row.availability_constraints,
        "booking": row.booking,
        "customer_fields": row.customer_fields,
        "ui": row.ui,
        "allow_double_bookings": rules.get("allow_double_bookings") is True,
        "reservation_time": str(seconds if seconds is not None else DEFAULTS["reservation_time"]),
        "enabled_email_notification": row.sends_mail,
        "meta": row.meta,
    }


def serialize_project(row: Project, context: Context) -> ProjectOut:
    return {**serialize_public_project(row, context), "reminders": row.reminders}


def serialize_members(row: Project, context: Context) -> MembersOut:
    if "resources" not in context.names:
        return [str(one.pk) for one in members(row)]
    inner = context.below("resources")
    return [serialize_resource(one, inner) for one in members(row)]


def serialize_links(row: Project, context: Context) -> LinksOut:
    if "resources" not in context.names:
        return [str(link.resource_id) for link in active_links(row)]
    inner = context.below("resources")
    found: list[LinkedOut] = [
        {**serialize_resource(link.resource, inner), "weight": link.weight} for link in active_links(row)
    ]
    return found
