"""From a request to what it comes to: the rows that it names, found in few queries, and its merged settings."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from bookings.availability.links import linked_resources
from bookings.availability.offering import Catalogue, Offering
from bookings.availability.terms import comes_whole
from bookings.errors import UnknownGraph
from bookings.forms.named_rows import active_link, active_resource, reservation, with_its_options
from bookings.forms.named_rows import options as options_of
from bookings.forms.scope import Scope
from bookings.graphs.flow import Flow
from bookings.layers import USUAL_GRAPH, flat, merged, without_echoes
from bookings.models import Booking, Calendar, Option, Project, ProjectResource, Reservation, Resource
from bookings.overrides import override

Row = TypeVar("Row", bound=Model)


@dataclass(kw_only=True)
class Resolved:
    """What a request names.

    ``sent`` is its own layer, ``values`` are all layers merged, ``errors`` what names nothing (sentences by field).
    """

    sent: dict[str, Any] = field(default_factory=dict)
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


def resolve(request: Mapping[str, Any], scope: Scope, *, echoes: bool = False) -> Resolved:
    """Find everything that ``request`` (a layer in the API's spelling) names, and merge it over what is below.

    A reservation lends what the request leaves out; a seat belongs to its session's project.  With ``echoes`` what the
    project says in the same words counts as left out.
    """
    resolved = Resolved(sent=flat(request))
    resolved.reservation = _reservation(resolved.sent.get("reservation_id"), scope, resolved)
    lent = _lent(resolved.reservation) if resolved.reservation else {}
    given = override(lent, resolved.sent)
    resolved.session = _session(given.get("related"), scope, resolved)
    _find_project_and_resource(given, scope, resolved)
    if echoes and resolved.project:
        resolved.sent = without_echoes(resolved.sent, resolved.project)
        given = override(lent, resolved.sent)
    resolved.offering = _offering(given, resolved)
    resolved.option = resolved.offering.option if resolved.offering else None
    resolved.values = merged(given, resolved.project, resolved.option, resolved.link)
    _find_graph(resolved)
    resolved.calendar_id = _calendar(resolved.values.get("calendar_id"), resolved)
    return resolved


def resolve_move(given: Mapping[str, Any], scope: Scope, project: UUID | None) -> Resolved:
    """Only the resource and the session that are named, for a booking of the project that moves."""
    resolved = Resolved()
    resolved.session = _session(given.get("related"), scope, resolved, project)
    if given.get("resource_id") is not None:
        _find_resource(given["resource_id"], scope, resolved)
    return resolved


def companions(resolved: Resolved) -> list[Resource]:
    """The other resources whose time is taken as well: all, in a project in which all are booked together."""
    offering, own = resolved.offering, resolved.resource
    if offering is None or resolved.session:
        return []
    taken = {part.resource for part in offering.parts(offering.offer_of(own.pk) if own else None)}
    others = (offer.resource for offer in offering.offers if offer.resource.pk in taken)
    return sorted((resource for resource in others if resource != own), key=lambda resource: resource.pk)


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
        lent |= {"related": {"owner_booking_id": reservation.session_id}, "places": reservation.places}
    if reservation.customer:
        lent["customer"] = reservation.customer
    return lent


def _reservation(pk: Any, scope: Scope, resolved: Resolved) -> Reservation | None:
    if pk is None:
        return None
    wanted = as_uuid(pk)
    found = reservation(wanted) if wanted else None
    if found is None or not scope.sees(found) or _is_left_out(found, scope):
        resolved.wrong("reservation_id", _("There is no such reservation."))
        return None
    return found


def _session(related: Any, scope: Scope, resolved: Resolved, own: UUID | None = None) -> Booking | None:
    """The session that is named, of a project that the scope has, or of one's ``own``."""
    pk = related.get("owner_booking_id") if isinstance(related, Mapping) else None
    if pk is None:
        return None
    bookings = scope.bookings.select_related("version__graph", "state", "resource__location", "project")
    found = _one(bookings, pk)
    is_open = found and (found.project_id == own or _is_of_its_projects(found, scope))
    if found is None or not found.version.offers_seats or not is_open:
        resolved.wrong("related.owner_booking_id", _("There is no such session."))
        return None
    return found


def _is_of_its_projects(session: Booking, scope: Scope) -> bool:
    """Whether the session has no project, or one that is in use and that the scope has."""
    project = session.project
    return project is None or (project.deleted_at is None and scope.has(project))


def _find_project_and_resource(given: dict[str, Any], scope: Scope, resolved: Resolved) -> None:
    """In one query where the resource is one of the project's, which is the usual case."""
    project_id, resource_id = given.get("project_id"), given.get("resource_id")
    if resolved.session:
        resolved.resource, resource_id = resolved.session.resource, None
        resolved.project = resolved.session.project
        if project_id is None or as_uuid(project_id) == resolved.session.project_id:
            return
    if resource_id is None and not resolved.session:
        resource_id = _resource_of_calendar(given.get("calendar_id"), scope, resolved)
    link = _link(project_id, resource_id, scope)
    if link:
        resolved.link, resolved.primary_calendar_id = link
        resolved.project, resolved.resource = resolved.link.project, resolved.link.resource
        return
    if project_id is not None:
        _find_project(project_id, scope, resolved)
    if resource_id is not None:
        _find_resource(resource_id, scope, resolved)


def _resource_of_calendar(pk: Any, scope: Scope, resolved: Resolved) -> UUID | None:
    """Whose the calendar is that a request names in the place of a resource; None where it names none."""
    if pk is None:
        return None
    found = _one(Calendar.objects.filter(resource__in=scope.resources), pk)
    if found is None:
        resolved.wrong("calendar_id", _("There is no such calendar."))
        return None
    return found.resource_id


def _find_project(pk: Any, scope: Scope, resolved: Resolved) -> None:
    project = _one(scope.projects.select_related("location"), pk)
    if project is None:
        resolved.wrong("project_id", _("There is no such project."))
    elif resolved.session and resolved.session.project_id:
        resolved.wrong("project_id", _("The session belongs to another project."))
    resolved.project = project or resolved.project


def _find_resource(pk: Any, scope: Scope, resolved: Resolved) -> None:
    wanted = as_uuid(pk)
    found = active_resource(wanted) if wanted else None
    if found is None or not scope.sees(found[0]) or _is_left_out(found[0], scope):
        resolved.wrong("resource_id", _("There is no such resource."))
    else:
        resolved.resource, resolved.primary_calendar_id = found


def _is_left_out(row: Resource | Reservation, scope: Scope) -> bool:
    """Whether a limited scope leaves a row out of those that it sees; only there is a query made for it, and asked."""
    if not scope.limited:
        return False
    seen: QuerySet[Any] = scope.resources if isinstance(row, Resource) else scope.reservations
    return not seen.filter(pk=row.pk).exists()


def _link(project_id: Any, resource_id: Any, scope: Scope) -> tuple[ProjectResource, UUID | None] | None:
    project, resource = as_uuid(project_id), as_uuid(resource_id)
    found = active_link(project, resource) if project and resource else None
    return found if found and scope.has(found[0].project) else None


def _offering(given: Mapping[str, Any], resolved: Resolved) -> Offering | None:
    """What is asked of the project: the option named, else the session's or the one of that length, else the first
    that the resource does; None without a project.
    """
    wanted, project = given.get("option_id"), resolved.project
    if project is None:
        if wanted is not None:
            resolved.wrong("option_id", _("There is no such option."))
        return None
    links: tuple[ProjectResource, ...] = (resolved.link,) if resolved.link else ()
    options = options_of(project)
    if comes_whole(project):
        links = tuple(linked_resources().filter(project=project))
    elif options and (link := resolved.link or _place_of_session(resolved)):
        links = (with_its_options(link),)
    catalogue = Catalogue(project=project, options=options, links=links)
    if wanted is None and resolved.session:
        wanted = next((one.pk for one in options if one.pk == resolved.session.option_id), None)
    if wanted is None:
        return usual_offering(catalogue, _length(given.get("start"), given.get("end")))
    found = next((option for option in catalogue.options if option.pk == as_uuid(wanted)), None)
    if found is None:
        resolved.wrong("option_id", _("There is no such option."))
    return catalogue.offering(found)


def _place_of_session(resolved: Resolved) -> ProjectResource | None:
    if resolved.session is None or resolved.project is None:
        return None
    found = active_link(resolved.project.pk, resolved.session.resource_id)
    return found[0] if found else None


def _length(start: object, end: object) -> timedelta | None:
    return end - start if isinstance(start, datetime) and isinstance(end, datetime) else None


def usual_offering(catalogue: Catalogue, length: timedelta | None) -> Offering:
    """What is meant where no option is named: the one of that length, else the first that somebody does."""
    offerings = catalogue.offerings
    done = [one for one in offerings if one.offers] or offerings
    as_long = (one for one in done if one.option and one.length_taken(*one.offers[:1]) == length)
    return next(as_long, done[0])


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
    found = _one(Calendar.objects.filter(resource=resolved.resource).select_related("connection"), pk)
    if found is None:
        resolved.wrong("calendar_id", _("This is no calendar of the resource."))
    elif not found.takes_bookings:
        resolved.wrong("calendar_id", _("This calendar takes no bookings: it is only read, or disconnected."))
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
