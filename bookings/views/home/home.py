"""What can be booked here: the public projects under staff's headings, and those of one resource."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings import times
from bookings.availability.offering import Offer, Offering
from bookings.languages import site_of
from bookings.layers import merged
from bookings.maps import map_of
from bookings.models import Project, Resource, Site
from bookings.picture_files import shown
from bookings.price_words import least_price_in_words
from bookings.times import durations_in_words
from bookings.views.choose.zones import carried_zone, own_zone
from bookings.views.faces import face, looks_of
from bookings.views.home.listed_projects import ListedProject, listed_projects
from bookings.views.home.next_times import NextTime, first_offering, next_times
from bookings.views.home.people import faces_of, people_of
from bookings.views.page_urls import hidden_fields
from bookings.views.sharing import site_card

SEARCHABLE_FROM = 6
SEEN_AT_ONCE = 3
MOST_PEOPLE = 8


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every public project; where there is only one, its times at once."""
    projects = Project.objects.public()
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    listed = listed_projects(_matching(projects, query))
    if len(listed) == 1 and not query:
        return redirect("pages:choose", listed[0].project.slug)
    context = {
        "heading": _("Book a time"),
        "query": query,
        "all_url": reverse("pages:home"),
        "share": site_card(request, site_of(request).name),
        "house": _house(site_of(request)),
    }
    searchable = bool(query) or len(listed) >= SEARCHABLE_FROM
    return render(
        request, "bookings/home.html", context | {"searchable": searchable, **groups_of(request, listed)}
    )


@require_safe
def with_resource(request: HttpRequest, slug: str) -> HttpResponse:
    """What one person or room offers; the choice is kept on the pages that follow."""
    resource = get_object_or_404(Resource.objects.live(), slug=slug)
    listed = listed_projects(Project.objects.public().filter(resources=resource))
    if not listed:
        raise Http404
    if len(listed) == 1:
        return redirect(f"{reverse('pages:choose', args=[listed[0].project.slug])}?with={resource.slug}")
    context = {"heading": resource.name, "with_": face(resource), "all_url": reverse("pages:home")}
    return render(request, "bookings/home.html", context | groups_of(request, listed, chosen=resource))


def _house(site: Site) -> dict[str, Any]:
    """What the letterhead says of the site, and where it is."""
    return {
        "lead": site.summary,
        "picture": shown(site.picture),
        "map_url": map_of(Project.Place.IN_PERSON, site.address_line),
    }


def _matching(projects: QuerySet[Project], query: str) -> QuerySet[Project]:
    """Projects in which every word typed is found somewhere."""
    for word in query.split():
        named = Q(name__icontains=word) | Q(summary__icontains=word) | Q(heading__icontains=word)
        people = Project.objects.filter(resources__name__icontains=word, resources__deleted_at=None)
        projects = projects.filter(named | Q(pk__in=people.values("pk")))
    return projects


def groups_of(
    request: HttpRequest, listed: Sequence[ListedProject], chosen: Resource | None = None
) -> dict[str, Any]:
    """The groups of `home.html`, in the order in which their first project stands."""
    groups: dict[str, list[dict[str, Any]]] = {}
    free = next_times([one for one in listed if not one.lacks_payment], chosen, timezone.now())
    own, looks = own_zone(request), looks_of([one.project for one in listed])
    people = people_of(listed, lettered=any(look["picture"] or look["mark"] for look in looks))
    for one, look in zip(listed, looks, strict=True):
        entry = _entry(one, chosen) | look | {"faces": [] if chosen else faces_of(one, people)}
        entry["next_free"] = _next_free(one, chosen, free.get(one.project.pk), own)
        groups.setdefault(one.project.heading, []).append(entry)
    for entry in [entry for entries in groups.values() for entry in entries][:SEEN_AT_ONCE]:
        entry["first"] = True
    found = [{"title": title, "projects": entries} for title, entries in groups.items()]
    clocks = {} if "own" in request.GET else {"clocks": " ".join(_clocks(listed, chosen, free.keys()))}
    team = [] if chosen else list(people.values())[:MOST_PEOPLE]
    return {"groups": found, "found": len(listed), "people": team, **clocks}


def _clocks(listed: Sequence[ListedProject], chosen: Resource | None, free: Collection[UUID]) -> list[str]:
    """The zones in which next times are told though a visitor has them on clocks of their own."""
    ours = [one for one in listed if one.project.pk in free and not _is_in_person(one.project)]
    return sorted({first_offering(one, chosen).zone for one in ours})


def _is_in_person(project: Project) -> bool:
    return project.place == Project.Place.IN_PERSON


def _next_free(
    listed: ListedProject, chosen: Resource | None, found: NextTime | None, own: str
) -> dict[str, Any] | None:
    """What holds the next free time at once; where the customer chooses the end, the way to that day.

    By phone or online it is told on the visitor's ``own`` clocks, where those are known.
    """
    if found is None:
        return None
    offering = first_offering(listed, chosen)
    project, option = listed.project, offering.option
    zone = offering.zone if _is_in_person(project) else own or offering.zone
    query = {"option": str(option.pk) if option else "", "with": chosen.slug if chosen else "", "own": own}
    kept = {name: value for name, value in query.items() if value} | carried_zone(project, zone)
    picked = {"session": str(found.session)} if found.session else {"start": found.start.isoformat()}
    told = {
        "label": times.brief_day_and_clock(found.start, zone),
        "zone": "" if _is_in_person(project) else times.zone_name(found.start, zone),
    }
    if offering.longest is not None and not listed.takes_seats:
        query = kept | {"at": found.start.isoformat()}
        return told | {"href": f"{reverse('pages:choose', args=[project.slug])}?{urlencode(query)}#day"}
    return told | {
        "hold_url": reverse("pages:hold", args=[project.slug]),
        "hidden": hidden_fields(kept | picked),
    }


def _entry(listed: ListedProject, chosen: Resource | None) -> dict[str, Any]:
    project = listed.project
    href = reverse("pages:choose", args=[project.slug])
    return {
        "title": project.name,
        "href": f"{href}?with={chosen.slug}" if chosen else href,
        "text": project.summary,
        "online": project.place != Project.Place.IN_PERSON,
        "nobody": not listed.catalogue.links,
        "lengths": _lengths(listed, chosen),
        "price": least_price_in_words(
            (one.price(offer), one.currency) for one, offer in _offered(listed, chosen) if one.option
        ),
        "place": _place(listed),
        "by_phone": listed.lacks_payment,
    }


def _offered(listed: ListedProject, chosen: Resource | None) -> list[tuple[Offering, Offer | None]]:
    """Every option with everybody who does it and may be chosen; a project without anybody still offers one thing."""
    if not listed.catalogue.options and listed.takes_seats:  # then each session says how long it is
        return []
    offerings = listed.catalogue.offerings
    pairs: list[tuple[Offering, Offer | None]] = [
        (one, offer)
        for one in offerings
        for offer in one.offers
        if chosen is None or offer.resource == chosen
    ]
    return pairs or [(one, None) for one in offerings]


def _lengths(listed: ListedProject, chosen: Resource | None) -> str:
    offered = _offered(listed, chosen)
    if not offered:
        return ""
    lengths = sorted(one.length(offer) for one, offer in offered)
    longest = [] if listed.takes_seats else [one.longest for one, _offer in offered if one.longest]
    return durations_in_words(lengths[0], max([lengths[-1], *longest]))


def _place(listed: ListedProject) -> str:
    project = listed.project
    if project.place == Project.Place.ONLINE:
        return _("Online")
    if project.place == Project.Place.PHONE:
        return _("By phone")
    said = merged({}, project).get("where")
    if isinstance(said, str) and said.strip():
        return said
    places = {link.resource.location for link in listed.catalogue.links if link.resource.location}
    place = project.location or (places.pop() if len(places) == 1 else None)
    return place.name or place.one_line if place else ""
