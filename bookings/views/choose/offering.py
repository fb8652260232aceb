"""The offering that a request means: its project, and the visitor's choice in the URL or form."""

from __future__ import annotations

from dataclasses import replace

from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from bookings import configuration
from bookings.availability.offering import Catalogue, Offering
from bookings.maps import map_of
from bookings.models import Option, Project
from bookings.views.page_request import set_project
from bookings.visitors.choice import offerings_of, places_wanted, with_one


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


def place_in_short(offering: Offering) -> str:
    """What the place is called, where a map tells the rest of it; else the line of ``place_in_words``."""
    first = next(iter(offering.candidates), None)
    location = offering.project.location or (first.resource.location if first else None)
    if location and location.name and map_url(offering) and offering.place(first) == location.one_line:
        return location.name
    return place_in_words(offering)


def _place(offering: Offering) -> str:
    return offering.place(next(iter(offering.candidates), None))


def offering_of(request: HttpRequest, slug: str) -> Offering:
    """The project of that slug and the choice in the URL or form; raises Http404 for no open project."""
    reachable = Project.objects.reachable().select_related("location")
    project = configuration.kept(("project", slug), lambda: reachable.filter(slug=slug).first())
    if project is None:
        raise Http404
    return offering_for(request, configuration.copied(project))


def offering_for(request: HttpRequest, project: Project, option: Option | None = None) -> Offering:
    """The choice in the URL or form among what a project offers; ``option`` fixes that part of it."""
    set_project(request, project)
    chosen = request.GET.dict() | request.POST.dict()
    offerings = offerings_of(Catalogue.of(project), option)
    named = (one for one in offerings if one.option and str(one.option.pk) == chosen.get("option"))
    found = with_one(next(named, offerings[0]), chosen.get("with", ""))
    places = places_wanted(found, chosen.get("places", ""))
    looks = request.method in {"GET", "HEAD"}  # what is sent is refused where it is too much
    return replace(found, places=min(places, found.most_places) if looks else places)
