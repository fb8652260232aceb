"""From a request to what it comes to: the rows that it names, found in few queries, and its merged settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _

from bookings import sql
from bookings.availability.offering import Catalogue, Offering, linked_resources
from bookings.availability.terms import comes_whole
from bookings.errors import UnknownGraph
from bookings.graphs.flow import Flow
from bookings.layers import USUAL_GRAPH, flat, merged
from bookings.models import Booking, Calendar, Option, Project, ProjectResource, Reservation, Resource
from bookings.overrides import override

Row = TypeVar("Row", bound=Model)

# Most requests ask this, so the query is written out: the ORM takes longer to build it than the database to answer.
_CALENDARS, _RESOURCES = Calendar._meta.db_table, Resource._meta.db_table
_RESOURCE = (
    f'SELECT r.*, (SELECT c.id FROM {_CALENDARS} c WHERE c.resource_id = r.id AND c."primary") '  # noqa: S608  # tables
    f"AS primary_calendar_id FROM {_RESOURCES} r WHERE r.id = %s AND r.deleted_at IS NULL"
)


@dataclass(frozen=True, kw_only=True)
class Scope:
    """The rows that a caller may name; everything else does not exist for it.

    ``limited`` where ``resources`` leaves out some that are active.
    """

    projects: QuerySet[Project]
    resources: QuerySet[Resource]
    bookings: QuerySet[Booking]
    reservations: QuerySet[Reservation]
    limited: bool = False

    @classmethod
    def everything(cls) -> Scope:
        return cls(
            projects=Project.objects.active(),
            resources=Resource.objects.active(),
            bookings=Booking.objects.visible(),
            reservations=Reservation.objects.all(),
        )


@dataclass(kw_only=True)
class Resolved:
    """What a request names.  ``values`` are its merged layers, ``errors`` what names nothing (sentences by field)."""

    values: dict[str, Any] = field(default_factory=dict)
    project: Project | None = None
    option: Option | None = None
    link: ProjectResource | None = None
    offering: Offering | None = None
    resource: Resource | None = None
    primary_calendar_id: UUID | None = None
    calendar_id: UUID | None = None
    flow: Flow | None = None
    session: Booking | None = None
    reservation: Reservation | None = None
    errors: dict[str, list[str]] = field(default_factory=dict)

    def wrong(self, name: str, sentence: str) -> None:
        self.errors.setdefault(name, []).append(sentence)


def resolve(request: Mapping[str, Any], scope: Scope) -> Resolved:
    """Find everything that ``request`` (a layer in the API's spelling) names, and merge it over what is below.

    A reservation lends what the request leaves out; a seat belongs to its session's project.
    """
    resolved = Resolved()
    given = flat(request)
    resolved.reservation = _reservation(given.get("reservation_id"), scope, resolved)
    if resolved.reservation:
        given = override(_lent(resolved.reservation), given)
    resolved.session = _session(given.get("related"), scope, resolved)
    _find_project_and_resource(given, scope, resolved)
    resolved.offering = _offering(given, resolved)
    resolved.option = resolved.offering.option if resolved.offering else None
    resolved.values = merged(given, resolved.project, resolved.option, resolved.link)
    _find_graph(resolved)
    resolved.calendar_id = _calendar(resolved.values.get("calendar_id"), resolved)
    return resolved


def resolve_move(given: Mapping[str, Any], scope: Scope) -> Resolved:
    """Only the resource and the session that are named, for a booking that moves."""
    resolved = Resolved()
    resolved.session = _session(given.get("related"), scope, resolved)
    if given.get("resource_id") is not None:
        _find_resource(given["resource_id"], scope, resolved)
    return resolved


def companions(resolved: Resolved) -> list[Resource]:
    """The other resources of a project in which all are booked together, whose time a booking takes as well."""
    offering = resolved.offering
    if offering is None or not offering.everybody or resolved.session:
        return []
    others = sorted((offer.resource for offer in offering.offers), key=lambda resource: resource.pk)
    return [resource for resource in others if resource != resolved.resource]


def _lent(reservation: Reservation) -> dict[str, Any]:
    texts = {name: getattr(reservation, name) for name in ("what", "where", "description")}
    lent: dict[str, Any] = {name: text for name, text in texts.items() if text}
    lent |= {"resource_id": reservation.resource_id, "start": reservation.start, "end": reservation.end}
    if reservation.graph_version:
        lent["graph"] = reservation.graph_version.graph.name
    if reservation.project_id:
        lent["project_id"] = reservation.project_id
    if reservation.option_id:
        lent["option_id"] = reservation.option_id
    if reservation.session_id:
        lent["related"] = {"owner_booking_id": reservation.session_id}
    if reservation.customer:
        lent["customer"] = reservation.customer
    return lent


def _reservation(pk: Any, scope: Scope, resolved: Resolved) -> Reservation | None:
    if pk is None:
        return None
    found = _one(scope.reservations.select_related("graph_version__graph"), pk)
    if found is None:
        resolved.wrong("reservation_id", _("There is no such reservation."))
    return found


def _session(related: Any, scope: Scope, resolved: Resolved) -> Booking | None:
    pk = related.get("owner_booking_id") if isinstance(related, Mapping) else None
    if pk is None:
        return None
    bookings = scope.bookings.select_related("version__graph", "state", "resource__location", "project")
    found = _one(bookings, pk)
    if found is None or not found.version.offers_seats:
        resolved.wrong("related.owner_booking_id", _("There is no such session."))
        return None
    return found


def _find_project_and_resource(given: dict[str, Any], scope: Scope, resolved: Resolved) -> None:
    """In one query where the resource is one of the project's, which is the usual case."""
    project_id, resource_id = given.get("project_id"), given.get("resource_id")
    if resolved.session:
        resolved.resource, resource_id = resolved.session.resource, None
        resolved.project = resolved.session.project
        if project_id is None or as_uuid(project_id) == resolved.session.project_id:
            return
    if project_id is not None and resource_id is not None:
        resolved.link = _link(project_id, resource_id, scope)
    if resolved.link:
        resolved.project, resolved.resource = resolved.link.project, resolved.link.resource
        resolved.primary_calendar_id = vars(resolved.link)["primary_calendar_id"]
        return
    if project_id is not None:
        _find_project(project_id, scope, resolved)
    if resource_id is not None:
        _find_resource(resource_id, scope, resolved)


def _find_project(pk: Any, scope: Scope, resolved: Resolved) -> None:
    project = _one(scope.projects.select_related("location"), pk)
    if project is None:
        resolved.wrong("project_id", _("There is no such project."))
    elif resolved.session and resolved.session.project_id:
        resolved.wrong("project_id", _("The session belongs to another project."))
    resolved.project = project or resolved.project


def _find_resource(pk: Any, scope: Scope, resolved: Resolved) -> None:
    resource: Any = _active_resource(as_uuid(pk))
    if resource is None or (scope.limited and not scope.resources.filter(pk=resource.pk).exists()):
        resolved.wrong("resource_id", _("There is no such resource."))
    else:
        resolved.resource, resolved.primary_calendar_id = resource, as_uuid(resource.primary_calendar_id)


def _active_resource(pk: UUID | None) -> Resource | None:
    """It knows the id of its primary calendar, as the database stores it."""
    if pk is None:
        return None
    stored = sql.stored(Resource, "pk", pk)
    return next(iter(Resource.objects.raw(_RESOURCE, [stored])), None)


def _link(project_id: Any, resource_id: Any, scope: Scope) -> ProjectResource | None:
    links = ProjectResource.objects.select_related("project__location", "resource__location").filter(
        project__in=scope.projects, resource__in=scope.resources
    )
    project, resource = as_uuid(project_id), as_uuid(resource_id)
    if project is None or resource is None:
        return None
    primary = Calendar.objects.filter(resource=OuterRef("resource"), primary=True).values("pk")[:1]
    found = links.filter(project=project, resource=resource).annotate(primary_calendar_id=Subquery(primary))
    return next(iter(found.prefetch_related("at_options")[:1]), None)


def _offering(given: Mapping[str, Any], resolved: Resolved) -> Offering | None:
    """What is asked of the project: the option named, else the one of that length, else the first that the resource
    does; None without a project.
    """
    wanted, project = given.get("option_id"), resolved.project
    if project is None:
        if wanted is not None:
            resolved.wrong("option_id", _("There is no such option."))
        return None
    links: tuple[ProjectResource, ...] = (resolved.link,) if resolved.link else ()
    if comes_whole(project):
        links = tuple(linked_resources().filter(project=project))
    catalogue = Catalogue(project=project, options=tuple(project.options.all()), links=links)
    if wanted is None:
        return _usual_offering(given, catalogue)
    found = next((option for option in catalogue.options if option.pk == as_uuid(wanted)), None)
    if found is None:
        resolved.wrong("option_id", _("There is no such option."))
    return catalogue.offering(found)


def _usual_offering(given: Mapping[str, Any], catalogue: Catalogue) -> Offering:
    offerings = catalogue.offerings
    done = [one for one in offerings if one.offers] or offerings
    start, end = given.get("start"), given.get("end")
    if isinstance(start, datetime) and isinstance(end, datetime):
        as_long = (one for one in done if one.option and one.length_taken(*one.offers[:1]) == end - start)
        return next(as_long, done[0])
    return done[0]


def _find_graph(resolved: Resolved) -> None:
    name = resolved.values.get("graph")
    if name is None or name == "":
        if resolved.project is None or resolved.session:
            return
        name = USUAL_GRAPH
    try:
        resolved.flow = Flow.published(name if isinstance(name, str) else "")
    except UnknownGraph as refusal:
        resolved.wrong("graph", _(refusal.sentence))


def _calendar(pk: Any, resolved: Resolved) -> UUID | None:
    """The calendar named, which must be the resource's, else its primary one."""
    if resolved.resource is None or resolved.session:
        return None
    if pk is None:
        return resolved.primary_calendar_id
    found = _one(Calendar.objects.filter(resource=resolved.resource), pk)
    if found is None:
        resolved.wrong("calendar_id", _("This is no calendar of the resource."))
    return found.pk if found else None


def _one(rows: QuerySet[Row], pk: Any) -> Row | None:
    wanted = as_uuid(pk)
    return next(iter(rows.filter(pk=wanted)[:1]), None) if wanted else None


def as_uuid(value: Any) -> UUID | None:
    """An id as it came from the wire (a UUID) or from a project's layer (a text), or None if it is no id."""
    if isinstance(value, UUID):
        return value
    try:
        return UUID(value) if isinstance(value, str) else None
    except ValueError:
        return None
