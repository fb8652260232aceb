"""What can be booked here: the public projects under staff's headings, and those of one resource."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import product
from typing import Any
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.availability.chosen_ends import longest_length
from bookings.availability.offering import usual_length
from bookings.layers import flat
from bookings.models import Option, Project, ProjectResource, Resource
from bookings.picture_files import shown
from bookings.times import durations_in_words
from bookings.views.choose.zones import carried_zone
from bookings.views.home.listed_projects import ListedProject, listed_projects
from bookings.views.home.next_times import NextTime, next_times, place_zone, start_in_words
from bookings.views.page_urls import hidden_fields
from bookings.views.prices import least_price_in_words

SEARCHABLE_FROM = 6
SEEN_AT_ONCE = 3


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """Every public project; where there is only one, its times at once."""
    projects = Project.objects.public()
    query = request.GET.get("q", "").replace("\0", "").strip()[:100]
    listed = listed_projects(_matching(projects, query))
    if len(listed) == 1 and not query:
        return redirect("pages:choose", listed[0].project.slug)
    context = {"heading": _("Book a time"), "query": query, "all_url": reverse("pages:home")}
    searchable = bool(query) or len(listed) >= SEARCHABLE_FROM
    return render(request, "bookings/home.html", context | {"searchable": searchable, **groups_of(listed)})


@require_safe
def with_resource(request: HttpRequest, slug: str) -> HttpResponse:
    """What one person or room offers; the choice is kept on the pages that follow."""
    resource = get_object_or_404(Resource.objects.active(), slug=slug)
    listed = listed_projects(Project.objects.public().filter(resources=resource))
    if len(listed) == 1:
        return redirect(f"{reverse('pages:choose', args=[listed[0].project.slug])}?with={resource.slug}")
    context = {"heading": resource.name, "with_": resource, "all_url": reverse("pages:home")}
    return render(request, "bookings/home.html", context | groups_of(listed, chosen=resource))


def _matching(projects: QuerySet[Project], query: str) -> QuerySet[Project]:
    """Projects in which every word typed is found somewhere."""
    for word in query.split():
        named = Q(name__icontains=word) | Q(summary__icontains=word) | Q(heading__icontains=word)
        people = Project.objects.filter(resources__name__icontains=word, resources__deleted_at=None)
        projects = projects.filter(named | Q(pk__in=people.values("pk")))
    return projects


def groups_of(listed: Sequence[ListedProject], chosen: Resource | None = None) -> dict[str, Any]:
    """The groups of `home.html`, in the order in which their first project stands."""
    groups: dict[str, list[dict[str, Any]]] = {}
    free = next_times([one for one in listed if not one.lacks_payment], chosen, timezone.now())
    for one in listed:
        entry = _entry(one, chosen) | {"next_free": _next_free(one, chosen, free.get(one.project.pk))}
        groups.setdefault(one.project.heading, []).append(entry)
    for entry in [entry for entries in groups.values() for entry in entries][:SEEN_AT_ONCE]:
        entry["first"] = True
    found = [{"title": title, "projects": entries} for title, entries in groups.items()]
    return {"groups": found, "found": sum(len(group["projects"]) for group in found)}


def _next_free(
    listed: ListedProject, chosen: Resource | None, found: NextTime | None
) -> dict[str, Any] | None:
    """What holds the next free time at once; where the customer chooses the end, the way to that day."""
    if found is None:
        return None
    project, zone = listed.project, place_zone(listed.project, chosen)
    option = next(iter(project.options.all()), None)
    query = {"option": str(option.pk) if option else "", "with": chosen.slug if chosen else ""}
    kept = {name: value for name, value in query.items() if value} | carried_zone(project, zone)
    picked = {"session": str(found.session)} if found.session else {"start": found.start.isoformat()}
    told = {"label": start_in_words(project, found.start, zone)}
    if project.availability.get("customer_chooses_end") is True and not listed.takes_seats:
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
        "picture": shown(project.image),
        "nobody": not project.links.all(),
        "lengths": _lengths(listed, chosen),
        "price": least_price_in_words((option, link) for option, link in _offered(listed, chosen) if option),
        "place": _place(project),
        "by_phone": listed.lacks_payment,
    }


def _offered(
    listed: ListedProject, chosen: Resource | None
) -> list[tuple[Option | None, ProjectResource | None]]:
    """Every option with every resource that may be chosen; a project without either still offers one thing."""
    links: list[ProjectResource | None] = [
        link for link in listed.project.links.all() if chosen is None or link.resource_id == chosen.pk
    ]
    options: list[Option | None] = list(listed.project.options.all())
    if not options and listed.takes_seats:  # then each session says how long it is
        return []
    return list(product(options or [None], links or [None]))


def _lengths(listed: ListedProject, chosen: Resource | None) -> str:
    project = listed.project
    lengths = sorted(
        {
            (link.length if link else None) or usual_length(project, option)
            for option, link in _offered(listed, chosen)
        }
    )
    if not lengths:
        return ""
    longest = None if listed.takes_seats else longest_length(project, lengths[-1])
    return durations_in_words(lengths[0], longest or lengths[-1])


def _place(project: Project) -> str:
    if project.place == Project.Place.ONLINE:
        return _("Online")
    if project.place == Project.Place.PHONE:
        return _("By phone")
    said = flat(project.booking).get("where")
    if isinstance(said, str) and said.strip():
        return said
    places = {link.resource.location for link in project.links.all() if link.resource.location}
    place = project.location or (places.pop() if len(places) == 1 else None)
    return place.one_line if place else ""
