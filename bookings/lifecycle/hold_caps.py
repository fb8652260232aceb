"""How many times visitors may hold: each of them, one network address, and under attack all who have proven nothing.

A project is under attack from the moment when the unproven visitors of one address hold a tenth of its offered times,
or all of them together a third.  From then on each hold costs a proof of work, which lifts the caps of the address for
that hold alone.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.cache import cache
from django.db import connection
from django.db.models import Count, Q

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
        raise ProofNeeded(limit=passed.setting, seconds=_seconds_left(draft))
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


def _passed(draft: Reservation, now: datetime) -> Limit | None:
    """The limit that one more unproven hold would pass."""
    same, of_project = Q(address=draft.address), Q(project=draft.project_id)
    unproven = Reservation.objects.unproven(BOOKED_COUNTS).filter(same | of_project)
    counted = unproven.aggregate(
        of_address=Count("pk", filter=same & Q(booking=None)),
        here=Count("pk", filter=same & of_project),
        together=Count("pk", filter=of_project),
    )
    if limits.HOLDS_PER_ADDRESS.passed_by(counted["of_address"] + 1):
        return limits.HOLDS_PER_ADDRESS
    if draft.project is None or counted["together"] < ALWAYS_FREE:
        return None
    return _flooded(counted["here"], counted["together"], _offered(draft.project, now))


def _seconds_left(draft: Reservation) -> int:
    """Whole seconds until the first hold of those that are counted ends, at least one."""
    live = Reservation.objects.live().filter(proven=False, project=draft.project_id)
    first = live.order_by("expires_at").values_list("expires_at", flat=True).first()
    return max(1, int((first - database_clock.now()).total_seconds())) if first else 60


def _flooded(here: int, together: int, offered: int) -> Limit | None:
    shares = (limits.FLOOD_PER_ADDRESS, here), (limits.FLOOD_TOGETHER, together)
    for limit, held in shares:
        if limit.value and held >= max(ALWAYS_FREE, offered * limit.value // 100):
            return limit
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
