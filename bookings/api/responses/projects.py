"""How projects are told."""

from collections.abc import Iterable

from django.db.models import Prefetch, QuerySet

from bookings.api.responses.context import Context, Json, Names, names_below
from bookings.api.responses.resources import prefetch_calendars, serialize_resource
from bookings.layers import merged
from bookings.models import Project, ProjectResource, Resource


def prefetch_members(projects: QuerySet[Project], names: Names = frozenset()) -> QuerySet[Project]:
    """Projects with their resources in order, in a constant number of queries."""
    resources = prefetch_calendars(Resource.objects.all(), names_below(names, "resources"))
    links = ProjectResource.objects.prefetch_related(Prefetch("resource", resources))
    return projects.prefetch_related(Prefetch("links", links), "options")


def members(row: Project) -> list[Resource]:
    """The project's active resources in its order.  Uses prefetched ``links`` where there are any."""
    return [link.resource for link in row.links.all() if link.resource.deleted_at is None]


def serialize_project(row: Project, context: Context) -> Json:
    """``resources`` are ids, or whole resources where they are asked for."""
    everyone: Iterable[Resource] = members(row)
    inner = context.below("resources")
    whole = "resources" in context.names
    together = merged({}, row)
    rules = together["settings"] if isinstance(together["settings"], dict) else {}
    return {
        "id": str(row.pk),
        "name": row.name,
        "slug": row.slug,
        "resources": [serialize_resource(one, inner) if whole else str(one.pk) for one in everyone],
        "availability": row.availability,
        "availability_constraints": row.availability_constraints,
        "booking": row.booking,
        "customer_fields": row.customer_fields,
        "reminders": row.reminders,
        "ui": row.ui,
        "allow_double_bookings": rules.get("allow_double_bookings") is True,
        "reservation_time": str(together["reservation_time"]),
        "enabled_email_notification": row.sends_mail,
        "meta": row.meta,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
