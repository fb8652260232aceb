"""How resources are told."""

from datetime import tzinfo
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from bookings.api.responses.calendars import serialize_calendar
from bookings.api.responses.context import Json, Names, below
from bookings.api.timestamps import timestamp
from bookings.models import Calendar, Resource


def prefetch_calendars(rows: QuerySet[Any], names: Names) -> QuerySet[Any]:
    """Resources with what their payload will show, in a constant number of queries."""
    if "calendars" not in names:
        return rows
    calendars = Calendar.objects.prefetch_related(*["events"] if "calendars.events" in names else [])
    return rows.prefetch_related(Prefetch("calendars", calendars))


def serialize_resource(row: Resource, zone: tzinfo, names: Names = frozenset()) -> Json:
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
        body["calendars"] = [serialize_calendar(one, zone, inner) for one in row.calendars.all()]
    return body
