"""How resources are told."""

from django.conf import settings
from django.db.models import Prefetch, QuerySet

from bookings.api.responses.calendars import serialize_calendar
from bookings.api.responses.context import Context, Json, Names
from bookings.models import Calendar, Resource


def prefetch_calendars(rows: QuerySet[Resource], names: Names) -> QuerySet[Resource]:
    """Resources with what their payload will show, in a constant number of queries."""
    if "calendars" not in names:
        return rows
    calendars = Calendar.objects.prefetch_related(*["events"] if "calendars.events" in names else [])
    return rows.prefetch_related(Prefetch("calendars", calendars))


def serialize_resource(row: Resource, context: Context) -> Json:
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
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
    if "availability_constraints" in context.names:
        body["availability_constraints"] = row.availability_constraints
    if "calendars" in context.names:
        inner = context.below("calendars")
        body["calendars"] = [serialize_calendar(one, inner) for one in row.calendars.all()]
    return body
