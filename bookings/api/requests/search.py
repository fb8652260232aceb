"""What a search is asked: its rows and settings as a key may name them, and what it may cost."""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Annotated, Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from pydantic import WithJsonSchema

from bookings import configuration
from bookings.api.caller import ApiRequest, Caller
from bookings.api.errors import FieldErrors, Invalid
from bookings.api.requests.fields import NOT_OF_ITS_FORMAT, REQUIRED, Body, Id, Moment, Text
from bookings.api.requests.key_limits import searched_as_offered
from bookings.api.requests.model_errors import refuse
from bookings.api.requests.project import member_ids
from bookings.api.requests.rows import NO_RESOURCE
from bookings.api.responses.context import ZONE_HEADER
from bookings.api.throttling import TooBusy
from bookings.api.timestamp_formats import reads_times
from bookings.availability.allowance import Allowance, GateShut, TooMuch
from bookings.availability.asked import read_query
from bookings.availability.explain import NoLength, explain_time
from bookings.availability.explain_sessions import explain_sessions
from bookings.availability.links import linked_resources
from bookings.availability.parameters import NO_MOMENT, ParametersError
from bookings.availability.query import Query
from bookings.availability.verdicts import Explanation
from bookings.errors import NotPayable
from bookings.forms.terms import SlotTerms
from bookings.graphs.flow import Flow
from bookings.layers import graph_name
from bookings.models import Option, Project, Resource
from bookings.php_dates import NoSuchTime

NO_PROJECT = gettext_lazy("There is no such project.")
NO_OPTION = gettext_lazy("The project has no such option.")
# A search's names of the two ends, as a question about one time has them.
WINDOW = {"from": "start", "to": "end"}
ONE_DAY = timedelta(days=1)
# Read by the search, which knows what may stand here; the schema is for readers.
Instant = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "string"}, {"type": "null"}]})]
Truth = Annotated[Any, WithJsonSchema({"anyOf": [{"type": "boolean"}, {"type": "null"}]})]


class SettingsOfSearchIn(Body):
    """Whatever is left out comes from the project, else from the defaults; durations are texts like ``1 hour``."""

    project_id: Id | None = None
    option_id: Id | None = None
    resources: list[Any] | None = None
    mode: Text | None = None
    length: Text | None = None
    buffer: Text | None = None
    timeslot_increments: Text | None = None
    round_to_nearest_hour: Truth = None
    ignore_all_day_events: Truth = None
    constraints: list[Any] | None = None
    output_timezone: Text | None = None

    model_config = {"alias_generator": lambda name: name.rstrip("_"), "extra": "ignore"}

    def given(self) -> dict[str, Any]:
        return self.model_dump(exclude_unset=True, by_alias=True)


class SearchIn(SettingsOfSearchIn):
    """A search of the window between ``from`` and ``to``."""

    from_: Instant = ""
    to: Instant = ""


class ExplainIn(SettingsOfSearchIn):
    """One time; without an ``end`` it is as long as a slot is."""

    start: Moment | None = None
    end: Moment | None = None

    def given(self) -> dict[str, Any]:
        """As a search of just that time has it."""
        given = super().given()
        start, end = (given.pop(name, None) for name in ("start", "end"))
        return given | ({"from": start, "to": end or start + ONE_DAY} if start else {})


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What is asked: the query, and the option and the resources that were named, None for neither."""

    query: Query
    option: Option | None
    resources: list[Resource] | None

    @property
    def terms(self) -> SlotTerms | None:
        """What is told of its slots besides, where that is asked for and a project says it."""
        project = self.query.project
        return SlotTerms(project, self.option) if project and self.query.with_terms else None

    def undone(self) -> list[Resource]:
        """Whom it was asked of, or who belong to the project, and who do not do the option.  Two queries at most."""
        named = self.resources
        if named is None and self.query.project:
            links = linked_resources().filter(project=self.query.project)
            named = [link.resource for link in links]
        return [one for one in named or () if one not in self.query.resources]


@contextmanager
def allowed(request: ApiRequest, field: str = "to") -> Iterator[Allowance]:
    """What a search may cost the caller.  Raises ``Invalid`` on the ``field`` where it is too much, or ``TooBusy``."""
    allowance = Allowance.public if request.auth.is_widget else Allowance.server
    try:
        with allowance(asked=(request.auth.id, request.path, hash(request.body))) as spent:
            yield spent
    except TooMuch as error:
        raise Invalid({field: [_(error.sentence) % error.numbers]}, limit=error.limit.setting) from None
    except GateShut:
        raise TooBusy from None


def asked_by(request: ApiRequest, body: SettingsOfSearchIn) -> Asked:
    """What is asked.  Raises ``Invalid`` with everything that is wrong."""
    given, errors = _with_moments(body.given()), dict(body.findings)
    project = _project(request, given.pop("project_id", None), errors)
    if project and request.auth.is_widget and not _is_offered(project):
        errors["project_id"] = [_(NotPayable.sentence)]
    option = _option(project, given.pop("option_id", None), errors)
    resources = _resources(request, given.pop("resources", None), errors)
    if resources is None and project is None and not errors.keys() & {"resources", "project_id"}:
        errors["resources"] = [str(REQUIRED)]
    if ZONE_HEADER in request.headers and given.get("output_timezone") is None:
        given["output_timezone"] = request.headers[ZONE_HEADER]
    try:
        query = _read(request.auth, given, project, option, resources or None)
    except ParametersError as error:
        told = {field: [_in_words(sentence) for sentence in found] for field, found in error.errors.items()}
        raise Invalid(told | errors) from None
    refuse(errors)
    return Asked(query=query, option=option, resources=resources or None)


def _with_moments(given: dict[str, Any]) -> dict[str, Any]:
    """What is asked, its window read by the call's own format where it is written in that."""
    reads = reads_times()
    for name in ("from", "to") if reads else ():
        with suppress(NoSuchTime):  # words like "2 days" mean the same in every format
            given |= {name: reads(given[name])} if reads and name in given else {}
    return given


def _in_words(sentence: str) -> str:
    return str(NOT_OF_ITS_FORMAT) if reads_times() and sentence == NO_MOMENT else _(sentence)


def explained(request: ApiRequest, body: ExplainIn, allowance: Allowance) -> tuple[Asked, Explanation]:
    """One time, judged by every rule.  Raises ``Invalid`` with everything that is wrong."""
    if body.start is None and "start" not in body.findings:
        body = body.with_findings({**body.findings, "start": [str(REQUIRED)]})
    try:
        asked = asked_by(request, body)
    except Invalid as error:
        raise Invalid({WINDOW.get(name, name): found for name, found in error.errors.items()}) from None
    assert body.start is not None  # noqa: S101  # it is required
    query, now = asked.query, timezone.now()
    if query.project and _takes_seats(query.project, asked.option):
        named = None if asked.resources is None else [one.pk for one in asked.resources]
        return asked, explain_sessions(query.project, body.start, now, resources=named)
    try:
        return asked, explain_time(
            query, body.start, body.end, now, undone=asked.undone(), allowance=allowance
        )
    except NoLength:
        raise Invalid({"end": [str(REQUIRED)]}) from None


def _takes_seats(project: Project, option: Option | None) -> bool:
    """Whether what is booked is a seat of a session."""
    flow = Flow.if_published(graph_name(project, option))
    return flow is not None and flow.version.claims_seat


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
    if pk is None:
        return None
    found = request.auth.projects().filter(pk=pk).first()
    if found is None:
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
    caller = request.auth
    known = configuration.kept_each(
        f"resource for {caller.id}", ids, caller.resources().select_related("location").in_bulk
    )
    errors |= unreadable
    if not unreadable and set(ids) - set(known):
        errors["resources"] = [str(NO_RESOURCE)]
    return [known[pk] for pk in dict.fromkeys(ids) if pk in known]
