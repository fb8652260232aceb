"""Why a time is offered or not: each rule's verdict on one slot, and the object that decides.

The verdicts read the very values that the search computes with, so a slot is offered if and only if all are
passed.
"""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Q

from bookings.availability.asked import read_query
from bookings.availability.busy import load_busy
from bookings.availability.days import Day, days_around, local
from bookings.availability.hours import decider
from bookings.availability.intervals import Intervals, complement, covers, intersection, overlapping
from bookings.availability.offering import Catalogue, Offering
from bookings.availability.permits import Code, Permit, Policy
from bookings.availability.query import Query, Terms
from bookings.availability.rules import permitted
from bookings.availability.search import MARGIN_DAYS, frame_of, resource_zone, rounded_up, whole
from bookings.availability.slot_shapes import SlotShape
from bookings.availability.slots import Frame, is_on_grid
from bookings.availability.sources import capped_days, policies
from bookings.availability.terms import terms_of
from bookings.availability.verdicts import Source, Verdict
from bookings.models import Booking, Event, Occupancy, Option, Project, Reservation, Resource

# What binds a customer's booking; taken time is left to the claim, length and grid are asked with the shapes.
BINDING = frozenset(Code) - {Code.LENGTH, Code.GRID, Code.BUSY, Code.REQUEST_CONSTRAINTS}


def explain(query: Query, resource: Resource, start: datetime, end: datetime, now: datetime) -> list[Verdict]:
    """Every rule's verdict on ``[start, end)`` of a resource, as a search by ``query`` would judge it.

    The query's window does not matter; its resource, project, length, step, buffers and times do.
    """
    case = _Case(replace(query, start=start, end=end, resources=(resource,)), resource, now)
    return [*case.timing(), *case.permits(), *case.cap(), *case.shape(), *case.busy()]


def is_offered(verdicts: Iterable[Verdict]) -> bool:
    return all(verdict.passed for verdict in verdicts)


def explain_slot(
    project: Project,
    resource: Resource,
    start: datetime,
    end: datetime,
    now: datetime,
    *,
    option: Option | None = None,
    ignoring: Collection[UUID] = (),
) -> list[Verdict]:
    """``explain`` with the project's own settings.  Raises ``ParametersError`` if those cannot be read."""
    query = read_query({}, now=now, project=project, option=option, ignoring=ignoring)
    catalogue = Catalogue.of(project)
    done = doing(catalogue.offering(option or catalogue.first), [resource])
    return [*done, *explain(query, resource, start, end, now)]


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

    Two queries, and one more if a resource has a daily cap; a cap counts only under the resource's row lock.
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
    judged = policies(resources, project)
    cases = [_Case(query, each, now, policy) for each, policy in zip(resources, judged, strict=True)]
    verdicts = cases[0].timing()
    verdicts += [verdict for case in cases for verdict in (*case.permits(), *case.cap())]
    broken = [verdict for verdict in verdicts if not verdict.passed and verdict.code in BINDING]
    return broken if broken or offered is None else list(_misshapen(cases, offered))


def _misshapen(cases: Sequence["_Case"], offered: Sequence[SlotShape]) -> Iterator[Verdict]:
    """Length or grid where no shape has such a slot; several resources have the grid of the time that they share."""
    if not offered:
        yield Verdict(code=Code.LENGTH, passed=False)
        return
    first, opened = cases[0], cases[0].policy.open(cases[0].days, cases[0].zone)
    for case in cases[1:]:
        opened = intersection(opened, case.policy.open(case.days, case.zone))
    fits = (
        shape.length is None
        or first.is_on_grid(opened, whole(shape.step or shape.length), full_hours=shape.full_hours)
        for shape in offered
    )
    if not any(fits):
        yield Verdict(code=Code.GRID, passed=False)


class _Case:
    """One slot of one resource, judged."""

    def __init__(self, query: Query, resource: Resource, now: datetime, policy: Policy | None = None) -> None:
        self.query, self.resource, self.now = query, resource, now
        self.frame: Frame = frame_of(query, now)
        self.start, self.end = self.frame.start, self.frame.end
        self.zone = resource_zone(resource)
        self.days: Sequence[Day] = days_around(self.zone, self.start, self.end, MARGIN_DAYS)
        self.policy = policy or policies([resource], query.project, query.constraints)[0]

    def timing(self) -> list[Verdict]:
        """Past, notice and horizon, of which the last two are asked only where they are set."""
        project = self.query.project
        sources = () if project is None else (Source(model=Project, pk=project.pk),)
        future = self.start >= rounded_up(self.now)
        found = [Verdict(code=Code.PAST, passed=future)]
        if self.query.notice:
            passed = not future or self.start >= self.frame.earliest
            found.append(Verdict(code=Code.NOTICE, passed=passed, sources=sources))
        if self.query.horizon is not None:
            passed = self.query.start <= self.now + self.query.horizon
            found.append(Verdict(code=Code.HORIZON, passed=passed, sources=sources))
        return found

    def permits(self) -> Iterator[Verdict]:
        """Hours and constraints, layer by layer, where there are any."""
        for permit in self.policy.permits(self.days, self.zone):
            if permit.intervals is not None:
                passed = covers(permit.intervals, self.start, self.end)
                yield Verdict(code=permit.code, passed=passed, sources=tuple(self._deciding(permit)))
        if (within := permitted(self.query.narrowing, self.days, self.zone)) is not None:
            yield Verdict(code=Code.REQUEST_CONSTRAINTS, passed=covers(within, self.start, self.end))

    def _deciding(self, permit: Permit) -> Iterator[Source]:
        if permit.code not in (Code.HOURS, Code.PROJECT_HOURS):
            if permit.source is not None:
                yield Source(model=type(permit.source), pk=permit.source.pk)
            return
        closed = complement(permit.intervals or [], self.start, self.end)
        asked = closed[0][0] if closed else self.start
        if found := decider(permit.source, local(asked, self.zone)):
            level, exception = found
            note = exception.source.note if exception else ""
            yield Source(model=level.source[0], pk=level.source[1], note=note)

    def cap(self) -> Iterator[Verdict]:
        if self.resource.daily_cap is None:
            return
        full = capped_days([self.resource], {self.resource.pk: self.days}, self.query.ignoring)[
            self.resource.pk
        ]
        source = Source(model=Resource, pk=self.resource.pk)
        passed = not overlapping(full, self.start, self.start + 1)
        yield Verdict(code=Code.DAILY_CAP, passed=passed, sources=(source,))

    def shape(self) -> Iterator[Verdict]:
        """Length and grid, where slots have a length; the grid only where it is open, since closed time has
        none.
        """
        length = self.query.length_of(self.resource)
        if length is None:
            return
        yield Verdict(code=Code.LENGTH, passed=self.query.end - self.query.start == length)
        opened = self.policy.open(self.days, self.zone)
        if covers(opened, self.start, self.end):
            yield Verdict(code=Code.GRID, passed=self.is_on_grid(opened, self.frame.step or whole(length)))

    def is_on_grid(self, opened: Intervals, step: int, *, full_hours: bool | None = None) -> bool:
        """Whether slots begin just then, every ``step`` seconds; none begins within a second."""
        frame = self.frame if full_hours is None else replace(self.frame, full_hours=full_hours)
        within_a_second = self.query.start.microsecond != 0
        return not within_a_second and is_on_grid(self.start, step, opened, self.days, self.zone, frame)

    def busy(self) -> Iterator[Verdict]:
        taken = load_busy(
            [self.resource.pk],
            self.start,
            self.end,
            distance=self.query.distance,
            ignoring=self.query.ignoring,
            ignore_all_day_events=self.query.ignore_all_day_events,
        ).get(self.resource.pk)
        free = taken is None or bool(taken.gaps(self.end - self.start, self.start, self.end))
        yield Verdict(code=Code.BUSY, passed=free, sources=() if free else tuple(self._in_the_way()))

    def _in_the_way(self) -> Iterator[Source]:
        """Who takes the time: bookings, reservations and events, the earliest first."""
        before, after, around = (
            timedelta(seconds=seconds)
            for seconds in (self.query.distance.before, self.query.distance.after, self.query.distance.around)
        )
        start, end = self.query.start, self.query.end
        claimed = Q(start__lt=end + after, end__gt=start - before)
        bare = Q(busy_start__lt=end + around, busy_end__gt=start - around)
        pieces = Occupancy.objects.live().filter(claimed | bare, resource=self.resource)
        for piece in pieces.order_by("start", "pk"):
            owners = (
                (Booking, piece.booking_id),
                (Reservation, piece.reservation_id),
                (Event, piece.event_id),
            )
            model, pk = next(owner for owner in owners if owner[1])
            unseen = model is Event and piece.all_day and self.query.ignore_all_day_events
            if pk not in self.query.ignoring and not unseen:
                yield Source(model=model, pk=pk)
