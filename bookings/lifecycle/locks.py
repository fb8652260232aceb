"""The order in which rows are locked, so that no two transactions wait for each other in a circle.

Resources come first, then sessions, then other bookings, then reservations, each in order of id, and all of them
before the transaction's first claim.  A new booking or hold of one resource locks none of them.

Ids are locked first, and rows are read afterwards by a statement of its own: after a wait PostgreSQL looks at the
locked row again but not at what it was joined with, so that a booking whose state changed meanwhile would fall out.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Model, QuerySet

from bookings.models import Booking, GraphVersion, Reservation, Resource

Ids = Iterable[uuid.UUID]


@dataclass(frozen=True, kw_only=True)
class Locks:
    """The ids of the rows that one transaction needs; ``|`` joins what its parts need."""

    resources: frozenset[uuid.UUID] = frozenset()
    sessions: frozenset[uuid.UUID] = frozenset()
    bookings: frozenset[uuid.UUID] = frozenset()
    reservations: frozenset[uuid.UUID] = frozenset()

    @classmethod
    def on(
        cls, *, resources: Ids = (), sessions: Ids = (), bookings: Ids = (), reservations: Ids = ()
    ) -> Locks:
        apart = frozenset(sessions)
        return cls(
            resources=frozenset(resources),
            sessions=apart,
            bookings=frozenset(bookings) - apart,
            reservations=frozenset(reservations),
        )

    @classmethod
    def of_bookings(cls, ids: Ids) -> Locks:
        """What a verb on these bookings may touch besides them: the resources that they take, and their sessions."""
        wanted = frozenset(ids)
        found = Booking.objects.filter(pk__in=wanted).order_by()
        rows = found.values_list(
            "pk", "session_id", "version__offers_seats", "version__claims", "resource_id", "companions"
        )
        resources: set[uuid.UUID] = set()
        sessions: set[uuid.UUID] = set()
        for pk, session, offers_seats, claims, *takes in rows:
            sessions.update(one for one in (session, pk if offers_seats else None) if one)
            resources.update(one for one in takes if one and claims == GraphVersion.Claims.TIME)
        return cls.on(resources=resources, sessions=sessions, bookings=wanted)

    def __or__(self, other: Locks) -> Locks:
        return Locks.on(
            resources=self.resources | other.resources,
            sessions=self.sessions | other.sessions,
            bookings=self.bookings | other.bookings,
            reservations=self.reservations | other.reservations,
        )

    def take(self, *, skip_locked: bool = False) -> bool:
        """Lock the rows; with ``skip_locked`` wait for nobody, and tell whether every one was to be had."""
        kinds = (
            (Resource.objects, self.resources),
            (Booking.objects, self.sessions),
            (Booking.objects, self.bookings),
            (Reservation.objects, self.reservations),
        )
        held = [
            len(_lock(rows.filter(pk__in=ids), skip_locked=skip_locked)) == len(ids)
            for rows, ids in kinds
            if ids
        ]
        return all(held)


NO_LOCKS = Locks()


def lock_resources(ids: Ids) -> None:
    Locks.on(resources=ids).take()


def lock_session(session_id: uuid.UUID) -> None:
    Locks.on(sessions=[session_id]).take()


def locked(bookings: QuerySet[Booking], *, skip_locked: bool = False) -> list[Booking]:
    """Those of the bookings that are still among them once their rows are locked, in order of id, to be played on."""
    ids = list(bookings.order_by().values_list("pk", flat=True))
    if not ids:
        return []
    held = _lock(Booking.objects.filter(pk__in=ids), skip_locked=skip_locked)
    return playable(bookings.filter(pk__in=held))


def playable(bookings: QuerySet[Booking]) -> list[Booking]:
    """Bookings in order of id, with what a transition reads; their rows are locked already."""
    return list(bookings.select_related("state", "version__graph", "resource", "project").order_by("pk"))


def _lock(rows: QuerySet[Model], *, skip_locked: bool) -> list[uuid.UUID]:
    in_order = rows.order_by("pk").select_for_update(no_key=True, skip_locked=skip_locked)
    return list(in_order.values_list("pk", flat=True))
