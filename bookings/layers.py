"""The layers of a booking's and of a search's settings: defaults, project, option, resource, request; API spelling.

Later layers win (``bookings.overrides``); nothing is validated here, so a form must look at the merged whole.  Nobody
else looks into what a project keeps as JSON; what it comes to for a slot is ``bookings.availability.offering``.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from bookings.models import Option, Project, ProjectResource
from bookings.overrides import override

DEFAULTS: dict[str, Any] = {
    "invite": False,
    "participants": [],
    "my_rsvp": "accepted",
    "meeting": "none",
    "meta": {},
    "reservation_time": 30,
    "auto_complete_one_hour_after_booking_ends": {"enabled": True},
    "settings": {"allow_double_bookings": False},
}
USUAL_GRAPH = "instant"
"""What a project's bookings follow where neither it nor the request says."""
PAGE_HOLD_SECONDS = 600
"""How long the site's own pages hold a time while the form is filled in; programs get the default above."""
# What the older, nested shape of the record keeps under ``event``.
EVENT_KEYS = (
    "start",
    "end",
    "what",
    "where",
    "description",
    "calendar_id",
    "participants",
    "invite",
    "my_rsvp",
)


def booking_layers(
    project: Project | None = None, option: Option | None = None, link: ProjectResource | None = None
) -> list[Mapping[str, Any]]:
    """Everything below a request, the most general first.  ``link`` is the resource's place in the project."""
    layers: list[Mapping[str, Any]] = [DEFAULTS]
    if project is not None:
        layers += [{"reminders": project.reminders} if project.reminders else {}, flat(project.booking)]
    layers += [flat(row.booking) for row in (option, link) if row is not None]
    return layers


def merged(
    request: Mapping[str, Any],
    project: Project | None = None,
    option: Option | None = None,
    link: ProjectResource | None = None,
) -> dict[str, Any]:
    """What a request comes to: its own keys over those of all layers below."""
    return override(*booking_layers(project, option, link), flat(request))


def without_echoes(request: Mapping[str, Any], project: Project) -> dict[str, Any]:
    """A request without what its project says in the same words, so that what is more specific than the project wins.

    The published widget sends its project's whole layer back, of which nobody chose anything.
    """
    own = override(*booking_layers(project))
    own["graph"] = own.get("graph") or USUAL_GRAPH
    left = _without(request, own)
    for name, value in left.items():
        below = own.get(name)
        if isinstance(value, Mapping) and isinstance(below, Mapping):
            left[name] = _without(value, below)
    return left


def _without(sent: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in sent.items() if name not in own or not is_same(value, own[name])}


def is_same(sent: Any, own: Any) -> bool:
    """Whether a request says what a layer says: an id came as a text there."""
    return bool(sent == own or (own is not None and str(sent) == str(own)))


def graph_name(
    project: Project | None, option: Option | None = None, link: ProjectResource | None = None
) -> str:
    """The graph that a project's bookings follow."""
    return str(merged({}, project, option, link).get("graph") or USUAL_GRAPH)


def meeting_of(project: Project) -> str:
    """Where a project's bookings take place online: ``none``, ``calendar``, ``jitsi`` or ``fixed``."""
    return str(merged({}, project)["meeting"])


def with_meeting(project: Project, meeting: str) -> dict[str, Any]:
    """A project's own layer, in which its bookings take place online as ``meeting`` says."""
    return override(project.booking, {"meeting": meeting})


def most_places(project: Project | None) -> int:
    """How many seats of a session one booking may take, by the project's rules; one where nothing readable is said."""
    settings = merged({}, project).get("settings")
    said = settings.get("max_places") if isinstance(settings, Mapping) else None
    return said if isinstance(said, int) and not isinstance(said, bool) and said > 0 else 1


_BOOKING_TIMES = ("min_booking_time", "max_booking_time", "min_cancel_time")


def availability_layers(project: Project | None, option: Option | None = None) -> list[Mapping[str, Any]]:
    """What a project and its option say of their slots, the most general first.

    Constraints are no layer: those of a project and of a request must both permit.
    """
    layers: list[Mapping[str, Any]] = []
    if project is not None:
        settings = project.booking.get("settings")
        times = settings if isinstance(settings, Mapping) else project.booking
        layers.append({key: times[key] for key in _BOOKING_TIMES if key in times})
        layers.append({key: value for key, value in project.availability.items() if key != "constraints"})
    if option is not None:
        layers.append({"length": option.length})
    return layers


def constraint_lists(project: Project) -> list[Any]:
    """Both lists of constraints that a project may keep: its own, and the one among its availability settings."""
    return [project.availability_constraints, project.availability.get("constraints", [])]


def flat(layer: Mapping[str, Any]) -> dict[str, Any]:
    """A layer without the record's older spellings: ``event`` nested, the overlap flag beside ``settings``."""
    result = dict(layer)
    event = result.pop("event", None)
    if isinstance(event, Mapping):
        result = {key: event[key] for key in EVENT_KEYS if key in event} | result
    if "allow_double_bookings" in result:
        loose = {"allow_double_bookings": result.pop("allow_double_bookings")}
        settings = result.get("settings")
        result["settings"] = loose | settings if isinstance(settings, dict) else loose
    if "event_notifications" in result:
        result.setdefault("reminders", result.pop("event_notifications"))
    return result
