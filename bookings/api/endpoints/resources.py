"""Resources: what can be booked."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import server_only
from bookings.api.caller import ApiRequest
from bookings.api.errors import FieldErrors, Forbidden, NotFound
from bookings.api.requests.fields import REQUIRED, Body, Flag, Object, Text
from bookings.api.requests.listing import Listing
from bookings.api.requests.made import make, new_slug
from bookings.api.requests.matchers import id_matches, text_matches
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.rows import find_row, find_to_merge
from bookings.api.responses.answers import Created, NoContent, Ok, changed, created, ok
from bookings.api.responses.context import Context, included_names
from bookings.api.responses.frames import Data, Page
from bookings.api.responses.resources import ResourceOut, ZoneOut, prefetch_calendars, serialize_resource
from bookings.availability.rules import ConstraintsError, parse_constraints
from bookings.models import Resource
from bookings.overrides import override

EMAIL_TAKEN = _("This address belongs to another resource already.")
KEY_IS_LIMITED = _("This key is limited to some projects.")
COLUMNS = {
    "name": "name",
    "first_name": "first_name",
    "last_name": "last_name",
    "email": "email",
    "timezone": "timezone",
    "availability_constraints": "availability_constraints",
    "tags": "tags",
    "enabled_email_notification": "sends_mail",
    "meeting_url": "meeting_url",
}
EMPTY: dict[str, Any] = {"availability_constraints": [], "tags": [], "enabled_email_notification": True}
LISTING = Listing(
    search={
        "id": id_matches("pk"),
        "name": text_matches("name"),
        "email": text_matches("email"),
        "timezone": text_matches("timezone"),
        "project.id": id_matches("projects"),
    },
    order=("created_at", "updated_at", "name"),
    default_order=("name", "pk"),
)


class ResourceIn(Body):
    """``password`` and ``image`` are read and left alone: resources do not sign in, and staff upload pictures.

    ``meeting_url`` (ours) is the https address of the resource's own video meetings; null takes it away.
    """

    name: Text | None = None
    first_name: Text | None = None
    last_name: Text | None = None
    email: Text | None = None
    timezone: Text | None = None
    password: Text | None = None
    image: Text | None = None
    availability_constraints: list[Any] | None = None
    meta: Object | None = None
    tags: list[Text] | None = None
    enabled_email_notification: Flag | None = None
    meeting_url: Text | None = None


@api.get("/resources", auth=server_only, tags=["Resources"])
def list_resources(request: ApiRequest) -> Ok[Page[ResourceOut]]:
    """Every resource that the key sees; searched by id, name, email, timezone and project.id."""
    rows = prefetch_calendars(request.auth.resources(), included_names(request))
    return LISTING.answer(request, rows, lambda page: _serialize_all(page, Context.of(request)))


@api.post("/resources", auth=server_only, tags=["Resources"])
def create_resource(request: ApiRequest, body: ResourceIn) -> Created[Data[ResourceOut]]:
    """Make a resource with its own calendar for bookings.  Needs ``name`` and ``timezone``."""
    refuse_limited(request)
    context = Context.of(request)
    given = body.given()
    slug = new_slug(request, given.get("name"), Resource)
    row = Resource(timezone="", slug=slug, is_test=request.auth.is_test)
    _change(row, given, body.findings)
    with transaction.atomic():
        make(request, row)
        row.give_calendar()
    return created(serialize_resource(row, context))


@api.get("/resources/{pk}", auth=server_only, tags=["Resources"])
def get_resource(request: ApiRequest, pk: str) -> Ok[Data[ResourceOut]]:
    """One resource; ``include`` takes calendars, calendars.events, availability_constraints and meeting_url."""
    return ok(serialize_resource(_find(request, pk), Context.of(request)))


@api.put("/resources/{pk}", auth=server_only, tags=["Resources"])
def update_resource(request: ApiRequest, pk: str, body: ResourceIn) -> Ok[Data[ResourceOut]] | NoContent:
    """Change what is sent and leave the rest; ``meta`` merges by key; ``include`` has the row told."""
    context = Context.of(request)
    with transaction.atomic():
        row = find_to_merge(_told(request), pk)
        refuse_shared(request, row)
        columns = _change(row, body.given(), body.findings)
        row.save(update_fields=[*columns, "updated_at"])
    return changed(request, lambda: serialize_resource(row, context))


@api.delete("/resources/{pk}", auth=server_only, tags=["Resources"])
def delete_resource(request: ApiRequest, pk: str) -> NoContent:
    """Hide a resource: nothing can be booked with it any more; bookings that stand stay."""
    with transaction.atomic():
        row = find_to_merge(_told(request), pk)
        refuse_shared(request, row)
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at", "updated_at"])
    return NoContent()


@api.get("/resources/timezone/{email}", auth=server_only, tags=["Resources"])
def get_timezone(request: ApiRequest, email: str) -> Ok[Data[ZoneOut]]:
    """The time zone of the resource with this e-mail address; ``utc_offset`` in minutes, as of now."""
    rows = request.auth.resources()
    row = None if "\x00" in email else rows.filter(email__iexact=email).first()
    if row is None:
        raise NotFound("Resource")
    offset = timezone.now().astimezone(ZoneInfo(row.timezone)).utcoffset() or timedelta()
    return ok({"timezone": row.timezone, "utc_offset": round(offset.total_seconds() / 60)})


def refuse_limited(request: ApiRequest) -> None:
    """Raises ``Forbidden`` for a key that sees some projects only: it may not make what it would not see."""
    if request.auth.is_limited:
        raise Forbidden(str(KEY_IS_LIMITED))


def refuse_shared(request: ApiRequest, resource: Resource) -> None:
    """Raises ``Forbidden`` for a key that sees some projects only, where others have the resource too."""
    if not request.auth.may_change(resource):
        raise Forbidden(str(KEY_IS_LIMITED))


def _change(row: Resource, given: dict[str, Any], unreadable: FieldErrors) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid``."""
    changed = set_columns(row, given, COLUMNS, EMPTY)
    if "meta" in given:
        row.meta = override(row.meta, given["meta"] or {})
        changed.append("meta")
    checked = row_findings(row, exclude={"slug", "location"})
    refuse(unreadable, checked, _unlisted(row), _taken(row), _no_zone(row))
    return changed


def _unlisted(row: Resource) -> FieldErrors:
    try:
        parse_constraints(row.availability_constraints)
    except ConstraintsError as error:
        told = error.below("availability_constraints")
        return {name: [gettext(sentence) for sentence in found] for name, found in told.items()}
    return {}


def _no_zone(row: Resource) -> FieldErrors:
    """The record has no zone of a site that could stand in."""
    return {} if row.timezone else {"timezone": [str(REQUIRED)]}


def _taken(row: Resource) -> FieldErrors:
    others = Resource.objects.active().filter(is_test=row.is_test).exclude(pk=row.pk)
    if row.email and "\x00" not in row.email and others.filter(email__iexact=row.email).exists():
        return {"email": [str(EMAIL_TAKEN)]}
    return {}


def _find(request: ApiRequest, pk: str) -> Resource:
    return find_row(_told(request), pk)


def _told(request: ApiRequest) -> QuerySet[Resource]:
    """Those that the key sees, with what their answer will show."""
    return prefetch_calendars(request.auth.resources(), included_names(request))


def _serialize_all(rows: Iterable[Resource], context: Context) -> list[ResourceOut]:
    return [serialize_resource(row, context) for row in rows]
