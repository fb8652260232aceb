"""The projects of a list with all that an entry says, read in a few queries for all of them."""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Prefetch, QuerySet
from django.db.models.fields.json import KT

from bookings import limits
from bookings.availability.links import linked_resources
from bookings.availability.offering import Catalogue
from bookings.models import GraphVersion, Project


@dataclass(frozen=True, kw_only=True)
class ListedProject:
    """What a project offers, whether seats are booked in it, and whether it is offered at all: not where nobody could
    pay.
    """

    catalogue: Catalogue
    takes_seats: bool
    lacks_payment: bool

    @property
    def project(self) -> Project:
        return self.catalogue.project


def listed_projects(projects: QuerySet[Project]) -> list[ListedProject]:
    """The first ones, in their order."""
    seats = GraphVersion.objects.published().filter(claims=GraphVersion.Claims.SEAT)
    rows = (
        projects.select_related("location")
        .prefetch_related("options", Prefetch("links", linked_resources()))
        .annotate(graph_name=KT("booking__graph"))
        .annotate(takes_seats=Exists(seats.filter(graph__name=OuterRef("graph_name"))))
        .annotate(unpayable=Exists(Project.objects.lacking_payment().filter(pk=OuterRef("pk"))))
    )
    return [
        ListedProject(
            catalogue=Catalogue.of_read(row), takes_seats=row.takes_seats, lacks_payment=row.unpayable
        )
        for row in rows[: limits.LISTED_PROJECTS.value]
    ]
