"""The only writer of occupancy.  One statement claims; the database decides; nothing is locked for it.

Reading the table first and writing later would let two requests both see a free time.  A plain INSERT would be
refused by the constraint too, but two of them that meet wait for each other until PostgreSQL kills one; with
``ON CONFLICT`` on the named constraint the later one simply writes nothing.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from django.db import connection, transaction
from django.utils.dateparse import parse_datetime

from bookings import prepared, sql
from bookings.availability.parts import Part
from bookings.errors import Conflict
from bookings.models import Booking, Occupancy, Reservation, Resource
from bookings.written_out import mark

OWNERS = ("booking", "reservation", "event")
_COLUMNS = ("resource", "start", "end", "busy_start", "busy_end", "strict", "all_day", *OWNERS)


def last_strict(columns: str, amount: int = 1) -> str:
    """The last strict pieces of a resource that start before an instant, as ``o``: resource, instant, resource.

    Strict pieces never overlap each other, so the last decides for all that start before: one step back in an index,
    however many there are.  Pairs are compared, since PostgreSQL would take the constraint's own index for a resource
    alone, and read all of it.
    """
    last = (
        f'SELECT * FROM "{Occupancy._meta.db_table}" s '  # our own names
        f'WHERE {sql.is_true("s.strict")} AND (s.resource_id, s."start") < (%s, %s) '
        f'ORDER BY s.resource_id DESC, s."start" DESC LIMIT {amount}'
    )
    return f"SELECT {columns} FROM ({last}) o WHERE o.resource_id = %s"


@dataclass(frozen=True, kw_only=True)
class Piece:
    """A part of one resource's time: ``[busy_start, busy_end)`` with the buffers around it."""

    resource: uuid.UUID
    busy_start: datetime
    busy_end: datetime
    buffer_before: timedelta = timedelta()
    buffer_after: timedelta = timedelta()

    @property
    def start(self) -> datetime:
        return self.busy_start - self.buffer_before

    @property
    def end(self) -> datetime:
        return self.busy_end + self.buffer_after


@dataclass(frozen=True, kw_only=True)
class Claim:
    """What is wanted: a set of pieces, each of its own resource and range, all or none."""

    pieces: tuple[Piece, ...]
    strict: bool = True
    """A strict claim is refused by any live piece; the other kind by none."""
    around: timedelta = timedelta()
    """How far a strict claim keeps its bare time from the bare time of others, on either side."""
    all_day: bool = False
    sees_all_day_events: bool = True
    hold: timedelta | None = None
    """How long it is held, from the moment of the statement; None for good."""

    @property
    def resources(self) -> list[uuid.UUID]:
        """Those of its pieces, each once, in order of id: the order in which they are locked and claimed."""
        return sorted({piece.resource for piece in self.pieces})

    @property
    def in_order(self) -> list[Piece]:
        """The pieces as they are claimed."""
        return sorted(self.pieces, key=lambda piece: (piece.resource, piece.busy_start))


def pieces_of(parts: Iterable[Part], start: datetime) -> tuple[Piece, ...]:
    """The piece of each part of what begins at ``start``."""
    return tuple(
        Piece(
            resource=part.resource,
            busy_start=start + part.offset,
            busy_end=start + part.offset + part.length,
            buffer_before=part.buffers.before,
            buffer_after=part.buffers.after,
        )
        for part in parts
    )


@dataclass(frozen=True, kw_only=True)
class Claimed:
    """That all pieces were claimed; they expire at ``expires_at``, or never."""

    expires_at: datetime | None


def claim_pieces(wanted: Claim, **owner: uuid.UUID) -> Claimed | None:
    """Claim all pieces, or none; None where one is taken.

    ``owner`` is one of ``booking``, ``reservation`` or ``event`` with its id; the row itself may be written later in
    the transaction, since foreign keys are checked at its end.
    """
    if len(wanted.pieces) == 1:
        return _claim_each(wanted, owner)
    with transaction.atomic():
        claimed = _claim_each(wanted, owner)
        if claimed is None:
            transaction.set_rollback(True)
    return claimed


def _claim_each(wanted: Claim, owner: dict[str, uuid.UUID]) -> Claimed | None:
    expires_at = None
    for piece in wanted.in_order:
        written = _insert(wanted, piece, owner)
        if written is None:
            return None
        expires_at = _instant(written[1])
    return Claimed(expires_at=expires_at)


def _insert(wanted: Claim, piece: Piece, owner: dict[str, uuid.UUID]) -> tuple[int, Any] | None:
    with connection.cursor() as cursor:
        cursor.execute(*claim_statement(wanted, piece, owner))
        written: tuple[int, Any] | None = cursor.fetchone()
    return written


def claim_statement(wanted: Claim, piece: Piece, owner: dict[str, uuid.UUID]) -> tuple[str, list[Any]]:
    """The statement that claims one piece, and its parameters; it returns a row only where the time was free."""
    values = [
        piece.resource,
        piece.start,
        piece.end,
        piece.busy_start,
        piece.busy_end,
        wanted.strict,
        wanted.all_day,
    ]
    values += [owner.get(name) for name in OWNERS]
    told = [sql.stored(Occupancy, name, value) for name, value in zip(_COLUMNS, values, strict=True)]
    if wanted.hold is not None:
        told += sql.from_now(wanted.hold)[1]
    guard = ""
    if wanted.strict:
        guard = _guard(around=bool(wanted.around), sees_all_day_events=wanted.sees_all_day_events)
        told += _guarded(wanted, piece)
    return _text(guard, is_held=wanted.hold is not None), told


@cache
def _text(guard: str, *, is_held: bool) -> str:
    fields: list[Any] = [Occupancy._meta.get_field(name) for name in _COLUMNS]
    names = ", ".join(f'"{field.column}"' for field in fields)
    marks = ", ".join(map(mark, fields))
    never = "NULL::timestamptz" if sql.is_postgresql() else "NULL"
    expiry = sql.from_now(timedelta())[0] if is_held else never
    conflict = "ON CONFLICT ON CONSTRAINT no_overlap DO NOTHING" if sql.is_postgresql() else ""
    return (
        f'INSERT INTO "{Occupancy._meta.db_table}" ({names}, "expires_at") SELECT {marks}, {expiry} {guard} {conflict} '
        'RETURNING "id", "expires_at"'
    )


@cache
def _guard(*, around: bool, sees_all_day_events: bool) -> str:
    """Refuse where a strict piece, expired or not, or a live one of the other kind overlaps, or is too near.

    Too near is judged from bare time to bare time. Of strict pieces the last two that start before the range and its
    distance end are enough: the last may begin with a buffer and be bare only after that, and then the one before it
    ends before.
    """
    last = last_strict('o."end"')
    doubled = _of_the_other_kind("start", "end", sees_all_day_events)
    guard = f"WHERE NOT COALESCE(({last}) > %s, FALSE) AND NOT {doubled}"
    if not around:
        return guard
    strict = f"{last_strict('1', 2)} AND o.busy_end > %s AND o.busy_start < %s"
    doubled = _of_the_other_kind("busy_start", "busy_end", sees_all_day_events)
    return f"{guard} AND NOT EXISTS ({strict}) AND NOT {doubled}"


def _guarded(wanted: Claim, piece: Piece) -> list[Any]:
    """The values of ``_guard``."""
    start, end = sql.stored(Occupancy, "start", piece.start), sql.stored(Occupancy, "end", piece.end)
    owner = sql.stored(Occupancy, "resource", piece.resource)
    told = [owner, end, owner, start, owner, start, end]
    if wanted.around:
        low = sql.stored(Occupancy, "start", piece.busy_start - wanted.around)
        high = sql.stored(Occupancy, "end", piece.busy_end + wanted.around)
        told += [owner, high, owner, low, high, owner, low, high]
    return told


def _of_the_other_kind(start: str, end: str, sees_all_day_events: bool) -> str:
    """Whether a live piece that is not strict reaches into a range; by its columns of those names."""
    all_day = "" if sees_all_day_events else " AND NOT (o.all_day AND o.event_id IS NOT NULL)"
    return (
        f'EXISTS (SELECT 1 FROM "{Occupancy._meta.db_table}" o WHERE o.resource_id = %s AND {sql.is_false("o.strict")} '
        f'AND o."{end}" > %s AND o."{start}" < %s AND (o.expires_at IS NULL OR o.expires_at > {sql.now()}){all_day})'
    )


def _instant(value: datetime | str | None) -> datetime | None:
    """A RETURNING column as an aware instant; SQLite gives text, or a naive time where its column is declared so."""
    moment = parse_datetime(value) if isinstance(value, str) else value
    return moment.replace(tzinfo=UTC) if moment and moment.tzinfo is None else moment


def resources_held(reservation: Reservation) -> set[uuid.UUID]:
    """Those of whose time it has pieces."""
    return set(Occupancy.objects.filter(reservation=reservation).values_list("resource_id", flat=True))


def hand_over(reservation: Reservation, booking_id: uuid.UUID, resources: Collection[uuid.UUID]) -> bool:
    """Give a live reservation's pieces of these resources to a booking, ranges untouched; False if they expired.

    Where only some were left, which expired one after the other, ``Conflict`` is raised: a booking has all or none.
    """
    text = (
        f'UPDATE "{Occupancy._meta.db_table}" SET reservation_id = NULL, booking_id = %s, expires_at = NULL '
        f"WHERE reservation_id = %s AND {sql.among('resource_id')} AND (expires_at IS NULL OR expires_at > {sql.now()})"
    )
    values = [sql.stored(Booking, "pk", booking_id), sql.stored(Reservation, "pk", reservation.pk)]
    handed = prepared.run(text, [*values, sql.id_list(Resource, "pk", resources)]).affected
    if handed not in {0, len(resources)}:
        raise Conflict
    return bool(handed)


def release_pieces(*, booking: Booking | None = None, reservation: Reservation | None = None) -> None:
    """Delete the pieces of one owner."""
    owner = booking or reservation
    assert owner is not None  # noqa: S101  # one of them
    text = f'DELETE FROM "{Occupancy._meta.db_table}" WHERE {"booking" if booking else "reservation"}_id = %s'
    prepared.run(text, [sql.stored(type(owner), "pk", owner.pk)])
