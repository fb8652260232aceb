"""What a project's body must hold before it is kept as the layer that it is."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from pydantic_core import PydanticCustomError

from bookings import limits
from bookings.api.errors import FieldErrors
from bookings.api.requests.fields import Body, Flag, Object, Text, read_uuid
from bookings.api.requests.model_errors import refuse, row_findings, set_columns
from bookings.api.requests.project_settings import (
    answer_findings,
    contact_findings,
    settings_findings,
)
from bookings.availability.parameters import DEFAULTS, ParametersError, parse_parameters, stacked
from bookings.models import Project
from bookings.overrides import override

TOO_MANY = _("Send %(most)s at most.")
COLUMNS = {
    "name": "name",
    "slug": "slug",
    "availability_constraints": "availability_constraints",
    "reminders": "reminders",
    "enabled_email_notification": "sends_mail",
}
EMPTY: dict[str, Any] = {"availability_constraints": [], "reminders": [], "enabled_email_notification": True}
SEARCHED = DEFAULTS.keys() - {"constraints", "output_timezone"}
LAYERS = ("availability", "booking", "customer_fields", "ui", "meta")


class ProjectIn(Body):
    """``allow_conference`` is read and left alone."""

    name: Text | None = None
    slug: Text | None = None
    resources: list[Any] | None = None
    availability: Object | None = None
    booking: Object | None = None
    availability_constraints: list[Any] | None = None
    customer_fields: Object | None = None
    reminders: list[dict[str, Any]] | None = None
    ui: Object | None = None
    meta: Object | None = None
    allow_double_bookings: Flag | None = None
    reservation_time: Any = None
    enabled_email_notification: Flag | None = None
    allow_conference: Any = None


def change(row: Project, body: ProjectIn, more: FieldErrors) -> list[str]:
    """Set and check what was sent; return the columns to save.  Raises ``Invalid`` with everything that is wrong."""
    given = body.given()
    if not given.get("slug"):
        given.pop("slug", None)
    changed, asked_before = set_columns(row, given, COLUMNS, EMPTY), row.customer_fields
    for name in LAYERS:
        if name in given:
            setattr(row, name, override(getattr(row, name), given[name] or {}))
            changed.append(name)
    row.customer_fields = {key: asked for key, asked in row.customer_fields.items() if asked is not None}
    if given.keys() & {"allow_double_bookings", "reservation_time"}:
        _keep_in_booking(row, given)
        changed.append("booking")
    # An address that the site chose itself is no fault of the request; the database settles a race for it.
    chosen = set() if "slug" in given else {"slug"}
    checked = row_findings(row, exclude={"location", "image", "logo"} | chosen)
    unsearchable = _unsearchable(row) if "availability" in given else {}
    unreachable = contact_findings(row) if row.customer_fields != asked_before else {}
    told = _where_it_was_sent(settings_findings(row), given)
    unanswered = answer_findings(row, asked_before)
    refuse(body.findings, more, checked, told, unsearchable, unreachable, unanswered)
    return list(dict.fromkeys(changed))


def member_ids(sent: list[Any], name: str) -> tuple[list[UUID], FieldErrors]:
    """Ids, or objects that have one, as ids; what is no id stands in the errors under its place in ``name``."""
    if len(sent) > (most := limits.PROJECT_RESOURCES.value):
        return [], {name or "body": [str(TOO_MANY) % {"most": most}]}
    ids: list[UUID] = []
    errors: FieldErrors = {}
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
    if given.get("reservation_time") is not None:
        layer["reservation_time"] = given["reservation_time"]
    row.booking = override(row.booking, layer)


def _unsearchable(row: Project) -> FieldErrors:
    """What every search of the project would refuse: a slot of no length, a window that ends before it starts."""
    own = {name: value for name, value in row.availability.items() if name in SEARCHED}
    try:
        parse_parameters(stacked([own]), timezone.now())
    except ParametersError as error:
        return {
            f"availability.{name}": [gettext(sentence) for sentence in told]
            for name, told in error.errors.items()
        }
    return {}


def _where_it_was_sent(found: FieldErrors, given: Mapping[str, Any]) -> FieldErrors:
    """Findings on ``booking.reservation_time`` under the name that the request used."""
    told = "reservation_time" if "reservation_time" in given else "booking.reservation_time"
    return {told if name == "booking.reservation_time" else name: words for name, words in found.items()}
