"""What a project's body must hold before it is kept as the layer that it is."""

from collections.abc import Callable, Mapping
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _
from pydantic_core import PydanticCustomError

from bookings.api.cleaning import apply, findings, refuse
from bookings.api.wire import Flag, Text, Wire, read_uuid
from bookings.availability.rules import ConstraintsError, parse_constraints
from bookings.availability.slots import Mode
from bookings.durations import DurationError, parse_duration
from bookings.models import GraphVersion, Project
from bookings.overrides import override

Errors = dict[str, list[str]]
COLUMNS = {
    "name": "name",
    "slug": "slug",
    "availability_constraints": "availability_constraints",
    "reminders": "reminders",
    "enabled_email_notification": "sends_mail",
}
LAYERS = ("availability", "booking", "customer_fields", "ui", "meta")
DURATIONS = ("length", "buffer", "timeslot_increments")
FLAGS = ("ignore_all_day_events", "round_to_nearest_hour")
TEXTS = ("what", "where", "description", "graph", "rescheduling_url")
LONGEST_RESERVATION = 24 * 3600
FORMATS = {
    "string",
    "text",
    "email",
    "tel",
    "textarea",
    "select",
    "checkbox",
    "label",
    "number",
    "date",
    "url",
}


class ProjectBody(Wire):
    """``allow_conference`` is read and left alone."""

    name: Text | None = None
    slug: Text | None = None
    resources: list[Any] | None = None
    availability: dict[str, Any] | None = None
    booking: dict[str, Any] | None = None
    availability_constraints: list[Any] | None = None
    customer_fields: dict[str, Any] | None = None
    reminders: list[dict[str, Any]] | None = None
    ui: dict[str, Any] | None = None
    meta: dict[str, Any] | None = None
    allow_double_bookings: Flag | None = None
    reservation_time: Any = None
    enabled_email_notification: Flag | None = None
    allow_conference: Any = None


def change(row: Project, body: ProjectBody, more: Errors) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid`` with everything that is wrong."""
    given = body.given()
    empty: dict[str, Any] = {
        "availability_constraints": [],
        "reminders": [],
        "enabled_email_notification": True,
    }
    values = {name: empty.get(name, "") if value is None else value for name, value in given.items()}
    if not values.get("slug"):
        values.pop("slug", None)
    changed = apply(row, values, COLUMNS)
    for name in LAYERS:
        if name in given:
            setattr(row, name, override(getattr(row, name), given[name] or {}))
            changed.append(name)
    if given.keys() & {"allow_double_bookings", "reservation_time"}:
        _keep_in_booking(row, given)
        changed.append("booking")
    checked = findings(row, exclude={"location", "image", "logo"})
    refuse(body.findings, more, checked, _unreadable(row), _seconds(given))
    return list(dict.fromkeys(changed))


def member_ids(sent: list[Any], name: str) -> tuple[list[UUID], Errors]:
    """Ids, or objects that have one, as ids; what is no id stands in the errors under its place in ``name``."""
    ids: list[UUID] = []
    errors: Errors = {}
    for at, one in enumerate(sent):
        try:
            ids.append(read_uuid(one.get("id") if isinstance(one, Mapping) else one))
        except PydanticCustomError as error:
            errors[f"{name}.{at}" if name else str(at)] = [error.message()]
    return ids, errors


def _keep_in_booking(row: Project, given: Mapping[str, Any]) -> None:
    """The record writes two booking settings beside ``booking``; they are values of the same layer."""
    layer: dict[str, Any] = {}
    if given.get("allow_double_bookings") is not None:
        layer["settings"] = {"allow_double_bookings": given["allow_double_bookings"]}
    if (seconds := _as_seconds(given.get("reservation_time"))) is not None:
        layer["reservation_time"] = seconds
    row.booking = override(row.booking, layer)


def _as_seconds(sent: Any) -> int | None:
    if isinstance(sent, str) and sent.isascii() and sent.isdigit() and len(sent) <= 6:
        sent = int(sent)
    valid = isinstance(sent, int) and not isinstance(sent, bool) and 1 <= sent <= LONGEST_RESERVATION
    return sent if valid else None


def _seconds(given: Mapping[str, Any]) -> Errors:
    sent = given.get("reservation_time")
    if sent is None or _as_seconds(sent) is not None:
        return {}
    return {"reservation_time": [_("Send a number of seconds, at most a day.")]}


def _unreadable(row: Project) -> Errors:
    found: Errors = {}
    try:
        parse_constraints(row.availability_constraints)
    except ConstraintsError as error:
        found |= error.below("availability_constraints")
    for check in (_availability, _booking, _questions, _look):
        found |= check(row)
    return found


def _availability(row: Project) -> Errors:
    layer = row.availability
    found = _each(layer, "availability", DURATIONS, _is_duration, _("Write it like “1 hour”."))
    found |= _each(
        layer, "availability", FLAGS, lambda value: isinstance(value, bool), _("Send true or false.")
    )
    relative = _("Write it like “now”, “4 weeks” or 2027-08-12T21:30:00Z.")
    found |= _each(layer, "availability", ("from", "to"), lambda value: isinstance(value, str), relative)
    modes = {str(mode) for mode in Mode}
    found |= _each(
        layer, "availability", ("mode",), lambda value: value in modes, _("There is no such mode.")
    )
    return found


def _booking(row: Project) -> Errors:
    found = _each(row.booking, "booking", TEXTS, lambda value: isinstance(value, str), _("Send a text."))
    found |= _each(
        row.booking,
        "booking",
        ("settings", "customer", "meta"),
        lambda value: isinstance(value, dict),
        _("Send an object."),
    )
    found |= _each(row.booking, "booking", ("graph",), _is_graph, _("There is no such graph."))
    return found


def _questions(row: Project) -> Errors:
    found: Errors = {}
    for key, question in row.customer_fields.items():
        if not isinstance(question, Mapping):
            found["customer_fields"] = [_("Each field is an object under the name of its answer.")]
        elif question.get("format") is not None and question["format"] not in FORMATS:
            found["customer_fields"] = [_("A field has a format that is not known.")]
        elif question.get("format") == "select" and not isinstance(question.get("enum"), list):
            found["customer_fields"] = [_("A field to select from needs its choices in enum.")]
        if len(key) > 100:
            found["customer_fields"] = [_("The name of a field is too long.")]
    return found


def _look(row: Project) -> Errors:
    words = row.ui.get("localization")
    if words is not None and not (
        isinstance(words, Mapping) and all(isinstance(text, str | None) for text in words.values())
    ):
        return {"ui.localization": [_("Send an object of texts.")]}
    return {}


def _each(
    layer: Mapping[str, Any],
    prefix: str,
    names: tuple[str, ...],
    allowed: Callable[[Any], bool],
    sentence: str,
) -> Errors:
    """Findings on those of the names that are set to something that is not allowed."""
    wrong = [name for name in names if layer.get(name) is not None and not allowed(layer[name])]
    return {f"{prefix}.{name}": [sentence] for name in wrong}


def _is_duration(value: Any) -> bool:
    try:
        return parse_duration(value).total_seconds() >= 0
    except DurationError:
        return False


def _is_graph(value: Any) -> bool:
    if not isinstance(value, str) or "\x00" in value:
        return False
    return GraphVersion.objects.published().filter(graph__name=value).exists()
