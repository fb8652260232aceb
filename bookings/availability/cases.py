"""One time with one resource, judged by every rule, from what is read once for all who might take it."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import cached_property, reduce
from uuid import UUID

from django.db.models import Q

from bookings.availability import remedies
from bookings.availability.busy import load_busy
from bookings.availability.chosen_ends import is_length
from bookings.availability.days import Day, local
from bookings.availability.hours import decider
from bookings.availability.intervals import (
    Busy,
    Intervals,
    complement,
    covers,
    intersection,
    overlapping,
)
from bookings.availability.permits import Code, Permit, Policy
from bookings.availability.query import Query
from bookings.availability.rules import permitted
from bookings.availability.search import days_of, frame_of, resource_zone, rounded_up, whole
from bookings.availability.slot_shapes import SlotShape
from bookings.availability.sources import capped_days, policies
from bookings.availability.supplies import Frame, is_on_grid, openings
from bookings.availability.verdicts import Remedy, Source, Verdict
from bookings.models import Booking, Event, Occupancy, Project, Reservation, Resource

NEAR = timedelta(days=1)
"""How far around taken time free time is looked for."""


class Reading:
    """What the database says of ``[start, end)`` and the days around it, for all ``resources`` together.

    Each kind is read once, when it is first asked for: hours (two queries where some are dated), daily caps, taken
    time, and who takes it.
    """

    def __init__(self, query: Query, resources: Sequence[Resource], start: datetime, end: datetime) -> None:
        self.query, self.resources = query, resources
        self.start, self.end = start, end
        frame = frame_of(replace(query, start=start, end=end), start)
        self.days = days_of(resources, frame.start, frame.end)

    @cached_property
    def policies(self) -> dict[UUID, Policy]:
        found = policies(self.resources, self.query.project, self.query.constraints)
        return {resource.pk: policy for resource, policy in zip(self.resources, found, strict=True)}

    @cached_property
    def capped(self) -> dict[UUID, Intervals]:
        return capped_days(self.resources, self.days, self.query.ignoring)

    @cached_property
    def near(self) -> tuple[int, int]:
        """The window in which taken time is known."""
        return rounded_up(self.start - NEAR), rounded_up(self.end + NEAR)

    @cached_property
    def busy(self) -> dict[UUID, Busy]:
        return load_busy(
            [resource.pk for resource in self.resources],
            *self.near,
            distance=self.query.distance,
            ignoring=self.query.ignoring,
            ignore_all_day_events=self.query.ignore_all_day_events,
        )

    @cached_property
    def pieces(self) -> dict[UUID, list[Occupancy]]:
        """Whatever may be in the way, the earliest first."""
        before, after, around = self._distances()
        claimed = Q(start__lt=self.end + after, end__gt=self.start - before)
        bare = Q(busy_start__lt=self.end + around, busy_end__gt=self.start - around)
        rows = Occupancy.objects.live().filter(claimed | bare, resource__in=self.resources)
        found: defaultdict[UUID, list[Occupancy]] = defaultdict(list)
        for piece in rows.order_by("start", "pk"):
            found[piece.resource_id].append(piece)
        return found

    def _distances(self) -> tuple[timedelta, timedelta, timedelta]:
        distance = self.query.distance
        before, after, around = distance.before, distance.after, distance.around
        return timedelta(seconds=before), timedelta(seconds=after), timedelta(seconds=around)

    def in_the_way(self, resource: UUID, start: datetime, end: datetime) -> Iterator[Source]:
        """Who takes ``[start, end)`` of it: bookings, reservations and events."""
        before, after, around = self._distances()
        for piece in self.pieces.get(resource, ()):
            claimed = piece.start < end + after and piece.end > start - before
            bare = piece.busy_start < end + around and piece.busy_end > start - around
            owners = (
                (Booking, piece.booking_id),
                (Reservation, piece.reservation_id),
                (Event, piece.event_id),
            )
            model, pk = next(owner for owner in owners if owner[1])
            unseen = model is Event and piece.all_day and self.query.ignore_all_day_events
            if (claimed or bare) and pk not in self.query.ignoring and not unseen:
                yield Source(model=model, pk=pk)


class Case:
    """``[start, end)`` of one resource, as a search by ``query`` would judge it at ``now``."""

    def __init__(self, reading: Reading, resource: Resource, end: datetime, now: datetime) -> None:
        self.reading, self.resource, self.now = reading, resource, now
        self.query = replace(reading.query, start=reading.start, end=end)
        self.frame: Frame = frame_of(self.query, now)
        self.start, self.end = self.frame.start, self.frame.end
        self.zone = resource_zone(resource)
        self.days: Sequence[Day] = reading.days[resource.pk]
        # Hours that pass midnight are known in full on none of the outermost days.
        self.known: Intervals = [(self.days[1].start, self.days[-1].start)]

    @property
    def policy(self) -> Policy:
        return self.reading.policies[self.resource.pk]

    @cached_property
    def opened(self) -> Intervals:
        """Where every rule about hours permits."""
        return self.policy.open(self.days, self.zone)

    def timing(self) -> list[Verdict]:
        """Past, notice and horizon, of which the last two are asked only where they are set."""
        project = self.query.project
        sources = () if project is None else (Source(model=Project, pk=project.pk),)
        soonest = rounded_up(self.now)
        future = self.start >= soonest
        found = [_verdict(Code.PAST, future, (), lambda: remedies.starts_from(soonest))]
        if self.query.notice:
            passed, earliest = not future or self.start >= self.frame.earliest, self.frame.earliest
            found.append(_verdict(Code.NOTICE, passed, sources, lambda: remedies.starts_from(earliest)))
        if self.query.horizon is not None:
            passed, latest = self.query.start <= self.now + self.query.horizon, self.frame.latest
            found.append(_verdict(Code.HORIZON, passed, sources, lambda: remedies.starts_until(latest)))
        return found

    def permits(self) -> Iterator[Verdict]:
        """Hours and constraints, layer by layer, where there are any."""
        for permit in self.policy.permits(self.days, self.zone):
            if permit.intervals is not None:
                yield self._covered(permit.code, permit.intervals, tuple(self._deciding(permit)))
        if (within := permitted(self.query.narrowing, self.days, self.zone)) is not None:
            yield self._covered(Code.REQUEST_CONSTRAINTS, within)

    def _covered(self, code: Code, permit: Intervals, sources: tuple[Source, ...] = ()) -> Verdict:
        passed = covers(permit, self.start, self.end)
        near = [] if passed else intersection(permit, self.known)
        return _verdict(code, passed, sources, lambda: remedies.within(near, self.start, self.end))

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
        full = self.reading.capped[self.resource.pk]
        source = Source(model=Resource, pk=self.resource.pk)
        passed = not overlapping(full, self.start, self.start + 1)
        until = self.days[-1].start
        yield _verdict(Code.DAILY_CAP, passed, (source,), lambda: remedies.after(full, self.start, until))

    def busy(self) -> Iterator[Verdict]:
        taken, length = self.reading.busy.get(self.resource.pk), self.end - self.start
        if taken is None or taken.gaps(length, self.start, self.end):
            yield Verdict(code=Code.BUSY, passed=True)
            return
        remedy = remedies.within(taken.gaps(length, *self.reading.near), self.start, self.end)
        who = self.reading.in_the_way(self.resource.pk, self.query.start, self.query.end)
        yield Verdict(code=Code.BUSY, passed=False, sources=tuple(who), remedy=remedy)

    def is_on_grid(self, opened: Intervals, step: int, *, full_hours: bool | None = None) -> bool:
        """Whether slots begin just then, every ``step`` seconds; none begins within a second."""
        frame = self.frame if full_hours is None else replace(self.frame, full_hours=full_hours)
        within_a_second = self.query.start.microsecond != 0
        return not within_a_second and is_on_grid(self.start, step, opened, self.days, self.zone, frame)

    def near_on_grid(self, opened: Intervals, step: int) -> Remedy | None:
        """The nearest starts at which slots begin every ``step`` seconds."""
        ((low, high),) = self.known
        grid = openings(opened, self.days, self.zone, replace(self.frame, start=low, end=high))
        return remedies.on_grid(grid, self.start, self.end - self.start, step)


def length_of(query: Query, resources: Sequence[Resource]) -> timedelta | None:
    """How long a slot with all of these is, None for natural length."""
    lengths = [query.length_of(resource) for resource in resources]
    return None if None in lengths else max(filter(None, lengths), default=None)


def shape(cases: Sequence[Case]) -> Iterator[Verdict]:
    """Length and grid of a slot with all of these, where slots have a length.

    The grid only where it is open, since closed time has none; several have that of the time that they share.
    """
    first, query = cases[0], cases[0].query
    length = length_of(query, [case.resource for case in cases])
    if length is None:
        return
    steps = list(_steps(query, length))
    yield _verdict(Code.LENGTH, bool(steps), (), lambda: Remedy(ends=(query.start + length,)))
    opened = reduce(intersection, (case.opened for case in cases))
    if covers(opened, first.start, first.end):
        tried = steps or [query.step or length]
        passed = any(first.is_on_grid(opened, whole(step)) for step in tried)
        yield _verdict(Code.GRID, passed, (), lambda: first.near_on_grid(opened, whole(tried[0])))


def _steps(query: Query, length: timedelta) -> Iterator[timedelta]:
    """How far apart slots as long as the one that is asked about may begin; nothing where none is so long."""
    asked = query.end - query.start
    if asked == length:
        yield query.step or length
    if query.longest is None or query.length is None:
        return
    step = query.step or query.length
    if is_length(asked, usual=length, longest=query.longest, step=step):
        yield step


def misshapen(cases: Sequence[Case], offered: Sequence[SlotShape]) -> Iterator[Verdict]:
    """Length or grid where none of the shapes ``offered`` has such a slot."""
    if not offered:
        yield Verdict(code=Code.LENGTH, passed=False)
        return
    first, opened = cases[0], reduce(intersection, (case.opened for case in cases))
    fits = (
        shape.length is None
        or first.is_on_grid(opened, whole(shape.step or shape.length), full_hours=shape.full_hours)
        for shape in offered
    )
    if not any(fits):
        yield Verdict(code=Code.GRID, passed=False)


def _verdict(
    code: Code, passed: bool, sources: tuple[Source, ...], remedy: Callable[[], Remedy | None]
) -> Verdict:
    return Verdict(code=code, passed=passed, sources=sources, remedy=None if passed else remedy())
