"""Why a time is offered or not: each rule's verdict on it, the object that decides, and what would have to change.

The verdicts read the very values that the search computes with, so a slot is offered if and only if all are
passed.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.availability.allowance import UNBOUNDED, Allowance
from bookings.availability.answer_size import size_of_verdicts
from bookings.availability.cases import Case, Reading, length_of, misshapen, shape
from bookings.availability.explain_sessions import explain_sessions
from bookings.availability.modes import Mode
from bookings.availability.offering import Offering
from bookings.availability.permits import Code
from bookings.availability.query import Query, Terms
from bookings.availability.search import MARGIN_DAYS, unique
from bookings.availability.slot_shapes import SlotShape
from bookings.availability.terms import terms_of
from bookings.availability.verdicts import Explanation, JudgedTime, Remedy, Source, Verdict
from bookings.models import Project, Resource

# What binds a customer's booking; taken time is left to the claim, length and grid are asked with the shapes.
BINDING = frozenset(Code) - {Code.LENGTH, Code.GRID, Code.BUSY, Code.REQUEST_CONSTRAINTS}


RULES = tuple(code.value for code in Code)
"""The name of every rule."""


class NoLength(ValueError):
    """A time without an end, where slots are of natural length."""


def explain_time(
    query: Query,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    undone: Sequence[Resource] = (),
    allowance: Allowance = UNBOUNDED,
) -> Explanation:
    """Every rule's verdict on ``[start, end)`` with each of the query's resources, as its search would judge it.

    Without an ``end`` it is as long as a slot there; raises ``NoLength`` where that says nothing.  ``undone`` are asked
    about too and do not do the option.  The query's window does not matter.  At most six queries; raises what the
    ``allowance`` does.
    """
    doers = unique(query.resources)
    resources = unique([*doers, *undone])
    together = query.mode is Mode.MUTUAL
    whole = _length(query, doers) if together and doers and end is None else None

    def end_of(resource: Resource) -> datetime:
        return end or start + (whole or _length(query, [resource]))

    last = max(map(end_of, resources), default=start)
    days = (last - start).days + 1 + 2 * MARGIN_DAYS
    allowance.read(days=days * len(resources), rules=len(query.constraints) + len(query.narrowing))
    allowance.answer(size_of_verdicts(len(resources)))
    reading = Reading(query, resources, start, last)
    cases = [Case(reading, one, end_of(one), now) for one in resources]
    joint = list(shape(cases[: len(doers)])) if together and doers else None
    judged = [
        _judged(case, joint if place < len(doers) else None, _done(query, place < len(doers), bool(undone)))
        for place, case in enumerate(cases)
    ]
    return Explanation(times=judged, needed=judged[: len(doers)] if together else ())


def _length(query: Query, resources: Sequence[Resource]) -> timedelta:
    length = length_of(query, resources)
    if length is None:
        raise NoLength
    return length


def _done(query: Query, does: bool, asked: bool) -> list[Verdict]:
    """Whether it does the option, where that is asked."""
    if not asked or query.project is None:
        return []
    source = Source(model=Project, pk=query.project.pk)
    doers = tuple(one.pk for one in query.resources)
    remedy = Remedy(resources=doers) if doers and not does else None
    return [Verdict(code=Code.OPTION, passed=does, sources=(source,), remedy=remedy)]


def _judged(case: Case, joint: Sequence[Verdict] | None, done: Sequence[Verdict]) -> JudgedTime:
    """What all rules say of one; length and grid are those of all who are booked together with it."""
    shaped = shape([case]) if joint is None else joint
    verdicts = [*done, *case.timing(), *case.permits(), *case.cap(), *shaped, *case.busy()]
    return JudgedTime(resource=case.resource, start=case.query.start, end=case.query.end, verdicts=verdicts)


def explain_offering(
    offering: Offering,
    start: datetime,
    end: datetime | None,
    now: datetime,
    *,
    undone: Sequence[Resource] = (),
    ignoring: Collection[UUID] = (),
    allowance: Allowance = UNBOUNDED,
) -> Explanation:
    """The same of what a project offers, with the one that was chosen or with anyone; of a seat, its sessions.

    Raises ``ParametersError`` where the project's settings cannot be read, and what the ``allowance`` does.
    """
    if offering.takes_seats:
        named = [offering.only.resource, *undone] if offering.only else undone
        chosen = [one.pk for one in named] or None
        places = offering.places
        return explain_sessions(offering.project, start, now, resources=chosen, places=places)
    query = offering.query(start, start, zone=ZoneInfo("UTC"), ignoring=ignoring)
    return explain_time(query, start, end, now, undone=undone, allowance=allowance)


def doing(offering: Offering, resources: Iterable[Resource]) -> list[Verdict]:
    """Whether all of the resources do the option; asked only where some resource of the project does not."""
    if len(offering.offers) == len(offering.catalogue.links):
        return []
    source = Source(model=Project, pk=offering.project.pk)
    return [Verdict(code=Code.OPTION, passed=all(map(offering.is_done_by, resources)), sources=(source,))]


def broken_rules(
    *,
    project: Project | None,
    resource: Resource,
    start: datetime,
    end: datetime,
    now: datetime,
    companions: Sequence[Resource] = (),
    notice: timedelta | None = None,
    horizon: timedelta | None = None,
    ignoring: Collection[UUID] = (),
    offered: Sequence[SlotShape] | None = None,
) -> list[Verdict]:
    """The rules that forbid ``[start, end)`` to a customer: past, notice, horizon, hours, constraints, daily
    caps, and where shapes are ``offered``, length and grid.

    One query, and one more each for dated hours and for daily caps; a cap counts only under the resource's row lock.
    Notice and horizon are the project's where none is given.  ``ignoring`` are ids of the reservation or
    booking that this one replaces.
    """
    usual = terms_of(project)[0] if project else Terms()
    resources = (resource, *companions)
    query = Query(
        start=start,
        end=end,
        resources=resources,
        project=project,
        notice=usual.notice if notice is None else notice,
        horizon=usual.horizon if horizon is None else horizon,
        ignoring=frozenset(ignoring),
    )
    reading = Reading(query, resources, start, end)
    cases = [Case(reading, each, end, now) for each in resources]
    verdicts: Iterator[Verdict] = chain(
        cases[0].timing(), *(chain(case.permits(), case.cap()) for case in cases)
    )
    broken = [verdict for verdict in verdicts if not verdict.passed and verdict.code in BINDING]
    return broken if broken or offered is None else list(misshapen(cases, offered))
