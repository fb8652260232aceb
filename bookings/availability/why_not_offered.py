"""Why nothing of a project can be booked, whatever the day: for the desk, in sentences; empty where it can.

That a day is closed or booked out is no such reason; ``explain`` tells of single times.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Prefetch, prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from bookings.availability.days import DAY
from bookings.availability.hours import ALL_DAY, Level, weekly_level
from bookings.availability.intervals import Interval, Intervals, intersection, merged
from bookings.availability.links import own_of
from bookings.availability.sources import StoredHours
from bookings.layers import USUAL_GRAPH, graph_name
from bookings.models import GraphVersion, Project, ProjectResource

WEEK = 7 * DAY

DELETED = _("It was deleted.")
NO_RESOURCE = _("It has nobody and nothing to book: add a resource.")
ALL_RETIRED = _("None of its resources is offered any more.")
NOBODY_DOES_IT = _("Nobody does any of its options: tick who does what.")
NO_GRAPH = _("What its bookings follow, its graph, is not published.")
NO_WAY_TO_PAY = _("Its graph asks for a payment, and there is no payment page.")
NO_COMMON_HOURS = _("Its hours and those of its resources never meet.")


@dataclass(frozen=True, kw_only=True)
class Known:
    """What is read once for all projects that are asked about: hours, and what each published graph claims."""

    hours: StoredHours
    claims: Mapping[str, str]
    today: date
    awaiting_payment: frozenset[str]


def why_not_offered(project: Project) -> list[str]:
    """The reasons, in sentences to be translated where they are shown."""
    return reasons_of([project])[project.pk]


def reasons_of(projects: Sequence[Project]) -> dict[UUID, list[Any]]:
    """The reasons of each, by five queries for all of them; two where their parts are read."""
    read_parts(projects)
    awaits = Exists(GraphVersion.objects.awaiting_payment().filter(pk=OuterRef("pk")))
    published = list(GraphVersion.objects.published().values_list("graph__name", "claims", awaits))
    resources = {link.resource_id: link.resource for project in projects for link in project.links.all()}
    known = Known(
        hours=StoredHours(resources.values(), projects),
        claims={name: claims for name, claims, _awaits in published},
        today=timezone.now().date(),
        awaiting_payment=frozenset(name for name, _claims, awaits in published if awaits),
    )
    return {project.pk: [found for why in WHYS if (found := why(project, known))] for project in projects}


def read_parts(projects: Sequence[Project]) -> None:
    """Read the options of each and its links, with their resources and what they say of the options.  Three queries."""
    links = ProjectResource.objects.select_related("resource__location").prefetch_related("at_options")
    prefetch_related_objects(projects, "options", Prefetch("links", links))


def _deleted(project: Project, known: Known) -> Any:
    return DELETED if project.deleted_at else None


def _nobody(project: Project, known: Known) -> Any:
    links = project.links.all()
    if not links:
        return NO_RESOURCE
    return ALL_RETIRED if all(link.resource.deleted_at for link in links) else None


def _nobody_does_it(project: Project, known: Known) -> Any:
    links = [link for link in project.links.all() if not link.resource.deleted_at]
    pairs = [own_of(link, option) for link in links for option in project.options.all()]
    return NOBODY_DOES_IT if pairs and not any(own.offered for own in pairs) else None


def _no_graph(project: Project, known: Known) -> Any:
    named = graph_name(project)
    return NO_GRAPH if named != USUAL_GRAPH and named not in known.claims else None


def _no_way_to_pay(project: Project, known: Known) -> Any:
    lacks = graph_name(project) in known.awaiting_payment and not project.can_be_paid
    return NO_WAY_TO_PAY if lacks else None


def _no_hours(project: Project, known: Known) -> Any:
    """Sessions stand whatever the hours say, so they are not asked about."""
    links = [link for link in project.links.all() if not link.resource.deleted_at]
    takes_seats = known.claims.get(graph_name(project)) == GraphVersion.Claims.SEAT
    own = known.hours.project_levels(project)
    if not links or not own or takes_seats:
        return None
    may_meet = partial(_may_meet, own, today=known.today)
    return None if any(may_meet(known.hours.levels(link.resource)) for link in links) else NO_COMMON_HOURS


def _may_meet(own: Sequence[Level], of_resource: Sequence[Level], *, today: date) -> bool:
    """Whether the weeks have a minute in common, or some exception to come opens a day besides."""
    opened = any(
        exception.bounds and exception.last >= today
        for level in (*own, *of_resource)
        for exception in level.exceptions
    )
    return opened or bool(intersection(_week(own), _week(of_resource)))


def _week(levels: Sequence[Level]) -> Intervals:
    """What a week has open, in seconds from Monday 00:00; what reaches past Sunday stands at the beginning, too."""
    level = weekly_level(levels)
    week = level.week if level else dict.fromkeys(range(7), ALL_DAY)
    pieces = [(day * DAY + low, day * DAY + high) for day, ranges in week.items() for low, high in ranges]
    return merged([*pieces, *_before(pieces)])


def _before(pieces: Iterable[Interval]) -> list[Interval]:
    return [(max(0, low - WEEK), high - WEEK) for low, high in pieces if high > WEEK]


Why = Callable[[Project, Known], Any]
WHYS: tuple[Why, ...] = (_deleted, _nobody, _nobody_does_it, _no_graph, _no_way_to_pay, _no_hours)
"""Each tells one reason of a project, or None; a new kind of reason is one more."""
