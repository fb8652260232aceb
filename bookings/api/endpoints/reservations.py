"""Reservations: a time or a seat held for a while, before it is booked."""

from django.utils.translation import gettext as _

from bookings import configuration, limits
from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import Invalid
from bookings.api.requests.booking import make_reservation
from bookings.api.requests.key_limits import limited_hold
from bookings.api.requests.schemas import HoldIn, ReservationIn
from bookings.api.responses.answers import Created, Ok, created, ok
from bookings.api.responses.context import Context
from bookings.api.responses.frames import Data
from bookings.api.responses.reservations import ReservationOut, serialize_reservation
from bookings.forms import values
from bookings.forms.findings import Findings
from bookings.forms.reservations import DEFAULT_HOLD
from bookings.layers import booking_layers
from bookings.lifecycle import extend, release
from bookings.models import Option, Project, ProjectResource, Reservation
from bookings.overrides import override


@api.post("/bookings/reserve", auth=any_key, tags=["Reservations"])
@configuration.trusted
def reserve_time(request: ApiRequest, body: ReservationIn) -> Created[Data[ReservationOut]]:
    """Hold a time, or a seat of a session, for ``reservation_time`` seconds; the answer tells price and terms."""
    context = Context.of(request)
    reservation, terms = make_reservation(request, body)
    return created(serialize_reservation(reservation, context, terms))


@api.put("/bookings/reserve/extend", auth=any_key, tags=["Reservations"])
def extend_reservation(request: ApiRequest, body: HoldIn) -> Ok[Data[ReservationOut]]:
    """Hold it for ``reservation_time`` seconds from now on; left out, for as long as its project says."""
    context, findings = Context.of(request), Findings(body.findings)
    reservation = _named(request.auth, body, findings)
    below = _below(reservation)
    wanted = body.reservation_time
    if wanted is None:
        wanted = override(*booking_layers(*below)).get("reservation_time")
    most = limits.HOLD_SECONDS.value
    hold = findings.take("reservation_time", wanted, values.seconds, DEFAULT_HOLD, most)
    if findings.errors or reservation is None:
        raise Invalid(findings.errors)
    hold = limited_hold(request.auth, hold, *below)
    extended = extend(reservation, hold=hold, by=request.auth.actor)
    return ok(serialize_reservation(extended, context))


@api.put("/bookings/reserve/release", auth=any_key, tags=["Reservations"])
def release_reservation(request: ApiRequest, body: HoldIn) -> Ok[Data[ReservationOut]]:
    """Let a time or seat go before it expires."""
    context, findings = Context.of(request), Findings(body.findings)
    reservation = _named(request.auth, body, findings)
    if findings.errors or reservation is None:
        raise Invalid(findings.errors)
    release(reservation, by=request.auth.actor)
    reservation.refresh_from_db()
    return ok(serialize_reservation(reservation, context))


def _below(
    reservation: Reservation | None,
) -> tuple[Project | None, Option | None, ProjectResource | None]:
    """What holds where the request is silent, as when it was reserved."""
    if reservation is None or reservation.project is None:
        return None, None, None
    link = reservation.project.links.filter(resource=reservation.resource_id).first()
    return reservation.project, reservation.option, link


def _named(caller: Caller, body: HoldIn, findings: Findings) -> Reservation | None:
    if body.reservation_id is None:
        findings.required("reservation_id")
        return None
    found = caller.reservations().select_related("project", "option").filter(pk=body.reservation_id).first()
    if found is None:
        findings.wrong("reservation_id", _("There is no such reservation."))
    return found
