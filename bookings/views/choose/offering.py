"""The offering that a request means: its project, and the visitor's choice in the URL or form."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bookings.availability.offering import Offering
from bookings.forms.bookings import where
from bookings.forms.resolve import Resolved
from bookings.graphs.flow import Flow
from bookings.layers import PAGE_HOLD_SECONDS, USUAL_GRAPH, booking_layers, merged
from bookings.models import Option, Project, ProjectResource, Resource
from bookings.overrides import override
from bookings.views.cards import map_of
from bookings.views.page_request import set_project


def resolved_for(offering: Offering, link: ProjectResource, **request: Any) -> Resolved:
    """What the forms check: the merged layers of a request for one of the resources."""
    return Resolved(
        project=offering.project,
        option=offering.option,
        link=link,
        resource=link.resource,
        flow=offering.flow,
        values=merged(request, offering.project, offering.option, link),
    )


def place_in_words(offering: Offering) -> str:
    """Where it is, in a line: "In person: Courthouse, Hill Valley"."""
    kind = {
        Project.Place.IN_PERSON: _("In person"),
        Project.Place.PHONE: _("By phone"),
        Project.Place.ONLINE: _("Online"),
    }[Project.Place(offering.project.place)]
    place = _place(offering)
    return _("%(kind)s: %(place)s") % {"kind": kind, "place": place} if place else kind


def map_url(offering: Offering) -> str:
    """Where a map shows the place; empty where nobody goes there."""
    return map_of(offering.project.place, _place(offering))


def _place(offering: Offering) -> str:
    link = offering.candidates[0] if offering.candidates else None
    return where_of(offering.project, link.resource if link else None, offering.option, link)


def offering_of(request: HttpRequest, slug: str) -> Offering:
    """The project of that slug and the choice in the URL or form; raises Http404 for no open project."""
    project = Project.objects.reachable().select_related("location").filter(slug=slug).first()
    if project is None:
        raise Http404
    return offering_for(request, project)


def offering_for(request: HttpRequest, project: Project, option: Option | None = None) -> Offering:
    """The choice in the URL or form among what a project offers; ``option`` fixes that part of it."""
    set_project(request, project)
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


def where_of(
    project: Project, resource: Resource | None, option: Option | None, link: ProjectResource | None
) -> str:
    """Where a booking will say that it takes place: what a layer says, else the location."""
    said = merged({}, project, option, link).get("where")
    if isinstance(said, str) and said.strip():
        return said
    return where(Resolved(project=project, resource=resource))
