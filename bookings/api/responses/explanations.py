"""Why a time is free or not, in answers: each rule's verdict, and to a server who or what decides."""

from collections.abc import Callable, Collection, Iterable
from datetime import datetime
from typing import Annotated, Any, NotRequired

from typing_extensions import TypedDict

from bookings.api.caller import Caller
from bookings.api.responses.context import Context
from bookings.api.responses.fields import Timestamp, Uuid, one_of
from bookings.availability.explain import RULES
from bookings.availability.query import Query
from bookings.availability.verdicts import Explanation, JudgedTime, Remedy, Source, Verdict
from bookings.availability.why_not_offered import why_not_offered
from bookings.models import Booking, Event, Location, Project, Reservation, Resource, Site

KINDS: dict[Any, str] = {
    Booking: "booking",
    Reservation: "reservation",
    Event: "event",
    Resource: "resource",
    Location: "location",
    Project: "project",
    Site: "site",
}
RuleName = Annotated[str, one_of(*RULES)]


class SpanOut(TypedDict):
    start: Timestamp
    end: Timestamp


class ChangeOut(TypedDict):
    """What of the time would have to change for this rule to pass it, as far as something near would do.

    To start from ``starts_from`` or until ``starts_until``, or at one of ``starts``; to end at one of ``ends``; to lie
    within one of ``within``; to be with one of ``resources``.
    """

    starts_from: Timestamp | None
    starts_until: Timestamp | None
    starts: list[Timestamp]
    ends: list[Timestamp]
    within: list[SpanOut]
    resources: list[Uuid]


class SourceOut(TypedDict):
    """What decides; ``note`` is what staff wrote beside it."""

    kind: Annotated[str, one_of(*KINDS.values())]
    id: str
    note: str


class RuleOut(TypedDict):
    """A rule's verdict; ``sources`` are told to server keys alone."""

    rule: RuleName
    passed: bool
    sentence: str
    change: ChangeOut | None
    sources: NotRequired[list[SourceOut]]


class JudgedTimeOut(TypedDict):
    """The time with one resource; without one where no session begins."""

    resource: Uuid | None
    start: Timestamp
    end: Timestamp | None
    offered: bool
    rules: list[RuleOut]


class ExplanationOut(TypedDict):
    """Whether it is offered with any of them (in mode ``mutual``: with all), and if not, which rules ``decide``: with
    the one who comes nearest.  ``reasons`` say why the project offers nothing at all.
    """

    offered: bool
    decides: list[RuleName]
    reasons: list[str]
    times: list[JudgedTimeOut]


def serialize_explanation(
    found: Explanation, query: Query, caller: Caller, write: Callable[[datetime], str] | None
) -> ExplanationOut:
    """To a public page nobody is named and no row but the resources that it may search.

    ``write`` is what writes times, None for the usual format.
    """
    context = Context(zone=query.zone, write=write)
    hidden = _hidden(found, caller)
    reasons = why_not_offered(query.project) if query.project and not found.offered else []
    return {
        "offered": found.offered,
        "decides": [code.value for code in found.decides],
        "reasons": [str(reason) for reason in reasons],
        "times": [_time(one, context, hidden) for one in found.times],
    }


def _hidden(found: Explanation, caller: Caller) -> Collection[Any] | None:
    """The rows among the sources that do not exist for a key; None where it is told of none."""
    if caller.is_widget:
        return None
    if not caller.is_limited:
        return ()
    taking = {model: set(_named(found, model)) for model in (Booking, Reservation)}
    seen = {
        *caller.bookings().filter(pk__in=taking[Booking]).values_list("pk", flat=True),
        *caller.reservations().filter(pk__in=taking[Reservation]).values_list("pk", flat=True),
    }
    return (taking[Booking] | taking[Reservation]) - seen


def _named(found: Explanation, model: Any) -> Iterable[Any]:
    for time in found.times:
        for verdict in time.verdicts:
            yield from (source.pk for source in verdict.sources if source.model is model)


def _time(one: JudgedTime, context: Context, hidden: Collection[Any] | None) -> JudgedTimeOut:
    return {
        "resource": str(one.resource.pk) if one.resource else None,
        "start": context.timestamp(one.start),
        "end": context.timestamp(one.end) if one.end else None,
        "offered": one.offered,
        "rules": [_rule(verdict, context, hidden) for verdict in one.verdicts],
    }


def _rule(verdict: Verdict, context: Context, hidden: Collection[Any] | None) -> RuleOut:
    told: RuleOut = {
        "rule": verdict.code.value,
        "passed": verdict.passed,
        "sentence": verdict.sentence,
        "change": _change(verdict.remedy, context) if verdict.remedy else None,
    }
    if hidden is not None:
        told["sources"] = [_source(one) for one in verdict.sources if one.pk not in hidden]
    return told


def _source(source: Source) -> SourceOut:
    return {"kind": KINDS[source.model], "id": str(source.pk), "note": source.note}


def _change(remedy: Remedy, context: Context) -> ChangeOut:
    low, high = (
        context.timestamp(moment) if moment else None for moment in (remedy.starts_from, remedy.starts_until)
    )
    within = ((context.timestamp(start), context.timestamp(end)) for start, end in remedy.within)
    return {
        "starts_from": low,
        "starts_until": high,
        "starts": [context.timestamp(moment) for moment in remedy.starts],
        "ends": [context.timestamp(moment) for moment in remedy.ends],
        "within": [{"start": start, "end": end} for start, end in within],
        "resources": [str(pk) for pk in remedy.resources],
    }
