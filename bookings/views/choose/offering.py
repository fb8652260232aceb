"""The offering that a request means: its project, and the visitor's choice in the URL or form."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bookings.availability.offering import Catalogue, Offer, Offering
from bookings.forms.resolve import Resolved
from bookings.graphs.flow import Flow
from bookings.layers import graph_name, merged
from bookings.models import Option, Project
from bookings.views.cards import map_of
from bookings.views.page_request import set_project


def resolved_for(offering: Offering, offer: Offer, **request: Any) -> Resolved:
    """What the forms check: the merged layers of a request for one of the resources."""
    return Resolved(
        project=offering.project,
        option=offering.option,
        link=offer.link,
        resource=offer.resource,
        offering=offering,
        flow=offering.flow,
        values=merged(request, offering.project, offering.option, offer.link),
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
    return offering.place(next(iter(offering.candidates), None))


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
    offerings = offerings_of(Catalogue.of(project), option)
    named = (one for one in offerings if one.option and str(one.option.pk) == chosen.get("option"))
    return with_one(next(named, offerings[0]), chosen.get("with", ""))


def offerings_of(catalogue: Catalogue, option: Option | None = None) -> list[Offering]:
    """What can be chosen: the options that somebody does, all where nobody does any; ``option`` fixes which."""
    if option is not None:
        return [catalogue.offering(option)]
    return [one for one in catalogue.offerings if one.offers] or catalogue.offerings


def with_one(offering: Offering, slug: str) -> Offering:
    """The same with whom was chosen among several, and the graph that its bookings follow."""
    only = next((one for one in offering.offers if one.resource.slug == slug), None)
    graph = graph_name(offering.project, offering.option, only.link if only else None)
    chosen = only if len(offering.offers) > 1 else None
    return replace(offering, only=chosen, flow=Flow.published(graph))
