"""How many times visitors may hold: each of them, one network address, and under attack all who have proven nothing.

A project is under attack from the moment when the unproven visitors of one address hold a tenth of its offered times,
or all of them together a third.  Who holds as many as an address may then hold needs a proof of work, which lifts the
caps for that hold alone; once half is held without a proof, so does everybody.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Min, Q, Sum
from django.db.models.functions import Coalesce

from bookings import database_clock, limits, sql
from bookings.availability.capacity import capacity
from bookings.errors import HoldsExhausted, ProofNeeded
from bookings.limits import Limit
from bookings.models import Project, Reservation, SpentProof
from bookings.proofs import Proof

BOOKED_COUNTS = timedelta(hours=1)
"""How long a hold that was booked still counts as held."""
ALWAYS_FREE = 2
"""So many times one address may hold, however few there are."""
COUNTED_EVERY = 60
"""Seconds that a project's number of offered times is kept."""


@dataclass(frozen=True)
class Passed:
    """A limit that one more unproven hold would pass; ``at_most`` holds an address may have, None: all count as one."""

    limit: Limit
    at_most: int | None = None


def lock_visitor(draft: Reservation) -> None:
    """Let a visitor's holds be made one after the other, so that they can be counted; before any row is locked."""
    if sql.is_postgresql() and limits.HOLDS_PER_VISITOR.value and draft.visitor:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [draft.visitor])


def check_caps(draft: Reservation, proof: Proof | None, *, now: datetime) -> bool:
    """Return whether ``proof`` is needed, and so to be spent; raise ``HoldsExhausted`` or ``ProofNeeded``.

    A visitor's holds are counted under a lock, since two requests could count at once; several at once may pass an
    address's, which only bounds what a program can hold that is somebody else each time.
    """
    _check_visitor(draft)
    passed = _passed(draft, now) if draft.address else None
    if passed is None:
        return False
    if proof is None or not limits.PROOF_TRIES.value:
        seconds = _seconds_left(draft, of_address=passed.at_most is not None)
        raise ProofNeeded(limit=passed.limit.setting, seconds=seconds, at_most=passed.at_most)
    return True


def spend(proof: Proof) -> None:
    """Spend a proof; raises ``ProofNeeded`` where it was spent before or came too late."""
    if not SpentProof.objects.spend(proof.digest, proof.expires_at):
        raise ProofNeeded(limit=limits.FLOOD_PER_ADDRESS.setting)


def _check_visitor(draft: Reservation) -> None:
    cap = limits.HOLDS_PER_VISITOR
    if cap.value and draft.visitor:
        held = Reservation.objects.live().filter(visitor=draft.visitor).count()
        if held >= cap.value:
            raise HoldsExhausted(limit=cap.setting)


def _passed(draft: Reservation, now: datetime) -> Passed | None:
    same, of_project = Q(address=draft.address), Q(project=draft.project_id)
    unproven = Reservation.objects.unproven(BOOKED_COUNTS).filter(same | of_project)
    counted = unproven.aggregate(
        of_address=Count("pk", filter=same & Q(booking=None)),
        here=_places(same & of_project),
        together=_places(of_project),
    )
    of_all_projects = limits.HOLDS_PER_ADDRESS
    if of_all_projects.passed_by(counted["of_address"] + 1):
        return Passed(of_all_projects, of_all_projects.value)
    if draft.project is None or counted["together"] < ALWAYS_FREE:
        return None
    return _flooded(counted["here"], counted["together"], _offered(draft.project, now))


def _places(held: Q) -> Coalesce:
    """As many as are offered: a hold of several seats counts as all of them."""
    return Coalesce(Sum("places", filter=held), 0)


def _seconds_left(draft: Reservation, *, of_address: bool) -> int:
    """Whole seconds until the first of those that are counted (of the address alone) counts no more, at least one."""
    counted = Reservation.objects.unproven(BOOKED_COUNTS).filter(project=draft.project_id)
    if of_address:
        counted = counted.filter(address=draft.address)
    first = counted.aggregate(
        held=Min("expires_at", filter=Q(booking=None)),
        booked=Min("expires_at", filter=Q(booking__isnull=False)),
    )
    ends = [first["held"], first["booked"] and first["booked"] + BOOKED_COUNTS]
    left = [(end - database_clock.now()).total_seconds() for end in ends if end]
    return max(1, int(min(left, default=60)))


def _flooded(here: int, together: int, offered: int) -> Passed | None:
    def share(limit: Limit) -> int:
        return max(ALWAYS_FREE, offered * limit.value // 100)

    def reached(limit: Limit, held: int) -> bool:
        return bool(limit.value) and held >= share(limit)

    few = limits.HOLDS_UNDER_ATTACK
    if reached(limits.FLOOD_UNPROVEN, together):
        return Passed(limits.FLOOD_UNPROVEN)
    if reached(limits.FLOOD_TOGETHER, together) and here >= few.value:
        return Passed(few, few.value) if few.value else Passed(limits.FLOOD_TOGETHER)
    if reached(limits.FLOOD_PER_ADDRESS, here):
        return Passed(limits.FLOOD_PER_ADDRESS, share(limits.FLOOD_PER_ADDRESS))
    return None


def _offered(project: Project, now: datetime) -> int:
    """How many times the project offers within four weeks, counted at most once a minute."""
    key = f"offered-times:{project.pk}"
    found: int | None = cache.get(key)
    if found is None:
        unproven = Reservation.objects.unproven(BOOKED_COUNTS).filter(project=project)
        ignored = [pk for pair in unproven.values_list("pk", "booking") for pk in pair if pk]
        found = capacity(project, now=now, ignoring=ignored)
        cache.set(key, found, COUNTED_EVERY)
    return found
