"""What a visitor chose of a project: the option, with whom, and what follows from that."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bookings.availability.ends import ONE_DAY, longest_length
from bookings.durations import DurationError, parse_duration
from bookings.forms.bookings import where
from bookings.forms.rows import Rows
from bookings.graphs.flow import Flow
from bookings.layers import USUAL_GRAPH, booking_layers, merged
from bookings.models import Option, Project, ProjectResource, Resource
from bookings.money import money
from bookings.overrides import override
from bookings.views.context_processors import belongs_to

PAGE_HOLD_SECONDS = 600
MUTUAL = "mutual"


@dataclass(frozen=True, kw_only=True)
class Offering:
    """A project with its options and resources, and the visitor's choice among them.

    ``link`` is the resource that was chosen, None for anyone; ``chosen`` a length that is settled already, of what
    moves or was held.
    """

    project: Project
    options: list[Option]
    links: list[ProjectResource]
    option: Option | None
    link: ProjectResource | None
    flow: Flow
    chosen: timedelta | None = None

    @property
    def everybody(self) -> bool:
        """Whether one booking takes all resources of the project."""
        return self.project.availability.get("mode") == MUTUAL

    @property
    def candidates(self) -> list[ProjectResource]:
        """With whom it may be: the one chosen, else all, in the staff's order."""
        return [self.link] if self.link else self.links

    @property
    def zone(self) -> str:
        """The place's own zone: where the one chosen is, else the first of all."""
        return self.candidates[0].resource.timezone if self.candidates else "UTC"

    @property
    def hold_seconds(self) -> Any:
        """How long a page holds what is chosen."""
        return hold_seconds(self.project, self.option, self.link)

    def length(self, link: ProjectResource | None = None) -> timedelta:
        own = link.length if link else None
        return self.chosen or own or usual_length(self.project, self.option)

    def length_taken(self, link: ProjectResource | None = None) -> timedelta:
        """How long it is with one of them; all together take as long as the one that takes longest."""
        return max(map(self.length, self.links)) if self.everybody and self.links else self.length(link)

    @property
    def longest(self) -> timedelta | None:
        """How long the customer may make it; None where nobody is asked for the end."""
        if self.chosen or self.flow.version.claims_seat:
            return None
        return longest_length(
            self.project, max((self.length(link) for link in self.candidates), default=ONE_DAY)
        )

    def rows(self, link: ProjectResource, **request: Any) -> Rows:
        """What the forms check: the merged layers of a request for one of the resources."""
        return Rows(
            project=self.project,
            option=self.option,
            link=link,
            resource=link.resource,
            flow=self.flow,
            values=merged(request, self.project, self.option, link),
        )

    def place(self) -> str:
        """Where it is, in a line: "In person: Courthouse, Hill Valley"."""
        kind = {
            Project.Place.IN_PERSON: _("In person"),
            Project.Place.PHONE: _("By phone"),
            Project.Place.ONLINE: _("Online"),
        }[Project.Place(self.project.place)]
        link = self.candidates[0] if self.candidates else None
        address = where_of(self.project, link.resource if link else None, self.option, link)
        return _("%(kind)s: %(place)s") % {"kind": kind, "place": address} if address else kind


def offering_of(request: HttpRequest, slug: str) -> Offering:
    """The project at that address and the choice in the address or form; raises Http404 for no open project."""
    project = Project.objects.reachable().select_related("location").filter(slug=slug).first()
    if project is None:
        raise Http404
    return offering_for(request, project)


def offering_for(request: HttpRequest, project: Project, option: Option | None = None) -> Offering:
    """The choice in the address or form among what a project offers; ``option`` fixes that part of it."""
    belongs_to(request, project)
    chosen = request.GET.dict() | request.POST.dict()
    options = [option] if option is not None else list(project.options.all())
    links = list(project.links.select_related("resource__location").filter(resource__deleted_at=None))
    option = next((one for one in options if str(one.pk) == chosen.get("option")), None) or next(
        iter(options), None
    )
    link = next((one for one in links if one.resource.slug == chosen.get("with")), None)
    graph = merged({}, project, option, link).get("graph") or USUAL_GRAPH
    return Offering(
        project=project,
        options=options,
        links=links,
        option=option,
        link=link if len(links) > 1 else None,
        flow=Flow.published(graph),
    )


def hold_seconds(project: Project, option: Option | None, link: ProjectResource | None) -> Any:
    """How long a page holds a time: what project, option or resource set, never the API's default."""
    layers = booking_layers(project, option, link)[1:]
    return override({"reservation_time": PAGE_HOLD_SECONDS}, *layers)["reservation_time"]


def usual_length(project: Project, option: Option | None) -> timedelta:
    """How long a booking is: the option's length, else the project's, else an hour."""
    if option:
        return option.length
    try:
        return parse_duration(project.availability["length"])
    except (KeyError, DurationError):
        return timedelta(hours=1)


def where_of(
    project: Project, resource: Resource | None, option: Option | None, link: ProjectResource | None
) -> str:
    """Where a booking will say that it takes place: what a layer says, else the location."""
    said = merged({}, project, option, link).get("where")
    if isinstance(said, str) and said.strip():
        return said
    return where(Rows(project=project, resource=resource))


def price_in_words(amount: Decimal | None, currency: str) -> str:
    return money(amount, currency) if amount is not None else ""
