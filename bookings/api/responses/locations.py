"""Locations, and services at them, in answers.  A service is what the record calls a project that can be booked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from uuid import UUID

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Json, RowOut, Uuid
from bookings.models import Location, Project


class BareLocationOut(TypedDict):
    """``latitude``, ``longitude`` and ``distance`` are null: the site keeps addresses.

    ``use_custom_hours`` tells whether the location has opening hours of its own.
    """

    id: Uuid
    name: str
    description: str
    address: str
    timezone: str
    latitude: None
    longitude: None
    distance: None
    use_custom_hours: bool
    meta: Json


class BareServiceOut(RowOut):
    """``id`` is also that of its project."""

    name: str
    slug: str
    description: str
    meta: Json


class LocationOut(BareLocationOut):
    services: list[BareServiceOut]


class ServiceOut(BareServiceOut):
    locations: list[BareLocationOut]


Place = LocationOut | BareLocationOut
Service = ServiceOut | BareServiceOut


class Offered:
    """Which projects are offered at which locations, each in its order; made of so many queries, however many rows."""

    def __init__(self, projects: Iterable[Project], locations: Iterable[Location]) -> None:
        self._projects = {row.pk: row for row in projects}
        self._locations = {row.pk: row for row in locations}
        pairs = Project.objects.filter(pk__in=self._projects).places()
        self._at: Mapping[UUID, set[UUID]] = defaultdict(set)
        self._where: Mapping[UUID, set[UUID]] = defaultdict(set)
        for project, location in pairs:
            self._at[location].add(project)
            self._where[project].add(location)

    def at(self, location: Location) -> list[Project]:
        return [row for pk, row in self._projects.items() if pk in self._at[location.pk]]

    def where(self, project: Project) -> list[Location]:
        return [row for pk, row in self._locations.items() if pk in self._where[project.pk]]


def serialize_location(row: Location, context: Context, offered: Offered | None) -> Place:
    bare = _bare_location(row)
    if offered is None:
        return bare
    return {**bare, "services": [_bare_service(project, context) for project in offered.at(row)]}


def serialize_service(row: Project, context: Context, offered: Offered | None) -> Service:
    bare = _bare_service(row, context)
    if offered is None:
        return bare
    return {**bare, "locations": [_bare_location(location) for location in offered.where(row)]}


def _bare_location(row: Location) -> BareLocationOut:
    return {
        "id": str(row.pk),
        "name": row.name,
        "description": row.description,
        "address": row.address,
        "timezone": row.timezone,
        "latitude": None,
        "longitude": None,
        "distance": None,
        "use_custom_hours": vars(row)["has_hours"],
        "meta": row.meta,
    }


def _bare_service(row: Project, context: Context) -> BareServiceOut:
    return {
        "id": str(row.pk),
        "name": row.name,
        "slug": row.slug,
        "description": row.description or row.summary,
        "meta": row.meta,
        "created_at": context.timestamp(row.created_at),
        "updated_at": context.timestamp(row.updated_at),
    }
