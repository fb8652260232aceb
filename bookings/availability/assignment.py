"""Who gets a booking for anyone, where a project shares its bookings fairly, and why.

Of those who do it, the one with the fewest booked minutes that day is first: the day of the resource's own zone in
which the start lies, the minutes divided by the resource's weight in the project.  Of those with as few it is the one
unbooked for longest, as that day begins; then the order of the list.  Whoever is not free is passed over.

Two bookings at the same moment may both see the same minutes, and so come to the same resource, or to the second where
the times overlap: the table of taken time decides who has a time, and nobody waits for the sake of fairness.  The next
booking sees both.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import (
    Case,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    OuterRef,
    QuerySet,
    Subquery,
    Sum,
    Value,
    When,
)

from bookings.availability.busy import load_booked
from bookings.availability.days import day_start
from bookings.availability.modes import Mode
from bookings.availability.offering import Offer, Offering
from bookings.availability.slots import Turns
from bookings.availability.supplies import Supply
from bookings.models import Booking, Occupancy, Project, ProjectResource, Resource

LOOK_BACK = timedelta(days=28)
"""How far back it is asked who was booked last; whoever was not since then is unbooked for longest."""
A_DAY = timedelta(days=1)
MOST_TOLD = 5
_NEVER = datetime(1, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Load:
    """What a resource has on one of its days: the bare time of the bookings and holds that begin on it, and when the
    last one before it ended (None where there was none within four weeks).

    Cancelled bookings do not count, those that took place and are over do.  Holds count, also of others: most become
    bookings, and of several visitors at once each would else be sent to the same resource.
    """

    booked: timedelta
    weight: int
    last: datetime | None = None

    @property
    def share(self) -> Fraction:
        """Its seconds for each part of its weight."""
        return Fraction(int(self.booked.total_seconds()), self.weight)

    @property
    def turn(self) -> tuple[Fraction, datetime]:
        """The smaller, the earlier it is tried."""
        return self.share, self.last or _NEVER


@dataclass(frozen=True, kw_only=True)
class Assignment:
    """With whom a booking for anyone is tried, one after the other; ``loads`` say why where the project is balanced."""

    offers: tuple[Offer, ...]
    loads: Mapping[UUID, Load] = field(default_factory=dict)

    def told(self, resource: UUID) -> dict[str, Any] | None:
        """What history keeps of a booking that came to ``resource``: whose turn it was, with what each had.

        ``order`` names ids with the seconds booked that day and the weight; those before ``chosen`` were not free.
        ``tie`` says what decided between the chosen one and the next of as small a share: ``last`` or ``list``.  None
        where there was nothing to decide.
        """
        order = [offer.resource.pk for offer in self.offers]
        if not self.loads or resource not in order:
            return None
        at = order.index(resource)
        told = order[max(0, at - MOST_TOLD) : at + 1 + MOST_TOLD]
        return {
            "chosen": str(resource),
            "order": [_told(one, self.loads[one]) for one in told],
            "tie": self._tie(resource, order[at + 1 : at + 2]),
        }

    def _tie(self, resource: UUID, following: Sequence[UUID]) -> str:
        mine, others = self.loads[resource], [self.loads[one] for one in following]
        if not others or others[0].share != mine.share:
            return ""
        return "list" if others[0].turn == mine.turn else "last"


def _told(resource: UUID, load: Load) -> dict[str, Any]:
    return {
        "resource": str(resource),
        "seconds": int(load.booked.total_seconds()),
        "weight": load.weight,
    }


def assign(
    offering: Offering,
    start: datetime,
    *,
    offers: Iterable[Offer] | None = None,
    ignoring: Collection[UUID] = (),
) -> Assignment:
    """With whom a booking that starts then is tried, of the ``offers`` (all who may come, where none are named).

    One query, and only where the project is balanced and more than one could come; else the order is the list's.
    ``ignoring`` are holds and bookings that do not count: what is being moved, or replaced.
    """
    among = tuple(offering.candidates if offers is None else offers)
    if offering.terms.mode is not Mode.BALANCED or offering.takes_seats or len(among) < 2:
        return Assignment(offers=among)
    loads = loads_on(offering.project, [one.resource for one in among], start, ignoring)
    among = tuple(sorted(among, key=lambda one: loads[one.resource.pk].turn))
    return Assignment(offers=among, loads=loads)


def loads_on(
    project: Project | None, resources: Collection[Resource], start: datetime, ignoring: Collection[UUID] = ()
) -> dict[UUID, Load]:
    """What each has on its day in which ``start`` lies.  One query."""
    days = {zone: _day_of(start, ZoneInfo(zone)) for zone in {one.timezone for one in resources}}
    weight = ProjectResource.objects.filter(project=project, resource=OuterRef("pk")).values("weight")
    rows = Resource.objects.filter(pk__in=[one.pk for one in resources]).order_by()
    rows = rows.annotate(
        low=_by_zone(days, lambda day: day[0]),
        high=_by_zone(days, lambda day: day[1]),
        before=_by_zone(days, lambda day: day[0] - A_DAY),
        back=_by_zone(days, lambda day: day[0] - LOOK_BACK),
    )
    taken, over = _taken(ignoring), _over(ignoring)
    read = rows.annotate(
        weight=Subquery(weight[:1]),
        # A buffer before may reach into the day before, which keeps the search within the index.
        taken=_sum(
            taken.filter(
                start__gte=OuterRef("before"),
                start__lt=OuterRef("high"),
                busy_start__gte=OuterRef("low"),
                busy_start__lt=OuterRef("high"),
            ),
            F("busy_end") - F("busy_start"),
        ),
        over=_sum(over.filter(start__gte=OuterRef("low"), start__lt=OuterRef("high")), F("end") - F("start")),
        last_taken=_last(taken, "busy_end"),
        last_over=_last(over, "end"),
    )
    return {
        pk: Load(
            booked=(taken or timedelta()) + (over or timedelta()),
            weight=weight or 1,
            last=max(filter(None, lasts), default=None),
        )
        for pk, weight, taken, over, *lasts in read.values_list(
            "pk", "weight", "taken", "over", "last_taken", "last_over"
        )
    }


def turns_of(
    project: Project | None,
    resources: Sequence[Resource],
    supplies: Sequence[Supply],
    first: int,
    ignoring: Collection[UUID] = (),
) -> Turns:
    """Whose turn it is on each day that a search from ``first`` (seconds) looks at.  Two queries.

    What took place today and is over counts today, and for nobody's last booking on the days that follow.
    """
    loads = loads_on(project, resources, datetime.fromtimestamp(first, UTC), ignoring)
    days = [day for supply in supplies for day in supply.days if day.end > first]
    low, high = min(day.start for day in days), max(day.end for day in days)
    booked = load_booked([one.pk for one in resources], low, high, ignoring=ignoring)
    return {
        supply.key: _turns(supply, loads[one.pk], booked.get(one.pk, []), first)
        for one, supply in zip(resources, supplies, strict=True)
    }


def _turns(
    supply: Supply, begins: Load, booked: Sequence[tuple[int, int]], first: int
) -> list[tuple[int, Any]]:
    """The first day's share is told by ``begins``, since what is over lies on it at the latest; the rest by pieces."""
    last = begins.last.timestamp() if begins.last else _NEVER.timestamp()
    turns: list[tuple[int, Any]] = []
    pieces, at = sorted(booked), 0
    for day in supply.days:
        seconds, ended = 0, last
        while at < len(pieces) and pieces[at][0] < day.end:
            low, high = pieces[at]
            at += 1
            if low >= day.start:
                seconds, ended = seconds + high - low, max(ended, high)
        share = begins.share if day.start <= first < day.end else Fraction(seconds, begins.weight)
        turns.append((day.start, (share, last)))
        last = ended
    return turns


def _day_of(moment: datetime, zone: ZoneInfo) -> tuple[datetime, datetime]:
    day = moment.astimezone(zone).date()
    low, high = (datetime.fromtimestamp(day_start(one, zone), UTC) for one in (day, day + A_DAY))
    return low, high


Day = tuple[datetime, datetime]


def _by_zone(days: Mapping[str, Day], bound: Callable[[Day], datetime]) -> Case:
    whens = (When(timezone=zone, then=Value(bound(day))) for zone, day in days.items())
    return Case(*whens, output_field=DateTimeField())


def _taken(ignoring: Collection[UUID]) -> QuerySet[Occupancy]:
    """What bookings and holds take now and later; no events of calendars."""
    rows = Occupancy.objects.live().filter(resource=OuterRef("pk"), event=None)
    if ignoring:
        rows = rows.exclude(booking__in=ignoring).exclude(reservation__in=ignoring)
    return rows.order_by()


def _over(ignoring: Collection[UUID]) -> QuerySet[Booking]:
    return Booking.objects.over().filter(resource=OuterRef("pk")).exclude(pk__in=ignoring).order_by()


def _sum(rows: QuerySet[Any], length: Any) -> Subquery:
    wrapped = ExpressionWrapper(length, output_field=DurationField())
    summed = rows.values("resource").annotate(together=Sum(wrapped)).values("together")
    return Subquery(summed, output_field=DurationField())


def _last(rows: QuerySet[Any], end: str) -> Subquery:
    """When what began last before the day ended."""
    before = rows.filter(start__gte=OuterRef("back"), start__lt=OuterRef("low"))
    return Subquery(before.order_by("-start").values(end)[:1])
