"""How resources, projects, calendars, events and webhooks look on the wire."""

from collections.abc import Iterable
from datetime import tzinfo
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from bookings.api.timestamps import timestamp
from bookings.layers import merged
from bookings.models import Calendar, Event, Project, ProjectResource, Resource, Webhook

Json = dict[str, Any]
Names = frozenset[str]


def below(names: Names, name: str) -> Names:
    """What is asked for inside ``name``: ``calendars.events`` holds ``events`` below ``calendars``."""
    return frozenset(one.removeprefix(f"{name}.") for one in names if one.startswith(f"{name}."))


def with_included(rows: QuerySet[Any], names: Names) -> QuerySet[Any]:
    """Resources with what their payload will show, in a constant number of queries."""
    if "calendars" not in names:
        return rows
    calendars = Calendar.objects.prefetch_related(*["events"] if "calendars.events" in names else [])
    return rows.prefetch_related(Prefetch("calendars", calendars))


def resource(row: Resource, zone: tzinfo, names: Names = frozenset()) -> Json:
    body: Json = {
        "id": str(row.pk),
        "name": row.name,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email or None,
        "timezone": row.timezone,
        "image": f"{settings.SITE_URL}{row.image.url}" if row.image else None,
        "enabled_email_notification": row.sends_mail,
        "meta": row.meta,
        "tags": row.tags,
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }
    if "availability_constraints" in names:
        body["availability_constraints"] = row.availability_constraints
    if "calendars" in names:
        inner = below(names, "calendars")
        body["calendars"] = [calendar(one, zone, inner) for one in row.calendars.all()]
    return body


def calendar(row: Calendar, zone: tzinfo, names: Names = frozenset()) -> Json:
    body: Json = {
        "id": str(row.pk),
        "resource_id": str(row.resource_id),
        "name": row.name,
        "display_name": row.name,
        "description": row.description,
        "foregroundcolor": row.foregroundcolor,
        "backgroundcolor": row.backgroundcolor,
        "primary": row.primary,
        "provider": row.provider,
        "provider_id": None,
        "provider_access": "owner",
        "provider_primary": row.primary,
        "provider_sync": row.provider_sync,
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }
    if "events" in names:
        body["events"] = [event(one, zone) for one in row.events.all()]
    return body


def event(row: Event, zone: tzinfo) -> Json:
    return {
        "id": str(row.pk),
        "calendar_id": str(row.calendar_id),
        "what": row.what,
        "where": row.where,
        "description": row.description,
        "rsvp": row.my_rsvp,
        "participants": row.participants,
        "invite": row.invite,
        "allDay": row.all_day,
        "start": timestamp(row.start, zone),
        "end": timestamp(row.end, zone),
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }


def webhook(row: Webhook, zone: tzinfo) -> Json:
    return {
        "id": str(row.pk),
        "url": row.url,
        "graph": row.graph or None,
        "state": row.state or None,
        "method": row.method,
        "enabled": row.enabled,
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }


def with_links(projects: QuerySet[Project], names: Names = frozenset()) -> QuerySet[Project]:
    """Projects with their resources in order, in a constant number of queries."""
    resources = with_included(Resource.objects.all(), below(names, "resources"))
    links = ProjectResource.objects.prefetch_related(Prefetch("resource", resources))
    return projects.prefetch_related(Prefetch("links", links), "options")


def members(row: Project) -> list[Resource]:
    """The project's active resources in its order.  Uses prefetched ``links`` where there are any."""
    return [link.resource for link in row.links.all() if link.resource.deleted_at is None]


def project(row: Project, zone: tzinfo, names: Names = frozenset()) -> Json:
    """``resources`` are ids, or whole resources where they are asked for."""
    everyone: Iterable[Resource] = members(row)
    inner = below(names, "resources")
    whole = "resources" in names
    together = merged({}, row)
    rules = together["settings"] if isinstance(together["settings"], dict) else {}
    return {
        "id": str(row.pk),
        "name": row.name,
        "slug": row.slug,
        "resources": [resource(one, zone, inner) if whole else str(one.pk) for one in everyone],
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
        "created_at": timestamp(row.created_at, zone),
        "updated_at": timestamp(row.updated_at, zone),
    }
