"""A project's settings as the layers that they are: whatever is set in them must be readable where it is used."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from bookings import limits
from bookings.api.errors import FieldErrors
from bookings.availability.modes import Mode
from bookings.availability.rules import ConstraintsError, parse_constraints
from bookings.forms import values
from bookings.forms.customers import OWN_ANSWER, refuses_its_own_answer
from bookings.forms.findings import Findings
from bookings.forms.questions import NOBODY_REACHABLE, leave_reachable
from bookings.forms.reminders import reminders
from bookings.forms.values import WrongParts
from bookings.models import GraphVersion, Project

LONGEST_TEXT = 10_000
LONGEST_NAME = 100
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
Check = Callable[..., Any]


def settings_findings(row: Project) -> FieldErrors:
    """What cannot be used in an unsaved or changed project: sentences by dotted name."""
    found = Findings()
    try:
        parse_constraints(row.availability_constraints)
    except ConstraintsError as error:
        found = Findings(
            {name: map(_, told) for name, told in error.below("availability_constraints").items()}
        )
    found.take("reminders", row.reminders, reminders, None)
    _take_all(found, "availability", row.availability, AVAILABILITY)
    _take_all(found, "booking", row.booking, BOOKING)
    if isinstance(row.booking.get("settings"), Mapping):
        _take_all(found, "booking.settings", row.booking["settings"], SETTINGS)
    found.take("customer_fields", row.customer_fields, _questions, None)
    found.take("ui.localization", row.ui.get("localization"), _words_only, None)
    return found.errors


def contact_findings(row: Project) -> FieldErrors:
    """A set of questions after which nobody who books could be reached; no questions are the usual ones."""
    readable = all(isinstance(question, Mapping) for question in row.customer_fields.values())
    if not row.customer_fields or not readable or leave_reachable(row.customer_fields):
        return {}
    return {"customer_fields": [str(NOBODY_REACHABLE)]}


def answer_findings(row: Project, before: Mapping[str, Any]) -> FieldErrors:
    """Questions that nobody can answer otherwise, and that refuse their own answer; older ones may stay as they are."""
    return {
        f"customer_fields.{key}.prefilled": [str(OWN_ANSWER)]
        for key, question in row.customer_fields.items()
        if question != before.get(key) and refuses_its_own_answer(key, question)
    }


def _take_all(found: Findings, prefix: str, layer: Mapping[str, Any], checks: Mapping[str, Check]) -> None:
    for name, check in checks.items():
        found.take(f"{prefix}.{name}", layer.get(name), check, None)


def _text(value: Any) -> str:
    return values.words(value, LONGEST_TEXT)


def _mode(value: Any) -> Mode:
    if not isinstance(value, str) or value not in set(Mode):
        raise ValidationError(
            _("Use roundrobin_random, roundrobin_prioritized, balanced, mutual or exclusive.")
        )
    return Mode(value)


def _graph(value: Any) -> str:
    if not GraphVersion.objects.published().filter(graph__name=_text(value)).exists():
        raise ValidationError(_("There is no such graph."))
    return str(value)


def _hold(value: Any) -> Any:
    return values.seconds(value, limits.HOLD_SECONDS.value)


def _questions(fields: Mapping[str, Any]) -> None:
    if any(len(name) > LONGEST_NAME for name in fields):
        raise ValidationError(_("The name of a field is too long."))
    faults = dict(fault for name, question in fields.items() for fault in _faults_of(name, question))
    if faults:
        raise WrongParts(faults)


def _faults_of(name: str, question: Any) -> Iterator[tuple[str, str]]:
    """What is wrong with one question: sentences by dotted name."""
    if not isinstance(question, Mapping):
        yield name, _("Send an object.")
        return
    form = question.get("format")
    if form is not None and (not isinstance(form, str) or form not in FORMATS):
        yield f"{name}.format", _("There is no such format.")
    if form == "select" and not isinstance(question.get("enum"), list):
        yield f"{name}.enum", _("Send a list.")


def _words_only(localization: Any) -> None:
    texts = values.mapping(localization)
    faults = {name: _("Send a text.") for name, text in texts.items() if not isinstance(text, str | None)}
    if faults:
        raise WrongParts(faults)


AVAILABILITY: dict[str, Check] = {
    **dict.fromkeys(("length", "timeslot_increments"), values.duration),
    **dict.fromkeys(("buffer", "buffer_before", "buffer_after"), values.duration),
    **dict.fromkeys(("ignore_all_day_events", "round_to_nearest_hour"), values.flag),
    **dict.fromkeys(("from", "to"), _text),
    "mode": _mode,
}
BOOKING: dict[str, Check] = {
    **dict.fromkeys(("what", "where", "description", "rescheduling_url"), _text),
    **dict.fromkeys(("settings", "customer", "meta"), values.mapping),
    "graph": _graph,
    "invite": values.flag,
    "participants": values.addresses,
    "my_rsvp": values.rsvp,
    "meeting": values.meeting,
    "reminders": reminders,
    "reservation_time": _hold,
    "auto_complete_one_hour_after_booking_ends": values.switch,
}
SETTINGS: dict[str, Check] = {
    **dict.fromkeys(("min_booking_time", "max_booking_time", "min_cancel_time"), values.duration),
    "allow_double_bookings": values.flag,
    **dict.fromkeys(("max_seats", "max_places"), values.seats),
    "automatic_times": values.automatic_times,
}
