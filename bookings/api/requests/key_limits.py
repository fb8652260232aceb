"""What a key may name and send: rows outside its projects do not exist for it, and a public page loosens nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from bookings import limits
from bookings.api.caller import Caller
from bookings.api.errors import Forbidden, plain
from bookings.availability.parameters import merged_parameters, parse_parameters
from bookings.availability.terms import terms_of
from bookings.forms import Resolved, values
from bookings.forms.customers import with_fixed_answers
from bookings.forms.findings import Findings
from bookings.forms.reservations import DEFAULT_HOLD
from bookings.layers import DEFAULTS, USUAL_GRAPH, booking_layers, is_same
from bookings.models import Booking, Option, Project, ProjectResource
from bookings.overrides import override

# A public page sends these only as its project has them.
FIXED = ("graph", "calendar_id", "invite", "participants", "my_rsvp", "meeting", "reminders", "webhooks")
FIXED_SWITCHES = ("notify_", "auto_complete_one_hour_after_booking_ends")

# Objects in which a public page may send parts; nothing in their place would drop all that its project has there.
KEPT = ("settings", "meta")

# Of these a public page searches with the project's own: others give slots that could not be booked.
GRID = ("length", "timeslot_increments", "round_to_nearest_hour", "ignore_all_day_events")


def with_only_project(caller: Caller, given: Mapping[str, Any]) -> dict[str, Any]:
    """A key that is limited to one project means that one where it names none."""
    if caller.limited_to and len(caller.limited_to) == 1 and given.get("project_id") is None:
        return {**given, "project_id": next(iter(caller.limited_to))}
    return dict(given)


def check_limits(caller: Caller, resolved: Resolved) -> None:
    """Note what lies outside a key's projects; raise ``Forbidden`` where a public page would loosen a setting.

    What a public page answers to read-only questions gives way to what its project says there.
    """
    if caller.is_limited and resolved.project is None and "project_id" not in resolved.errors:
        resolved.wrong("project_id", _("This key needs one of its projects here."))
    if not caller.is_widget:
        return
    _check_settings(resolved.sent, resolved)
    _keep_fixed_answers(resolved)
    if resolved.project and resolved.resource and not resolved.link and not resolved.session:
        resolved.wrong("resource_id", _("This resource is not one of the project's."))


def _check_settings(sent: Mapping[str, Any], resolved: Resolved) -> None:
    below = override(*booking_layers(resolved.project, resolved.option, resolved.link))
    below["graph"] = below.get("graph") or USUAL_GRAPH
    for name in sent:
        if name in FIXED or name.startswith(FIXED_SWITCHES):
            if name == "graph" and resolved.project is None:
                continue
            must_equal(name, sent[name], below.get(name))
    for name in KEPT:
        if name in sent and sent[name] is None and below.get(name) != DEFAULTS[name]:
            must_equal(name, None, below.get(name))
    chosen, own = sent.get("settings") or {}, below.get("settings") or {}
    for name in chosen:
        must_equal(name, chosen[name], own.get(name), field=f"settings.{name}")


def _keep_fixed_answers(resolved: Resolved) -> None:
    given = resolved.values.get("customer")
    if resolved.project and given and isinstance(given, Mapping):
        resolved.values["customer"] = with_fixed_answers(given, resolved.project.customer_fields)


def must_equal(name: str, sent: Any, own: Any, field: str = "") -> None:
    """Raise ``Forbidden`` where a public page sends a setting that is not its project's own."""
    if not is_same(sent, own):
        sentence = _("A widget key may send “%(field)s” only as its project has it.") % {"field": plain(name)}
        raise Forbidden(sentence, field=field or name)


def limited_hold(
    caller: Caller,
    hold: timedelta,
    project: Project | None,
    option: Option | None,
    link: ProjectResource | None,
) -> timedelta:
    """How long a key may hold what it asks for ``hold``: a public page no longer than without asking."""
    if not caller.is_widget:
        return hold
    usual = override(*booking_layers(project, option, link)).get("reservation_time")
    most = limits.HOLD_SECONDS.value
    longest: timedelta = Findings().take("reservation_time", usual, values.seconds, DEFAULT_HOLD, most)
    return min(hold, longest)


def searched_as_offered(
    given: Mapping[str, Any], project: Project, option: Option | None, now: datetime
) -> tuple[dict[str, Any], Option | None]:
    """A public page's search of a project with the project's own slots, and the option of the length asked for.

    The widget sends back the length that its project has, which must not hide that of a single resource.  Raises
    ``ParametersError``.
    """
    asked = parse_parameters(merged_parameters(given, project, option), now)
    if option is None and "length" in given:
        option = next((one for one in project.options.all() if one.length == asked.length), None)
    kept = {name: value for name, value in given.items() if name not in GRID}
    if asked.buffer < terms_of(project, option)[0].buffer:
        del kept["buffer"]
    return kept, option


def playable(caller: Caller, booking: Booking) -> bool:
    """Whether knowing a booking's id is proof enough: for a public page only of a customer's own booking."""
    if not caller.is_widget:
        return True
    return getattr(booking, "customer", None) is not None and not booking.version.offers_seats
