"""Which times a page offers: free slots of a project's resources, or sessions with a seat left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

import structlog

from bookings.availability.allowance import UNBOUNDED, Allowance
from bookings.availability.chosen_ends import Room
from bookings.availability.days import day_start, seconds
from bookings.availability.intervals import Busy, Interval
from bookings.availability.offering import Offer, Offering
from bookings.availability.parameters import ParametersError
from bookings.availability.query import Query
from bookings.availability.search import prepare, resources_of, unique, whole
from bookings.availability.sessions import coming_sessions
from bookings.availability.slots_by_day import SlotsByDay
from bookings.availability.supplies import Frame, Supply, together
from bookings.models import Reservation

HALF_A_YEAR = timedelta(days=180)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, kw_only=True)
class FreeTime:
    """A time that can be picked; ``session`` and ``places`` (left) for seats of a session, of which so many are needed.

    ``choices`` are the ends that may be chosen with each of those who are free, in seconds since 1970, where the
    customer chooses it; then ``end`` is the first one.
    """

    start: datetime
    end: datetime
    choices: tuple[range, ...] = ()
    session: UUID | None = None
    places: int | None = None
    needed: int = 1

    @property
    def full(self) -> bool:
        """Whether fewer places are left than are needed."""
        return self.places is not None and self.places < self.needed

    @property
    def ends(self) -> list[datetime]:
        """All that may be chosen, ascending."""
        return [datetime.fromtimestamp(end, UTC) for end in sorted(set(chain.from_iterable(self.choices)))]


@dataclass(frozen=True, kw_only=True)
class FreeTimes:
    """What is found in a window, by day; ``full_days`` had times and have none left."""

    free: Mapping[date, int]
    """How many times are free on each day that has any, sorted by day."""
    full_days: frozenset[date]
    on: Callable[[date], list[FreeTime]]
    """The times of a day, those that are full among them."""
    zone: ZoneInfo
    step: timedelta | None = None
    """Between two ends that may be chosen."""

    @property
    def times(self) -> list[FreeTime]:
        """All of them."""
        return [one for day in sorted({*self.free, *self.full_days}) for one in self.on(day)]

    def nearest(self, around: datetime, *, days: int = 7, most: int = 3) -> list[FreeTime]:
        """Those that start nearest to ``around``, within so many days, in order of time."""
        span = timedelta(days=days)
        first, last = ((around + by).astimezone(self.zone).date() for by in (-span, span))
        near = [
            one
            for day in self.free
            if first <= day <= last
            for one in self.on(day)
            if not one.full and abs(one.start - around) <= span
        ]
        return sorted(sorted(near, key=lambda one: abs(one.start - around))[:most], key=lambda one: one.start)


def month_bounds(year: int, month: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    """The instants between which a zone's calendar shows that month."""
    following = date(year + month // 12, month % 12 + 1, 1)
    first, last = (day_start(day, zone) for day in (date(year, month, 1), following))
    return datetime.fromtimestamp(first, UTC), datetime.fromtimestamp(last, UTC)


def free_times(
    offering: Offering,
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    ignoring: Iterable[UUID] = (),
    allowance: Allowance = UNBOUNDED,
) -> FreeTimes:
    """What can be picked that starts in ``[start, end)``; raises what the ``allowance`` does.

    ``ignoring`` are holds and bookings whose time counts as free.
    """
    if offering.takes_seats:
        return _sessions(offering, start, end, zone=zone, now=now, ignoring=ignoring)
    reach = end + _reach(offering)
    prepared = _prepared(offering, start, reach, zone=zone, now=now, ignoring=ignoring, allowance=allowance)
    if prepared is None:
        return FreeTimes(free={}, full_days=frozenset(), on=lambda _day: [], zone=zone)
    query, frame, supplies = prepared
    until = seconds(end)
    found = SlotsByDay(supplies, frame, zone, until)
    empty = [replace(one, busy=Busy(), capped=[]) for one in supplies]
    all_days = set(SlotsByDay(empty, frame, zone, until).counts())
    free = found.counts()
    room = _room(offering, query, supplies, frame)

    def on(day: date) -> list[FreeTime]:
        return [_free_time(slot, room) for slot in found.on(day)]

    return FreeTimes(free=free, full_days=frozenset(all_days - set(free)), on=on, zone=zone, step=query.step)


def _room(offering: Offering, query: Query, supplies: list[Supply], frame: Frame) -> Room | None:
    """None where nobody is asked for the end."""
    longest = offering.terms.longest if offering.longest else None
    if longest is None:
        return None
    return Room(supplies, frame, longest=whole(longest), step=whole(query.step or offering.usual_length))


def _free_time(slot: Interval, room: Room | None) -> FreeTime:
    start, end = slot
    choices = room.ends(start) if room else ()
    first = min((each[0] for each in choices), default=end)
    return FreeTime(
        start=datetime.fromtimestamp(start, UTC), end=datetime.fromtimestamp(first, UTC), choices=choices
    )


def free_with(
    offering: Offering, start: datetime, end: datetime, *, now: datetime, ignoring: Iterable[UUID] = ()
) -> dict[datetime, list[Offer]]:
    """Each free time that starts in ``[start, end)``, by its start in UTC, with those who are free then, in order.

    One search, however many there are; nothing for seats of sessions.
    """
    if offering.takes_seats:
        return {}
    reach = end + _reach(offering)
    prepared = _prepared(offering, start, reach, zone=ZoneInfo("UTC"), now=now, ignoring=ignoring)
    if prepared is None:
        return {}
    query, frame, supplies = prepared
    found: dict[datetime, list[Offer]] = {}
    for supply in supplies:
        offers = _offers(offering, query, [supply])
        for each in chain.from_iterable(supply.starts(frame)):
            if (begins := datetime.fromtimestamp(each, UTC)) < end:
                found.setdefault(begins, []).extend(offers)
    return dict(sorted(found.items()))


def _prepared(
    offering: Offering,
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    ignoring: Iterable[UUID] = (),
    allowance: Allowance = UNBOUNDED,
) -> tuple[Query, Frame, list[Supply]] | None:
    """What a search of ``[start, end)`` looks at, all resources as one where everybody is booked.

    None where the project's settings cannot be read.
    """
    try:
        query = offering.query(start, end, zone=zone, ignoring=list(ignoring))
    except ParametersError as error:
        fields = sorted(error.errors)
        log.error("project_settings_unreadable", project=str(offering.project.pk), fields=fields)
        return None
    frame, supplies = prepare(query, now, allowance)
    return query, frame, [together(supplies)] if offering.everybody and supplies else supplies


def _reach(offering: Offering) -> timedelta:
    """How far past a window the ends of what starts in it may lie."""
    return offering.longest or max(map(offering.length_taken, offering.candidates), default=timedelta())


def takers(
    offering: Offering, start: datetime, end: datetime, *, now: datetime, ignoring: Iterable[UUID] = ()
) -> list[Offer]:
    """With whom ``[start, end)`` is offered, an end that the customer chose; in order, empty for no such time."""
    length = end - start
    offers = [offer for offer in offering.candidates if offering.may_last(length, offer)]
    if not offers:
        return []
    lasting = replace(offering, lasting=length)
    prepared = _prepared(lasting, start, end, zone=ZoneInfo("UTC"), now=now, ignoring=ignoring)
    if prepared is None:
        return []
    query, frame, supplies = prepared
    free = _offers(offering, query, [supply for supply in supplies if any(supply.starts(frame))])
    return [offer for offer in offers if offer in free]


def _offers(offering: Offering, query: Query, supplies: Iterable[Supply]) -> list[Offer]:
    """Those of the candidates whose the supplies are, in order."""
    resources = unique(query.resources)
    who = {one.pk for supply in supplies for one in resources_of(supply, resources)}
    return [offer for offer in offering.candidates if offer.resource.pk in who]


def nearest(
    offering: Offering,
    around: datetime,
    *,
    now: datetime,
    days: int = 7,
    most: int = 3,
    allowance: Allowance = UNBOUNDED,
) -> list[FreeTime]:
    """The free times nearest to ``around``, within so many days, in order of time."""
    span = timedelta(days=days)
    window = max(now, around - span), around + span
    found = free_times(offering, *window, zone=ZoneInfo(offering.zone), now=now, allowance=allowance)
    return found.nearest(around, days=days, most=most)


def next_start(
    offering: Offering,
    after: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    allowance: Allowance = UNBOUNDED,
) -> datetime | None:
    """When the first time starts that can be picked at or after ``after``, looking half a year ahead."""
    if offering.takes_seats:
        times = free_times(offering, after, after + HALF_A_YEAR, zone=zone, now=now).times
        return next((one.start for one in times if not one.full), None)
    prepared = _prepared(offering, after, after + HALF_A_YEAR, zone=zone, now=now, allowance=allowance)
    if prepared is None:
        return None
    _query, frame, supplies = prepared
    first = min((starts[0] for supply in supplies for starts in supply.starts(frame)), default=None)
    return None if first is None else datetime.fromtimestamp(first, UTC)


def _sessions(
    offering: Offering,
    start: datetime,
    end: datetime,
    *,
    zone: ZoneInfo,
    now: datetime,
    ignoring: Iterable[UUID],
) -> FreeTimes:
    """Sessions to come whose booking is open, with the places they have left; those held by oneself count as well."""
    rows = coming_sessions(now).filter(project=offering.project, start__gte=start, start__lt=end)
    rows = rows.select_related("resource")
    if offering.only:
        rows = rows.filter(resource=offering.only.resource)
    held = Reservation.objects.live().filter(pk__in=ignoring, holds_seat=True)
    own = Counter[UUID | None]()
    for session, places in held.values_list("session_id", "places") if ignoring else ():
        own[session] += places
    found = [
        FreeTime(
            start=row.start,
            end=row.end,
            session=row.pk,
            places=vars(row)["places_left"] + own[row.pk],
            needed=offering.places,
        )
        for row in rows
        if offering.is_done_by(row.resource)
    ]
    days: dict[date, list[FreeTime]] = {}
    for one in found:
        days.setdefault(one.start.astimezone(zone).date(), []).append(one)
    free = {day: count for day, ones in days.items() if (count := sum(not one.full for one in ones))}
    full_days = frozenset(days.keys() - free.keys())
    return FreeTimes(free=free, full_days=full_days, on=lambda day: days.get(day, []), zone=zone)
