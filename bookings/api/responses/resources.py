"""Resources in answers."""

from typing import Any, NotRequired

from django.conf import settings
from django.db.models import Prefetch, QuerySet
from typing_extensions import TypedDict

from bookings.api.responses.calendars import CalendarOut, serialize_calendar
from bookings.api.responses.context import Context, Names
from bookings.api.responses.fields import Json, RowOut, Uuid
from bookings.api.responses.included_events import included_events
from bookings.models import Calendar, Resource


class PublicResourceOut(TypedDict):
    """As much as a widget key is told."""

    id: Uuid
    name: str
    first_name: str
    last_name: str
    timezone: str
    image: str | None


class ResourceOut(PublicResourceOut, RowOut):
    email: str | None
    enabled_email_notification: bool
    meta: Json
    tags: list[Any]
    availability_constraints: NotRequired[list[Any]]
    calendars: NotRequired[list[CalendarOut]]
    meeting_url: NotRequired[str | None]


class ZoneOut(TypedDict):
    """``utc_offset`` is in minutes, as of now."""

    timezone: str
    utc_offset: int


def prefetch_calendars(rows: QuerySet[Resource], names: Names) -> QuerySet[Resource]:
    """Resources with what their answer will show, in a constant number of queries."""
    if "calendars" not in names:
        return rows
    events = [Prefetch("events", included_events())] if "calendars.events" in names else []
    calendars = Calendar.objects.prefetch_related(*events)
    return rows.prefetch_related(Prefetch("calendars", calendars))


def serialize_public_resource(row: Resource) -> PublicResourceOut:
    return {
        "id": str(row.pk),
        "name": row.name,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "timezone": row.timezone,
        "image": _picture(row),
    }


def serialize_resource(row: Resource, context: Context) -> ResourceOut:
    body: ResourceOut = {
        "id": str(row.pk),
        "name": row.name,
        "first_name": row.first_name,
        "last_name": row.last_name,
        "email": row.email or None,
        "timezone": row.timezone,
        "image": _picture(row),
        "enabled_email_notification": row.sends_mail,
        "meta": row.meta,
        "tags": row.tags,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
    if "availability_constraints" in context.names:
        body["availability_constraints"] = row.availability_constraints
    if "meeting_url" in context.names:
        body["meeting_url"] = row.meeting_url or None
    if "calendars" in context.names:
        inner = context.below("calendars")
        body["calendars"] = [serialize_calendar(one, inner) for one in row.calendars.all()]
    return body


def _picture(row: Resource) -> str | None:
    return f"{settings.SITE_URL}{row.image.url}" if row.image else None
