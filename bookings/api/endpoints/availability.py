"""Free and taken time, asked of a project or of some resources."""

from dataclasses import replace

from django.utils import timezone

from bookings import configuration
from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest
from bookings.api.requests.search import ExplainIn, SearchIn, allowed, asked_by, explained
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.context import included_names
from bookings.api.responses.explanations import ExplanationOut, serialize_explanation
from bookings.api.responses.frames import Data
from bookings.api.responses.slots import DayOut, SlotOut, TotalOut, serialize_days, serialize_slots
from bookings.api.timestamp_formats import requested_writer
from bookings.availability import search

TAGS = ["Availability"]


@api.post("/availability", auth=any_key, tags=TAGS)
@configuration.trusted
def list_free(request: ApiRequest, body: SearchIn) -> Ok[Data[list[SlotOut]]]:
    """Every free slot, sorted; needs ``project_id`` or ``resources``.  With ``include=terms`` also price and terms."""
    with allowed(request) as allowance:
        asked = asked_by(request, body)
        asked = replace(asked, query=replace(asked.query, with_terms="terms" in included_names(request)))
        found = allowance.paced(search.search(asked.query, timezone.now(), allowance))
        return ok(serialize_slots(found, asked.query, requested_writer(request), asked.terms))


@api.post("/unavailable/slots", auth=any_key, tags=TAGS)
@configuration.trusted
def list_taken(request: ApiRequest, body: SearchIn) -> Ok[Data[list[SlotOut]]]:
    """The stretches in which no slot may lie: taken, closed, past, or outside notice and horizon."""
    with allowed(request) as allowance:
        query = asked_by(request, body).query
        taken = search.unavailable(query, timezone.now(), allowance)
        return ok(serialize_slots(taken, query, requested_writer(request)))


@api.post("/availability/dates", auth=any_key, tags=TAGS)
@configuration.trusted
def list_dates(request: ApiRequest, body: SearchIn) -> Ok[Data[list[DayOut]]]:
    """The days with a free slot, in the zone of the output, and who is free on them."""
    with allowed(request) as allowance:
        query = asked_by(request, body).query
        return ok(serialize_days(search.dates(query, timezone.now(), allowance)))


@api.post("/availability/count", auth=any_key, tags=TAGS)
@configuration.trusted
def count_free(request: ApiRequest, body: SearchIn) -> Ok[TotalOut]:
    """How many free slots there are."""
    with allowed(request) as allowance:
        query = asked_by(request, body).query
        return Ok({"total": search.count(query, timezone.now(), allowance)})


@api.post("/availability/explain", auth=any_key, tags=TAGS)
@configuration.trusted
def explain_availability(request: ApiRequest, body: ExplainIn) -> Ok[Data[ExplanationOut]]:
    """Why a time is free or not: what each rule says, which decide, and what would have to change."""
    with allowed(request, "resources") as allowance:
        asked, found = explained(request, body, allowance)
        return ok(serialize_explanation(found, asked.query, request.auth, requested_writer(request)))
