"""The search: every free slot of a project or of some resources, by a constant number of queries.

Hours, taken time and (where there are any) dated hours and caps are one query each, whose turn it is two; the rest is
arithmetic over integers in memory, which grows with the answer and not with the table.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date, datetime, timedelta, tzinfo
from functools import cache, lru_cache
from itertools import chain
from uuid import UUID
from zoneinfo import ZoneInfo

from bookings.availability.allowance import UNBOUNDED, Allowance
from bookings.availability.answer_size import size_of, size_of_days
from bookings.availability.assignment import turns_of
from bookings.availability.busy import load_busy
from bookings.availability.days import Day, days_around, local, seconds
from bookings.availability.intervals import Busy, Interval, complement
from bookings.availability.modes import Mode
from bookings.availability.query import Query, Slot
from bookings.availability.rules import permitted
from bookings.availability.slots import RawSlot, count_distinct, distinct_starts, raw_slots, start_ranges
from bookings.availability.sources import capped_days, policies
from bookings.availability.supplies import Frame, Supply, together
from bookings.models import Resource

MARGIN_DAYS = 2
_NEVER = Busy()


def search(query: Query, now: datetime, allowance: Allowance = UNBOUNDED) -> list[Slot]:
    """All free slots, sorted, none twice, in the zone asked for.  Raises what the ``allowance`` does."""
    resources, zone = unique(query.resources), query.zone
    whose = cache(lambda places: tuple(resources[place] for place in places))
    return [
        Slot(local(start, zone), local(end, zone), whose(places))
        for start, end, places in allowance.paced(_raw_slots(query, now, allowance))
    ]


def count(query: Query, now: datetime, allowance: Allowance = UNBOUNDED) -> int:
    """How many slots ``search`` would give."""
    frame, supplies = prepare(query, now, allowance)
    if query.length is None or len({supply.length for supply in supplies}) > 1:
        ranges = _ranges(query, supplies, frame)
        allowance.walk(sum(len(each) for each in chain.from_iterable(ranges)))
        return len(raw_slots(query.mode, supplies, frame, query.seed))
    return count_distinct(chain.from_iterable(start_ranges(query.mode, supplies, frame)))


def dates(query: Query, now: datetime, allowance: Allowance = UNBOUNDED) -> dict[date, list[Resource]]:
    """On which local dates of the zone asked for which resources have a free slot; sorted by date.

    In ``Mode.MUTUAL`` a slot needs all of them; in every other mode each resource is looked at by itself.
    """
    frame, supplies = prepare(query, now, allowance)
    allowance.answer(size_of_days((query.end - query.start).days + 2, len(supplies)))
    ranges = _ranges(query, supplies, frame)
    if query.mode is Mode.MUTUAL and supplies:
        return {day: list(query.resources) for day in dates_of(ranges[0], query.zone)}
    by_date: dict[date, list[Resource]] = {}
    for resource, starts in zip(unique(query.resources), ranges, strict=True):
        for day in dates_of(starts, query.zone):
            by_date.setdefault(day, []).append(resource)
    return dict(sorted(by_date.items()))


def unavailable(query: Query, now: datetime, allowance: Allowance = UNBOUNDED) -> list[Slot]:
    """The stretches of the window in which no slot may lie, per resource (``Mode.MUTUAL``: in which not all
    are free), in the shape of slots: taken, closed, past, or outside notice and horizon.
    """
    frame, supplies = prepare(query, now, allowance)
    if query.mode is Mode.MUTUAL and supplies:
        supplies = [together(supplies)]
    taken = [complement(supply.stretches(frame), frame.start, frame.end) for supply in supplies]
    counts = list(map(len, taken))
    mode = query.mode if query.mode is Mode.MUTUAL else Mode.EXCLUSIVE
    resources = unique(query.resources)
    allowance.answer(size_of(mode, resources, counts, sum(counts)))
    blocked: dict[Interval, list[Resource]] = {}
    for supply, stretches in zip(supplies, taken, strict=True):
        who = resources_of(supply, resources)
        for stretch in stretches:
            blocked.setdefault(stretch, []).extend(who)
    return [
        Slot(local(low, query.zone), local(high, query.zone), tuple(closed))
        for (low, high), closed in sorted(blocked.items(), key=lambda item: item[0])
    ]


def prepare(query: Query, now: datetime, allowance: Allowance = UNBOUNDED) -> tuple[Frame, list[Supply]]:
    """The frame of a search and what each resource supplies, in the order given.

    Its key is its place among the ``unique`` ones: an id would be hashed in Python, several times a slot.
    """
    frame = frame_of(query, now)
    resources = unique(query.resources)
    days = (query.end - query.start).days + 1 + 2 * MARGIN_DAYS
    allowance.read(days=days * len(resources), rules=len(query.constraints) + len(query.narrowing))
    around = days_of(resources, frame.start, frame.end)
    zones = list(map(resource_zone, resources))
    busy = load_busy(
        list(around),
        frame.start,
        frame.end,
        distance=query.distance,
        ignoring=query.ignoring,
        ignore_all_day_events=query.ignore_all_day_events,
    )
    capped = capped_days(resources, around, query.ignoring)
    judged = policies(resources, query.project, query.constraints)
    return frame, [
        Supply(
            key=place,
            zone=zone,
            days=days,
            length=seconds_of(query.length_of(each)),
            open=policy.open(days, zone),
            busy=busy.get(pk, _NEVER),
            capped=capped.get(pk, []),
            within=permitted(query.narrowing, days, zone) if query.narrowing else None,
        )
        for place, (each, zone, policy, (pk, days)) in enumerate(
            zip(resources, zones, judged, around.items(), strict=True)
        )
    ]


def resources_of(supply: Supply, resources: Sequence[Resource]) -> list[Resource]:
    """Whose it is of the ``unique`` ones of a query, as ``prepare`` numbered them; all where it is ``together``."""
    places = supply.key if isinstance(supply.key, tuple) else (supply.key,)
    return [resources[place] for place in places]


def days_of(resources: Iterable[Resource], start: int, end: int) -> dict[UUID, tuple[Day, ...]]:
    """The local days of each resource that ``[start, end)`` touches, and a margin."""
    in_zone = cache(lambda zone: days_around(zone, start, end, MARGIN_DAYS))
    return {each.pk: in_zone(resource_zone(each)) for each in resources}


def seconds_of(length: timedelta | None) -> int | None:
    """A length in whole seconds; None for natural length."""
    return None if length is None else whole(length)


def whole(length: timedelta) -> int:
    """A length in whole seconds."""
    return int(length.total_seconds())


def frame_of(query: Query, now: datetime) -> Frame:
    """The bounds of a search in whole seconds: starts are rounded up, the end down."""
    start, end = rounded_up(query.start), seconds(query.end)
    earliest = rounded_up(now + query.notice)
    latest = end if query.horizon is None else seconds(now + query.horizon)
    return Frame(
        start=start,
        end=max(start, end),
        earliest=earliest,
        latest=latest,
        step=seconds_of(query.step),
        full_hours=query.full_hours,
    )


def rounded_up(moment: datetime) -> int:
    """The first whole second that is not before ``moment``."""
    return seconds(moment + timedelta(microseconds=999_999))


def unique(resources: Iterable[Resource]) -> list[Resource]:
    """Each resource once, where it is first named."""
    return list({resource.pk: resource for resource in resources}.values())


@lru_cache(maxsize=1024)
def _zone(name: str) -> ZoneInfo:
    return ZoneInfo(name)


def resource_zone(resource: Resource) -> ZoneInfo:
    return _zone(resource.timezone)


def _raw_slots(query: Query, now: datetime, allowance: Allowance) -> list[RawSlot]:
    """The slots, once their number and what they would weigh as an answer are known to be allowed."""
    frame, supplies = prepare(query, now, allowance)
    ranges = _ranges(query, supplies, frame)
    counts = [sum(map(len, of_one)) for of_one in ranges]
    allowance.walk(sum(counts))
    starts = distinct_starts(chain.from_iterable(ranges))
    slots = sum(map(len, starts))
    asked = unique(query.resources)
    allowance.answer(size_of(query.mode, asked, counts, slots, with_terms=query.with_terms))
    turns = None
    if query.mode is Mode.BALANCED and slots and len(supplies) > 1:
        turns = turns_of(query.project, asked, supplies, max(frame.start, frame.earliest), query.ignoring)
    return raw_slots(query.mode, supplies, frame, query.seed, turns, starts)


def _ranges(query: Query, supplies: list[Supply], frame: Frame) -> list[list[range]]:
    """Where the slots of each resource (``Mode.MUTUAL``: of all as one) start, also those of natural length."""
    if query.length is not None:
        return start_ranges(query.mode, supplies, frame)
    apart = [together(supplies)] if query.mode is Mode.MUTUAL and supplies else supplies
    return [[range(start, start + 1) for start, _end in each.stretches(frame)] for each in apart]


def dates_of(ranges: Iterable[range], zone: tzinfo) -> list[date]:
    """The local dates on which at least one of these starts lies, each once and sorted; no start is made."""
    ranges = list(ranges)
    if not ranges:
        return []
    around = days_around(zone, min(each[0] for each in ranges), max(each[-1] for each in ranges) + 1, 0)
    begins = [day.start for day in around]
    found: set[int] = set()
    for each in ranges:
        first, last = (bisect_right(begins, start) - 1 for start in (each[0], each[-1]))
        found.update(number for number in range(first, last + 1) if _starts_on(each, around[number]))
    return [around[number].date for number in sorted(found)]


def _starts_on(starts: range, day: Day) -> bool:
    return bisect_left(starts, day.start) < bisect_left(starts, day.end)
