"""Projects: booking experiences, and the resources in them."""

from collections.abc import Iterable
from typing import Annotated, Any
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pydantic import BeforeValidator, WithJsonSchema

from bookings import limits
from bookings.api.api import api
from bookings.api.auth import any_key, server_only
from bookings.api.caller import ApiRequest
from bookings.api.endpoints.locations import at_location
from bookings.api.endpoints.resources import refuse_limited
from bookings.api.errors import BadRequest, FieldErrors, Invalid, NotFound
from bookings.api.requests.fields import REQUIRED, Body, Id, unreadable
from bookings.api.requests.listing import Listing
from bookings.api.requests.made import make, new_slug
from bookings.api.requests.matchers import id_matches, text_matches
from bookings.api.requests.parser import parse
from bookings.api.requests.project import ProjectIn, change, member_ids
from bookings.api.requests.rows import NO_RESOURCE, find_row, find_to_merge
from bookings.api.responses.answers import Created, NoContent, Ok, changed, created, ok
from bookings.api.responses.context import Context, included_names
from bookings.api.responses.frames import Data, Page
from bookings.api.responses.projects import (
    BookedProjectOut,
    LinksOut,
    ProjectOut,
    prefetch_members,
    serialize_booked_project,
    serialize_links,
    serialize_project,
)
from bookings.models import Project, ProjectResource

HEAVIEST = 100
NOT_A_LIST = _("The body must be a list of ids.")
LISTING = Listing(
    search={
        "id": id_matches("pk"),
        "name": text_matches("name"),
        "slug": text_matches("slug"),
        "resource.id": id_matches("resources"),
        "locations.uuid": at_location,
        "services.uuid": id_matches("pk"),
    },
    order=("created_at", "updated_at", "name"),
    default_order=("position", "name", "pk"),
)
ID_LIST = {
    "requestBody": {
        "required": True,
        "content": {
            "application/json": {
                "schema": {
                    "type": "array",
                    "items": {"type": "string", "format": "uuid"},
                    "maxItems": limits.PROJECT_RESOURCES.value,
                }
            }
        },
    }
}


def _read_weight(value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 1 <= value <= HEAVIEST:
        raise unreadable(_("Send a whole number from 1 to 100."))
    return value


Weight = Annotated[
    int,
    BeforeValidator(_read_weight),
    WithJsonSchema({"type": "integer", "minimum": 1, "maximum": HEAVIEST}),
]


class MemberIn(Body):
    """The resource to add, and its share where the project is balanced: twice as much with weight 2 as with 1."""

    resource_id: Id | None = None
    weight: Weight | None = None


@api.get("/projects", auth=any_key, tags=["Projects"])
def list_projects(request: ApiRequest) -> Ok[Page[ProjectOut | BookedProjectOut]]:
    """Every project that the key sees; searched by id, name, slug, resource.id, locations.uuid, services.uuid.

    To a widget key the public ones, by id, name and address alone.
    """
    if request.auth.is_widget:
        return LISTING.answer(request, request.auth.listed_projects(), lambda page: _named_all(request, page))
    rows = prefetch_members(request.auth.projects(), included_names(request))
    return LISTING.answer(request, rows, lambda page: _serialize_all(page, Context.of(request)))


@api.post("/projects", auth=server_only, tags=["Projects"])
def create_project(request: ApiRequest, body: ProjectIn) -> Created[Data[ProjectOut]]:
    """Make a booking experience.  Needs ``name``."""
    refuse_limited(request)
    context, row, given = Context.of(request), Project(is_test=request.auth.is_test), body.given()
    row.slug = new_slug(request, given.get("name"), Project)
    named, errors = _named_members(request, body)
    change(row, body, errors)
    with transaction.atomic():
        make(request, row)
        _set_members(row, named or [])
    return created(serialize_project(_find(request, str(row.pk)), context))


@api.get("/projects/{pk}", auth=server_only, tags=["Projects"])
def get_project(request: ApiRequest, pk: str) -> Ok[Data[ProjectOut]]:
    """One project; ``include=resources`` tells its resources whole."""
    return ok(serialize_project(_find(request, pk), Context.of(request)))


@api.put("/projects/{pk}", auth=server_only, tags=["Projects"])
def update_project(request: ApiRequest, pk: str, body: ProjectIn) -> Ok[Data[ProjectOut]] | NoContent:
    """Change what is sent: objects merge by key, lists and all else replace; ``include`` has the row told."""
    context = Context.of(request)
    named, errors = _named_members(request, body)
    with transaction.atomic():
        row = find_to_merge(_told(request), pk)
        columns = change(row, body, errors)
        row.save(update_fields=[*columns, "updated_at"])
        if named is not None:
            _set_members(row, named)
    return changed(request, lambda: serialize_project(_find(request, pk), context))


@api.delete("/projects/{pk}", auth=server_only, tags=["Projects"])
def delete_project(request: ApiRequest, pk: str) -> NoContent:
    """Hide a project: nobody books it any more; bookings that stand stay."""
    with transaction.atomic():
        row = find_to_merge(_told(request), pk)
        row.deleted_at = timezone.now()
        row.save(update_fields=["deleted_at", "updated_at"])
    return NoContent()


@api.get("/projects/{pk}/resources", auth=server_only, tags=["Projects"])
def list_members(request: ApiRequest, pk: str) -> Ok[Data[LinksOut]]:
    """The ids of the project's resources, in its order; ``include=resources`` tells them whole, with their weights."""
    row = _find(request, pk)
    return ok(serialize_links(row, Context.of(request)))


@api.post("/projects/{pk}/resources", auth=server_only, tags=["Projects"])
def add_member(request: ApiRequest, pk: str, body: MemberIn) -> Created[Data[LinksOut]]:
    """Add a resource at the end; the answer is the whole list, with ``include=resources`` each with its weight.  One
    that is in it already stays where it is, with the weight that is sent.
    """
    context = Context.of(request)
    row, given, errors = _find(request, pk), body.given(), dict(body.findings)
    resource_id = given.get("resource_id")
    if resource_id is None:
        errors.setdefault("resource_id", [str(REQUIRED)])
    elif not _visible_ids(request, [resource_id]):
        errors["resource_id"] = [str(NO_RESOURCE)]
    if errors or resource_id is None:
        raise Invalid(errors)
    position = max((link.position for link in row.links.all()), default=-1) + 1
    link, _made = ProjectResource.objects.get_or_create(
        project=row, resource_id=resource_id, defaults={"position": min(position, 32767)}
    )
    if (weight := given.get("weight")) and link.weight != weight:
        row.links.filter(pk=link.pk).update(weight=weight)  # none, where it is taken out again
    return created(serialize_links(_find(request, pk), context))


@api.put(
    "/projects/{pk}/resources",
    auth=server_only,
    tags=["Projects"],
    openapi_extra=ID_LIST,
)
def set_members(request: ApiRequest, pk: str) -> Ok[Data[LinksOut]]:
    """Replace the project's resources by those of a bare list of ids, in its order."""
    context = Context.of(request)
    row, sent = _find(request, pk), parse(request.body)
    if not isinstance(sent, list):
        raise BadRequest(str(NOT_A_LIST))
    ids, errors = member_ids(sent, "")
    known = _visible_ids(request, ids)
    errors |= {str(at): [str(NO_RESOURCE)] for at, one in enumerate(ids) if not errors and one not in known}
    if errors:
        raise Invalid(errors)
    with transaction.atomic():
        _set_members(row, ids)
    return ok(serialize_links(_find(request, pk), context))


@api.delete("/projects/{pk}/resources/{resource_id}", auth=server_only, tags=["Projects"])
def remove_member(request: ApiRequest, pk: str, resource_id: str) -> NoContent:
    """Take a resource out of the project; bookings that stand stay."""
    row = _find(request, pk)
    try:
        gone, _kinds = row.links.filter(resource=UUID(resource_id)).delete()
    except ValueError:
        gone = 0
    if not gone:
        raise NotFound("Resource")
    return NoContent()


def _named_members(request: ApiRequest, body: ProjectIn) -> tuple[list[UUID] | None, FieldErrors]:
    """The ids of the resources that a body names, in order, or None, and what is wrong with them."""
    sent = body.given().get("resources")
    if sent is None:
        return None, {}
    ids, errors = member_ids(sent, "resources")
    known = _visible_ids(request, ids)
    if not errors and set(ids) - known:
        errors = {"resources": [str(NO_RESOURCE)]}
    return ids, errors


def _visible_ids(request: ApiRequest, ids: Iterable[UUID]) -> set[UUID]:
    rows = request.auth.resources().filter(pk__in=ids)
    return set(rows.values_list("pk", flat=True))


def _set_members(row: Project, ids: list[UUID]) -> None:
    """Keep the links that stay, with what differs for them in the project."""
    row.links.exclude(resource__in=ids).delete()
    for position, resource_id in enumerate(dict.fromkeys(ids)):
        ProjectResource.objects.update_or_create(
            project=row, resource_id=resource_id, defaults={"position": position}
        )


def _find(request: ApiRequest, pk: str) -> Project:
    return find_row(_told(request), pk)


def _told(request: ApiRequest) -> QuerySet[Project]:
    """Those that the key sees, with what their answer will show."""
    return prefetch_members(request.auth.projects(), included_names(request))


def _named_all(request: ApiRequest, rows: Iterable[Project]) -> list[ProjectOut | BookedProjectOut]:
    context = Context.of(request)
    return [serialize_booked_project(row, context) for row in rows]


def _serialize_all(rows: Iterable[Project], context: Context) -> list[ProjectOut | BookedProjectOut]:
    return [serialize_project(row, context) for row in rows]
