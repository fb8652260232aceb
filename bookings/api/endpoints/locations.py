"""Where resources are, and what is offered there: the record's locations and services.

A service is a project here, under the project's own id; it is made and changed as a project.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from bookings.api.api import api
from bookings.api.auth import any_key, server_only
from bookings.api.caller import ApiRequest
from bookings.api.endpoints.resources import refuse_limited
from bookings.api.errors import ApiError, FieldErrors
from bookings.api.requests.fields import Body, Object, Text
from bookings.api.requests.listing import Listing
from bookings.api.requests.made import make
from bookings.api.requests.matchers import Matcher, id_matches, text_matches
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.rows import find_row, find_to_merge
from bookings.api.responses.answers import Created, NoContent, Ok, created, ok
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data, FieldErrorsOut, Page
from bookings.api.responses.locations import (
    Offered,
    Place,
    Service,
    serialize_location,
    serialize_service,
)
from bookings.models import Location, Project
from bookings.models.projects import ProjectQuerySet

TAGS = ["Locations"]
IN_USE = _("Resources or projects are there. Give them another location first.")
NO_COORDINATES = _("The site keeps addresses, and no coordinates.")
COLUMNS = {name: name for name in ("name", "description", "address", "timezone", "meta")}
EMPTY: dict[str, Any] = {"meta": {}}


def at_location(value: str) -> Q:
    """Projects that take place at the location of this id."""
    return Q(pk__in=Project.objects.located(id_matches("pk")(value)))


def offering_service(projects: ProjectQuerySet) -> Matcher:
    """Locations at which the one of these projects takes place whose id is sought."""
    return lambda value: projects.filter(id_matches("pk")(value)).their_locations()


_IDS: dict[str, Matcher] = {"id": id_matches("pk"), "uuid": id_matches("pk")}
LOCATIONS = Listing(
    search={
        **_IDS,
        "name": text_matches("name"),
        "services.uuid": offering_service(Project.objects.active()),
    },
    order=("name",),
    default_order=("name", "pk"),
)
SERVICES = Listing(
    search={**_IDS, "name": text_matches("name"), "locations.uuid": at_location},
    order=("created_at", "updated_at", "name"),
    default_order=("position", "name", "pk"),
)


class LocationInUse(ApiError):
    """What is there would lose its hours and its address."""

    status = 409

    def body(self) -> FieldErrorsOut:
        return {"errors": {"id": [str(IN_USE)]}, "code": "location_in_use"}


class LocationIn(Body):
    """``address`` and ``timezone`` are what the record has no word for."""

    name: Text | None = None
    description: Text | None = None
    address: Text | None = None
    timezone: Text | None = None
    latitude: float | None = None
    longitude: float | None = None
    meta: Object | None = None


@api.get("/locations", auth=any_key, tags=TAGS)
def list_locations(request: ApiRequest) -> Ok[Page[Place]]:
    """Every location that the key sees; searched by id, name, services.uuid; ``include`` takes services."""
    rows, services = request.auth.locations(), offering_service(request.auth.listed_projects())
    listing = replace(LOCATIONS, search={**LOCATIONS.search, "services.uuid": services})
    return listing.answer(request, rows, lambda page: _locations(request, page))


@api.post("/locations", auth=server_only, tags=TAGS)
def create_location(request: ApiRequest, body: LocationIn) -> Created[Data[Place]]:
    """Make a location.  Needs ``name``."""
    refuse_limited(request)
    Context.of(request)
    row = Location(is_test=request.auth.is_test)
    _change(row, body)
    make(request, row)
    return created(_location(request, str(row.pk)))


@api.get("/locations/{pk}", auth=any_key, tags=TAGS)
def get_location(request: ApiRequest, pk: str) -> Ok[Data[Place]]:
    """One location; ``include`` takes services."""
    return ok(_location(request, pk))


@api.put("/locations/{pk}", auth=server_only, tags=TAGS)
def update_location(request: ApiRequest, pk: str, body: LocationIn) -> Ok[Data[Place]]:
    """Change what is sent."""
    refuse_limited(request)
    Context.of(request)
    with transaction.atomic():
        row = find_to_merge(request.auth.locations(), pk)
        _change(row, body)
        row.save()
    return ok(_location(request, pk))


@api.delete("/locations/{pk}", auth=server_only, tags=TAGS)
def delete_location(request: ApiRequest, pk: str) -> NoContent:
    """Delete a location at which nothing is."""
    refuse_limited(request)
    with transaction.atomic():
        row = find_row(request.auth.locations().select_for_update(of=("self",)), pk)
        if row.resources.exists() or row.project_set.exists():
            raise LocationInUse
        row.delete()
    return NoContent()


@api.get("/location/services", auth=any_key, tags=TAGS)
def list_services(request: ApiRequest) -> Ok[Page[Service]]:
    """Every service, as projects are called here; searched by id, name, locations.uuid; ``include`` takes locations."""
    return SERVICES.answer(request, request.auth.listed_projects(), lambda page: _services(request, page))


@api.get("/location/services/{pk}", auth=any_key, tags=TAGS)
def get_service(request: ApiRequest, pk: str) -> Ok[Data[Service]]:
    """One service; ``include`` takes locations."""
    return ok(_services(request, [find_row(request.auth.listed_projects(), pk)])[0])


def _change(row: Location, body: LocationIn) -> None:
    """Set and check what was sent.  Raises ``Invalid``."""
    given = body.given()
    coordinates: FieldErrors = {
        name: [str(NO_COORDINATES)] for name in ("latitude", "longitude") if given.get(name) is not None
    }
    set_columns(row, given, COLUMNS, EMPTY)
    refuse(body.findings, coordinates, row_findings(row))


def _location(request: ApiRequest, pk: str) -> Place:
    return _locations(request, [find_row(request.auth.locations(), pk)])[0]


def _locations(request: ApiRequest, page: Sequence[Location]) -> list[Place]:
    context = Context.of(request)
    wanted = "services" in context.names
    offered = Offered(_in_order(request), page) if wanted else None
    return [serialize_location(row, context, offered) for row in page]


def _services(request: ApiRequest, page: Sequence[Project]) -> list[Service]:
    context = Context.of(request)
    wanted = "locations" in context.names
    offered = Offered(page, request.auth.locations()) if wanted else None
    return [serialize_service(row, context, offered) for row in page]


def _in_order(request: ApiRequest) -> Sequence[Project]:
    return list(request.auth.listed_projects().order_by(*SERVICES.default_order))
