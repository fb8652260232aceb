"""The projects of a list with all that an entry says, read in a few queries for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.fields.json import KT

from bookings import limits
from bookings.models import GraphVersion, Project, ProjectResource


@dataclass(frozen=True, kw_only=True)
class ListedProject:
    """A project whose options and resources (as ``links``) are read, whether seats are booked in it, and whether it
    is offered at all: not where nobody could pay.
    """

    project: Project
    takes_seats: bool
    lacks_payment: bool


def listed_projects(projects: QuerySet[Project]) -> list[ListedProject]:
    """The first ones, in their order."""
    links = ProjectResource.objects.filter(resource__deleted_at=None).select_related("resource__location")
    seats = GraphVersion.objects.published().filter(claims=GraphVersion.Claims.SEAT)
    rows = (
        projects.select_related("location")
        .prefetch_related("options", Prefetch("links", links))
        .annotate(graph_name=KT("booking__graph"))
        .annotate(takes_seats=Exists(seats.filter(graph__name=OuterRef("graph_name"))))
        .annotate(unpayable=Exists(Project.objects.lacking_payment().filter(pk=OuterRef("pk"))))
    )
    return [
        ListedProject(project=row, takes_seats=row.takes_seats, lacks_payment=row.unpayable)
        for row in rows[: limits.LISTED_PROJECTS.value]
    ]
