"""Other times for somebody whose time was taken, looked up when the refusal is answered: after its transaction."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from bookings.api.caller import ApiRequest
from bookings.api.responses.context import Context, included_names
from bookings.api.responses.frames import AlternativeOut
from bookings.availability.allowance import Allowance, GateShut, TooMuch
from bookings.availability.asked import read_query
from bookings.availability.offering import Catalogue, Offering
from bookings.availability.parameters import ParametersError
from bookings.availability.query import Slot
from bookings.availability.search import search
from bookings.availability.slot_shapes import slot_shapes
from bookings.availability.terms import comes_whole
from bookings.effects.alternatives import form_url_for, open_offering
from bookings.errors import BookingError
from bookings.models import Booking, Project, Reservation, Resource

AHEAD = timedelta(days=7)
EARLIER = timedelta(hours=12)
MOST = 3
Wanted = Booking | Reservation


def offer_alternatives(request: ApiRequest, refusal: BookingError, wanted: Wanted) -> None:
    """Let a refusal know how to find other times: always for a public page, for a server where it asks."""
    if request.auth.is_widget or "alternatives" in included_names(request):
        context = Context.of_times(request)
        bound = request.auth.is_widget
        refusal.data["find_alternatives"] = lambda: alternatives(wanted, context, timezone.now(), bound)


def alternatives(wanted: Wanted, context: Context, now: datetime, bound: bool) -> list[AlternativeOut]:
    """Up to three free times of the same length near the one wanted, by their start.

    Of the same resource where it has any within the next seven days, else of its project's others; ``bound`` where a
    resource has only the lengths that customers may book with it.
    """
    slots = _free(wanted, now, bound)
    own = [slot for slot in slots if wanted.resource in slot.resources]
    nearest = sorted(own or slots, key=lambda slot: abs(slot.start - wanted.start))[:MOST]
    is_new = wanted._state.adding  # what moves is not to be booked a second time
    offering = open_offering(wanted) if is_new and nearest else None
    return [
        _alternative(slot, wanted, context, offering) for slot in sorted(nearest, key=lambda slot: slot.start)
    ]


def _alternative(slot: Slot, wanted: Wanted, context: Context, offering: Offering | None) -> AlternativeOut:
    told: AlternativeOut = {
        "start": context.timestamp(slot.start),
        "end": context.timestamp(slot.end),
        "resources": [{"id": str(resource.pk), "name": resource.name} for resource in slot.resources],
    }
    who = wanted.resource if wanted.resource in slot.resources else slot.resources[0]
    start, end = (moment.astimezone(context.zone) for moment in (slot.start, slot.end))
    if offering and (url := form_url_for(offering, start, end, who)):
        told["url"] = url
    return told


def _usual_step(project: Project, wanted: Wanted) -> timedelta | None:
    """Where a length is none of the project's own, times still begin as they usually do; else None."""
    length = wanted.end - wanted.start
    offerings = Catalogue.of(project).offered_as(wanted.option, moves=True)
    shapes = (
        shape for one in offerings for shape in slot_shapes(one, [wanted.resource], length, kept=length)
    )
    return next((shape.step for shape in shapes), None)


def _of_that_length(project: Project, wanted: Wanted) -> list[Resource]:
    """The resources of the project with which a customer may book a time as long as the one that is wanted."""
    catalogue, length = Catalogue.of(project), wanted.end - wanted.start
    offerings = catalogue.offered_as(wanted.option)
    return [
        link.resource
        for link in catalogue.links
        if any(any(slot_shapes(one, [link.resource], length)) for one in offerings)
    ]


def _free(wanted: Wanted, now: datetime, bound: bool) -> list[Slot]:
    """What can be booked instead; nothing where the project's settings cannot be read, or that is too much work."""
    start = max(now, wanted.start - EARLIER)
    given: dict[str, Any] = {
        "length": wanted.end - wanted.start,
        "from": start.isoformat(),
        "to": (start + AHEAD).isoformat(),
    }
    if wanted.project and (step := _usual_step(wanted.project, wanted)):
        given["timeslot_increments"] = step
    resources = [wanted.resource] if wanted.project is None else None
    if not comes_whole(wanted.project):
        given["mode"] = "exclusive"
        if bound and wanted.project and wanted._state.adding:  # what moves may keep its length with anyone
            resources = _of_that_length(wanted.project, wanted)
    ignoring = [wanted.pk] if isinstance(wanted, Booking) else []
    try:
        query = read_query(
            given,
            now=now,
            project=wanted.project,
            option=wanted.option,
            resources=resources,
            ignoring=ignoring,
        )
        with Allowance.public() as allowance:
            return search(query, now, allowance)
    except (ParametersError, TooMuch, GateShut):
        return []
