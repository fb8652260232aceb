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
from functools import cache

from django.db import connection
from django.db.models import Model, QuerySet
from django.db.transaction import TransactionManagementError

from bookings import sql
from bookings.models import Booking, Graph, GraphVersion, Project, Reservation, Resource, State
from bookings.written_out import Statement, columns

Ids = Iterable[uuid.UUID]
_BOOKINGS, _VERSIONS = Booking._meta.db_table, GraphVersion._meta.db_table


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
        resources: set[uuid.UUID] = set()
        sessions: set[uuid.UUID] = set()
        for offers_seats, claims, *told in _touched().all(sql.id_list(Booking, "pk", wanted)):
            pk, session, *takes = map(sql.identity, told)
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
            (Resource, self.resources),
            (Booking, self.sessions),
            (Booking, self.bookings),
            (Reservation, self.reservations),
        )
        held = [len(_lock(model, ids, skip_locked=skip_locked)) == len(ids) for model, ids in kinds if ids]
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
    held = _lock(Booking, ids, skip_locked=skip_locked)
    return playable(bookings.filter(pk__in=held))


def playable(bookings: QuerySet[Booking]) -> list[Booking]:
    """Bookings in order of id, with what a transition reads; their rows are locked already."""
    return list(bookings.select_related("state", "version__graph", "resource", "project").order_by("pk"))


def played_on(ids: Ids) -> list[tuple[Booking, bool]]:
    """The same of bookings with these ids, and whether an action of the clock is overdue by the database's."""
    rows: list[tuple[Booking, bool]] = []
    for booking, *found, is_overdue in _whole().all(sql.id_list(Booking, "pk", list(ids))):
        booking.state, booking.version, booking.version.graph, booking.resource, booking.project = found
        rows.append((booking, bool(is_overdue)))
    return rows


def _lock(model: type[Model], ids: Ids, *, skip_locked: bool) -> list[uuid.UUID]:
    """Lock the rows in order of id, and return the ids of those that are there and were to be had."""
    if not connection.in_atomic_block:
        raise TransactionManagementError("Rows are locked for a transaction.")
    found = _locking(model, skip_locked).all(sql.id_list(model, "pk", list(ids)))
    return [pk for (told,) in found if (pk := sql.identity(told))]


# Every verb on a booking asks these, so they are written out: see ``bookings.written_out``.


@cache
def _touched() -> Statement:
    takes = Booking.companions.through._meta.db_table
    return Statement(
        "SELECT v.offers_seats, v.claims, b.id, b.session_id, b.resource_id, c.resource_id "  # noqa: S608  # tables
        f"FROM {_BOOKINGS} b JOIN {_VERSIONS} v ON v.id = b.version_id "
        f"LEFT JOIN {takes} c ON c.booking_id = b.id WHERE {sql.among('b.id')}"
    )


@cache
def _locking(model: type[Model], skip_locked: bool) -> Statement:
    text = f"SELECT id FROM {model._meta.db_table} WHERE {sql.among('id')} ORDER BY id"  # noqa: S608
    if sql.is_postgresql():
        text += " FOR NO KEY UPDATE" + (" SKIP LOCKED" if skip_locked else "")
    return Statement(text)


@cache
def _whole() -> Statement:
    models = {Booking: "b", State: "s", GraphVersion: "v", Graph: "g", Resource: "r", Project: "p"}
    selected = ", ".join(columns(model, table) for model, table in models.items())
    return Statement(
        f"SELECT {selected}, b.due_at <= {sql.now()} FROM {_BOOKINGS} b "  # noqa: S608  # tables
        f"JOIN {State._meta.db_table} s ON s.id = b.state_id JOIN {_VERSIONS} v ON v.id = b.version_id "
        f"JOIN {Graph._meta.db_table} g ON g.id = v.graph_id "
        f"JOIN {Resource._meta.db_table} r ON r.id = b.resource_id "
        f"LEFT JOIN {Project._meta.db_table} p ON p.id = b.project_id "
        f"WHERE {sql.among('b.id')} ORDER BY b.id",
        *models,
    )
