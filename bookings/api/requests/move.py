"""Moving a booking: what was asked is checked as a whole, then the verb moves."""

from typing import Any

from django.utils.translation import gettext as _

from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Invalid
from bookings.api.requests.action import read_meta
from bookings.api.requests.key_limits import must_equal
from bookings.api.requests.schemas import MoveIn
from bookings.api.responses.alternatives import offer_alternatives
from bookings.errors import SlotTaken
from bookings.forms.findings import Findings
from bookings.forms.resolve import Resolved, resolve_move
from bookings.forms.times import read_times
from bookings.layers import without_echoes
from bookings.lifecycle import reschedule
from bookings.lifecycle.rules import may_overlap
from bookings.models import Booking

LONGEST_MESSAGE = 5000


def move(request: ApiRequest, booking: Booking, body: MoveIn) -> Booking:
    """Play ``reschedule``.  Raises ``Invalid`` and the verb's refusals."""
    wanted = _wanted(request.auth, booking, body)
    try:
        return reschedule(booking, by=request.auth.actor, message=body.message or "", **wanted)
    except SlotTaken as refusal:
        for name in ("start", "end", "resource"):
            if name in wanted:
                setattr(booking, name, wanted[name])
        offer_alternatives(request, refusal, booking)
        raise


def _wanted(caller: Caller, booking: Booking, body: MoveIn) -> dict[str, Any]:
    given = body.given()
    resolved = resolve_move(given, caller.scope(), booking.project_id)
    findings = Findings(body.findings, resolved.errors)
    if len(body.message or "") > LONGEST_MESSAGE:
        findings.wrong("message", _("This text is too long."))
    if booking.version.claims_seat:
        if resolved.session is None:
            findings.required("related.owner_booking_id")
        elif caller.is_widget and resolved.session.project_id not in {None, booking.project_id}:
            findings.wrong("related.owner_booking_id", _("The session belongs to another project."))
        wanted: dict[str, Any] = {"session": resolved.session}
    else:
        wanted = _time_and_resource(caller, booking, given, resolved, findings)
    wanted["meta"] = read_meta(caller, booking, body.meta, findings)
    if findings.errors:
        raise Invalid(findings.errors)
    return wanted


def _time_and_resource(
    caller: Caller, booking: Booking, given: dict[str, Any], resolved: Resolved, findings: Findings
) -> dict[str, Any]:
    wanted: dict[str, Any] = dict(read_times(given, findings))
    wanted["allow_double_bookings"] = _may_overlap(caller, booking, given, resolved)
    if resolved.resource and resolved.resource.pk != booking.resource_id:
        if caller.is_widget and not _in_project(booking, resolved):
            findings.wrong("resource_id", _("This resource is not one of the project's."))
        wanted["resource"] = resolved.resource
    return wanted


def _may_overlap(caller: Caller, booking: Booking, given: dict[str, Any], resolved: Resolved) -> bool:
    """As the request asks, else as the project says; a public page may only say what its project does."""
    own = may_overlap(booking, resolved.resource)
    if caller.is_widget and booking.project:
        given = without_echoes(given, booking.project)
    asked = (given.get("settings") or {}).get("allow_double_bookings")
    if asked is None or asked == own:
        return own
    if caller.is_widget:
        must_equal("allow_double_bookings", asked, own, field="settings.allow_double_bookings")
    return asked is True


def _in_project(booking: Booking, resolved: Resolved) -> bool:
    return booking.project is None or booking.project.links.filter(resource=resolved.resource).exists()
