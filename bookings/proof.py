"""The promise, tried: many processes want the same time at once, against the database that is really used.

Everything is made in throw-away resources whose rows, history included, are deleted afterwards; nothing is mailed.
"""

from __future__ import annotations

import random
import time
import uuid
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Exists, OuterRef

from bookings import sql
from bookings.crowd import LOST, Attempt, crowd
from bookings.errors import BookingError
from bookings.invariants import miscounted
from bookings.lifecycle import Actor, act, book, reschedule, reserve, reserve_any
from bookings.lifecycle.locks import Locks
from bookings.models import Booking, Customer, HistoryEntry, Occupancy, Reservation, Resource

MONDAY = datetime(2040, 1, 2, 9, tzinfo=UTC)
HALF_HOUR = timedelta(minutes=30)
ROUNDS = 6
PROVER = Actor("key", "proof")


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What came of one scenario; ``overlaps`` counts pairs of pieces that share an instant, and must be 0.

    So must ``deadlocks``, which PostgreSQL counts for the whole database, and ``miscounted``: sessions that count other
    seats than are taken.  ``lost`` counts clients that were killed or had the database go away under them, by what they
    said: nothing was learnt by them.
    """

    name: str
    attempts: int
    winners: int
    refusals: dict[str, int]
    errors: int
    lost: dict[str, int]
    overlaps: int
    miscounted: int
    deadlocks: int
    seconds: float


def draft(resource: Resource, start: datetime, end: datetime) -> Booking:
    return Booking(resource=resource, start=start, end=end, what="Proof", where="-", disposable=True)


def someone() -> Customer:
    return Customer(name="Proof")


def one_slot(number: int, resources: list[Resource]) -> None:
    """All want the same half hour."""
    book(draft(resources[0], MONDAY, MONDAY + HALF_HOUR), graph="instant", by=PROVER, customer=someone())


def touching_slots(number: int, resources: list[Resource]) -> None:
    """Each wants the half hour after the one before."""
    start = MONDAY + number * HALF_HOUR
    book(draft(resources[0], start, start + HALF_HOUR), graph="instant", by=PROVER, customer=someone())


def anyone(number: int, resources: list[Resource]) -> None:
    """All want the same half hour of any of the resources, and hold it first."""
    end = MONDAY + HALF_HOUR
    drafts = [Reservation(resource=resource, start=MONDAY, end=end) for resource in resources]
    hold = reserve_any(drafts, hold=timedelta(minutes=5), by=PROVER)
    book(draft(hold.resource, MONDAY, end), graph="instant", by=PROVER, customer=someone(), reservation=hold)


def seats(number: int, resources: list[Resource], places: int = 1) -> None:
    """All want a seat of the one session."""
    session = Booking.objects.select_related("version", "resource").get(
        resource=resources[0], version__offers_seats=True
    )
    seat = Booking(session=session, places=places, disposable=True)
    book(seat, graph="group_customer", by=PROVER, customer=someone())


def places(number: int, resources: list[Resource]) -> None:
    """Each wants one, two or three seats of the one session, all or none."""
    seats(number, resources, places=1 + number % 3)


def a_session(resources: list[Resource]) -> None:
    session = draft(resources[0], MONDAY, MONDAY + HALF_HOUR)
    session.max_seats = CAPACITY
    book(session, graph="group_owner", by=PROVER)


def a_booking(resources: list[Resource]) -> None:
    one_slot(0, resources)


def many_hands(number: int, resources: list[Resource]) -> None:
    """All want to move or to cancel the one booking."""
    booking = Booking.objects.get(resource=resources[0], continues=None)
    if number % 2:
        start = MONDAY + (number + 1) * HALF_HOUR
        reschedule(booking, start=start, end=start + HALF_HOUR, by=PROVER)
    else:
        act(booking, "cancel", by=PROVER)


def crossing(number: int, resources: list[Resource]) -> None:
    """All want the same half hour of every resource, all or none, every other one in the opposite order."""
    with transaction.atomic():
        Locks.on(resources=[resource.pk for resource in resources]).take()
        for resource in resources[:: -1 if number % 2 else 1]:
            one_slot(number, [resource])


def everything(number: int, resources: list[Resource]) -> None:
    """Booking, holding, confirming, moving and cancelling of partly overlapping times, at random.

    Who did one of them to its end has won.
    """
    dice = random.Random(number)  # noqa: S311 - which times are tried is no secret
    refusals = []
    for _round in range(ROUNDS):
        start = MONDAY + dice.randrange(24) * timedelta(minutes=10)
        end = start + dice.randrange(1, 4) * timedelta(minutes=20)
        resource = dice.choice(resources)
        try:
            _one_of_everything(dice, resource, start, end)
        except BookingError as refusal:
            refusals.append(refusal)
    if len(refusals) == ROUNDS:
        raise refusals[-1]


def _one_of_everything(dice: random.Random, resource: Resource, start: datetime, end: datetime) -> None:
    chance = dice.randrange(4)
    if chance == 0:
        hold = reserve(
            Reservation(resource=resource, start=start, end=end), hold=timedelta(minutes=5), by=PROVER
        )
        book(draft(resource, start, end), graph="instant", by=PROVER, customer=someone(), reservation=hold)
    elif chance == 1:
        request = book(draft(resource, start, end), graph="confirm_decline", by=PROVER, customer=someone())
        act(request, "confirm", by=PROVER)
    else:
        booking = book(draft(resource, start, end), graph="instant", by=PROVER, customer=someone())
        later = timedelta(minutes=30)
        if chance == 2:
            reschedule(booking, start=start + later, end=end + later, by=PROVER)
        else:
            act(booking, "cancel", by=PROVER)


@dataclass(frozen=True)
class Scenario:
    name: str
    attempt: Attempt
    resources: int
    winners: Callable[[int], int | None]
    """How many must win of so many clients; None where chance decides."""
    prepare: Callable[[list[Resource]], None] | None = None
    """What is there before."""


CAPACITY = 20
SCENARIOS = (
    Scenario("one slot", one_slot, 1, lambda clients: 1),
    Scenario("touching slots", touching_slots, 1, lambda clients: clients),
    Scenario("anyone of three", anyone, 3, lambda clients: min(3, clients)),
    Scenario("seats", seats, 1, lambda clients: min(CAPACITY, clients), a_session),
    Scenario("places", places, 1, lambda clients: None, a_session),
    Scenario("many hands", many_hands, 1, lambda clients: 1, a_booking),
    Scenario("crossing", crossing, 2, lambda clients: 1),
    Scenario("everything at once", everything, 2, lambda clients: None),
)


def prove(scenario: Scenario, resources: list[Resource], clients: int) -> Outcome:
    """Run one scenario with so many processes and clean up behind it.  Raises ``DatabaseError``, ``OSError``.

    ``resources`` are new ones, as many as it says, which are stored here: who is interrupted can delete them.
    """
    try:
        for resource in resources:
            resource.save(force_insert=True)
        if scenario.prepare:
            scenario.prepare(resources)
        deadlocks_before, begun = deadlocks(), time.monotonic()
        results = Counter(crowd(scenario.attempt, resources, clients))
        seconds = time.monotonic() - begun
        return Outcome(
            name=scenario.name,
            attempts=clients,
            winners=results.pop("won", 0),
            errors=sum(count for result, count in results.items() if result.startswith("error")),
            lost=_told(results, LOST),
            refusals={
                result: count for result, count in results.items() if not result.startswith(("error", LOST))
            },
            overlaps=overlaps(resources),
            miscounted=miscounted().filter(resource__in=resources).count(),
            deadlocks=deadlocks() - deadlocks_before,
            seconds=round(seconds, 3),
        )
    finally:
        throw_away(resources)


def _told(results: Counter[str], begins: str) -> dict[str, int]:
    return {result: count for result, count in results.items() if result.startswith(begins)}


def overlaps(resources: Sequence[Resource]) -> int:
    """Pairs of strict pieces of one resource that share an instant: what must never be."""
    pieces = Occupancy.objects.filter(resource__in=resources, strict=True)
    spans = sorted(pieces.values_list("resource", "start", "end"))
    return sum(
        1
        for index, (owner, _start, end) in enumerate(spans)
        for other, start, _end in spans[index + 1 :]
        if owner == other and start < end
    )


def deadlocks() -> int:
    """How often PostgreSQL has ended one of two that waited for each other; SQLite lets one write at a time."""
    if not sql.is_postgresql():
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return int(cursor.fetchone()[0])


def new_resource() -> Resource:
    """One that is not stored yet."""
    name = f"Proof {uuid.uuid4().hex[:8]}"
    return Resource(name=name, slug=name.lower().replace(" ", "-"), sends_mail=False)


def throw_away_resource() -> Resource:
    resource = new_resource()
    resource.save(force_insert=True)
    return resource


def throw_away(resources: Sequence[Resource]) -> None:
    """Delete the resources with all that was made of them."""
    made = Booking.objects.filter(resource__in=resources)
    ids = list(made.values_list("pk", flat=True))
    Occupancy.objects.filter(resource__in=resources).delete()
    Reservation.objects.filter(resource__in=resources).delete()
    HistoryEntry.objects.filter(booking_id__in=ids, disposable=True).delete()
    made.filter(session__isnull=False).delete()
    while made.exists():  # a booking that is continued goes after the one that continues it
        made.filter(continued_by=None).delete()
    Resource.objects.filter(pk__in=[resource.pk for resource in resources]).delete()


def throw_away_leftovers() -> int:
    """Delete what is left of proofs that were cut off, and return of how many resources; none may be running."""
    real = Booking.objects.filter(resource=OuterRef("pk"), disposable=False)
    named = Resource.objects.filter(name__regex=r"^Proof [0-9a-f]{8}$", sends_mail=False)
    left = list(named.filter(~Exists(real)))
    throw_away(left)
    return len(left)
