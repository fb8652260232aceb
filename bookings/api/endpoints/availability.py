"""Free and taken time, asked of a project or of some resources."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import WithJsonSchema

from bookings.api.api import api
from bookings.api.auth import any_key
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import FieldErrors, Invalid
from bookings.api.requests.fields import REQUIRED, Body, Id, Text
from bookings.api.requests.key_limits import searched_as_offered
from bookings.api.requests.model_errors import refuse
from bookings.api.requests.project import member_ids
from bookings.api.requests.rows import NO_RESOURCE
from bookings.api.responses.answers import Ok, ok
from bookings.api.responses.context import ZONE_HEADER
from bookings.api.responses.frames import Data
from bookings.api.responses.slots import DayOut, SlotOut, TotalOut, serialize_days, serialize_slots
from bookings.api.throttling import TooBusy
from bookings.availability import search
from bookings.availability.allowance import Allowance, GateShut, TooMuch
from bookings.availability.asked import read_query
from bookings.availability.parameters import ParametersError
from bookings.availability.query import Query
from bookings.errors import NotPayable
from bookings.models import Option, Project, Resource

NO_PROJECT = gettext_lazy("There is no such project.")
NO_OPTION = gettext_lazy("The project has no such option.")
TAGS = ["Availability"]
# Read by the search, which knows what may stand here; the schema is for readers.
Instant = Annotated[Any, WithJsonSchema({"type": "string"})]
Truth = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "null"}]})]


class SearchIn(Body):
    """Whatever is left out comes from the project, else from the defaults; durations are texts like ``1 hour``."""

    project_id: Id | None = None
    option_id: Id | None = None
    resources: list[Any] | None = None
    mode: Text = ""
    length: Text | None = None
    from_: Instant = ""
    to: Instant = ""
    buffer: Text | None = None
    timeslot_increments: Text | None = None
    round_to_nearest_hour: Truth = None
    ignore_all_day_events: Truth = None
    constraints: list[Any] | None = None
    output_timezone: Text = ""

    model_config = {"alias_generator": lambda name: name.rstrip("_"), "extra": "ignore"}

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, by_alias=True)


@api.post("/availability", auth=any_key, tags=TAGS)
def list_free(request: ApiRequest, body: SearchIn) -> Ok[Data[list[SlotOut]]]:
    """Every free slot, sorted; needs ``project_id`` or ``resources``."""
    with _allowed(request, body) as (query, allowance):
        return ok(serialize_slots(search.search(query, timezone.now(), allowance), query))


@api.post("/unavailable/slots", auth=any_key, tags=TAGS)
def list_taken(request: ApiRequest, body: SearchIn) -> Ok[Data[list[SlotOut]]]:
    """The stretches in which no slot may lie: taken, closed, past, or outside notice and horizon."""
    with _allowed(request, body) as (query, allowance):
        return ok(serialize_slots(search.unavailable(query, timezone.now(), allowance), query))


@api.post("/availability/dates", auth=any_key, tags=TAGS)
def list_dates(request: ApiRequest, body: SearchIn) -> Ok[Data[list[DayOut]]]:
    """The days with a free slot, in the zone of the output, and who is free on them."""
    with _allowed(request, body) as (query, allowance):
        return ok(serialize_days(search.dates(query, timezone.now(), allowance)))


@api.post("/availability/count", auth=any_key, tags=TAGS)
def count_free(request: ApiRequest, body: SearchIn) -> Ok[TotalOut]:
    """How many free slots there are."""
    with _allowed(request, body) as (query, allowance):
        return Ok({"total": search.count(query, timezone.now(), allowance)})


@contextmanager
def _allowed(request: ApiRequest, body: SearchIn) -> Iterator[tuple[Query, Allowance]]:
    """What is asked, and what it may cost the caller.  Raises ``Invalid`` where it is too much, or ``TooBusy``."""
    query = _query(request, body)
    try:
        with Allowance.public() if request.auth.is_widget else Allowance.server() as allowance:
            yield query, allowance
    except TooMuch as error:
        raise Invalid({"to": [_(error.sentence) % error.numbers]}, limit=error.limit.setting) from None
    except GateShut:
        raise TooBusy from None


def _query(request: ApiRequest, body: SearchIn) -> Query:
    """What is asked.  Raises ``Invalid`` with everything that is wrong."""
    given, errors = body.given(), dict(body.findings)
    project = _project(request, given.pop("project_id", None), errors)
    if project and request.auth.is_widget and not _is_offered(project):
        errors["project_id"] = [_(NotPayable.sentence)]
    option = _option(project, given.pop("option_id", None), errors)
    resources = _resources(request, given.pop("resources", None), errors)
    if resources is None and project is None and not errors.keys() & {"resources", "project_id"}:
        errors["resources"] = [str(REQUIRED)]
    if ZONE_HEADER in request.headers:
        given.setdefault("output_timezone", request.headers[ZONE_HEADER])
    try:
        query = _read(request.auth, given, project, option, resources or None)
    except ParametersError as error:
        told = {field: [_(sentence) for sentence in found] for field, found in error.errors.items()}
        raise Invalid(told | errors) from None
    refuse(errors)
    return query


def _read(
    caller: Caller,
    given: dict[str, Any],
    project: Project | None,
    option: Option | None,
    resources: list[Resource] | None,
) -> Query:
    """As the caller may ask: a public page searches among the slots that the project has."""
    now = timezone.now()
    if project is None or not caller.is_widget:
        return read_query(given, now=now, project=project, option=option, resources=resources)
    given, option = searched_as_offered(given, project, option, now)
    query = read_query(given, now=now, project=project, option=option, resources=resources)
    return replace(query, constraints=(), narrowing=query.constraints)


def _project(request: ApiRequest, pk: Any, errors: FieldErrors) -> Project | None:
    found = request.auth.projects().filter(pk=pk).first()
    if pk is not None and found is None:
        errors["project_id"] = [str(NO_PROJECT)]
    return found


def _is_offered(project: Project) -> bool:
    """Whether a public page may search it: not where nobody could pay for what it finds."""
    return project.can_be_paid or not Project.objects.lacking_payment().filter(pk=project.pk).exists()


def _option(project: Project | None, pk: Any, errors: FieldErrors) -> Option | None:
    if pk is None:
        return None
    found = Option.objects.filter(pk=pk, project=project).first()
    if found is None:
        errors["option_id"] = [str(NO_OPTION)]
    return found


def _resources(request: ApiRequest, sent: Any, errors: FieldErrors) -> list[Resource] | None:
    """The named resources in the order named, or None where none are."""
    if not sent:
        return None
    ids, unreadable = member_ids(sent, "resources")
    rows = request.auth.resources().select_related("location")
    known = rows.in_bulk(ids)
    errors |= unreadable
    if not unreadable and set(ids) - set(known):
        errors["resources"] = [str(NO_RESOURCE)]
    return [known[pk] for pk in dict.fromkeys(ids) if pk in known]
