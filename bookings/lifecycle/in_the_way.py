"""What is in the way of a refused claim, and whether it has ended: asked by the look-back of the claim's guard.

Strict pieces never overlap each other, so those in the way are the ones that start within the wanted range and the last
that starts before it: an index look-up, however many there are.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from bookings import prepared, sql
from bookings.lifecycle.claims import LAST_STRICT, Claim, Piece
from bookings.models import Booking, Occupancy


@dataclass(frozen=True, kw_only=True)
class Ended:
    """What only seems to be in the way, by the database's clock."""

    pieces: list[int]
    """Those that expired."""
    bookings: list[uuid.UUID]
    """Those whose automatic action is overdue."""


def may_clear(wanted: Claim) -> bool:
    """Whether a refused claim is worth another try: something in the way has ended, or nothing is there any more.

    One cheap question, since most refusals are what they seem.
    """
    pieces, params = _in_the_way(wanted)
    with connection.cursor() as cursor:
        # S608: our own text and the names of placeholders, here and below.
        prepared.execute(
            cursor,
            f"SELECT count(*), count(CASE WHEN expired OR overdue THEN 1 END) FROM ({pieces}) found",  # noqa: S608
            params,
        )
        found, ended = cursor.fetchone()
    return not found or bool(ended)


def ended_in_the_way(wanted: Claim) -> Ended:
    pieces, params = _in_the_way(wanted)
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT id, expired, booking_id, overdue FROM ({pieces}) found WHERE expired OR overdue",  # noqa: S608
            params,
        )
        rows = cursor.fetchall()
    return Ended(
        pieces=[piece for piece, expired, _booking, _overdue in rows if expired],
        bookings=[booking for _piece, _expired, booking, overdue in rows if overdue],
    )


def delete_expired(pieces: list[int]) -> None:
    """Delete those of the pieces that are expired still, locked in order of id.

    The resources are locked, so that nobody else clears them at the same time.
    """
    expired = Occupancy.objects.filter(pk__in=pieces).expired().order_by("pk")
    ids = list(expired.select_for_update(of=("self",)).values_list("pk", flat=True))
    Occupancy.objects.filter(pk__in=ids).delete()


def _in_the_way(wanted: Claim) -> tuple[str, list[Any]]:
    parts = [_of_piece(piece, wanted.around) for piece in wanted.pieces]
    return " UNION ALL ".join(text for text, _params in parts), [one for _text, own in parts for one in own]


def _of_piece(wanted: Piece, around: timedelta) -> tuple[str, list[Any]]:
    """What is within the range or the distance around it; with a distance, also what only its buffers bring there."""
    owner = sql.stored(Occupancy, "resource", wanted.resource)
    start = sql.stored(Occupancy, "start", min(wanted.start, wanted.busy_start - around))
    end = sql.stored(Occupancy, "end", max(wanted.end, wanted.busy_end + around))
    table, bookings = Occupancy._meta.db_table, Booking._meta.db_table
    overdue = f"SELECT b.due_at <= {sql.now()} FROM {bookings} b WHERE b.id = o.booking_id"  # noqa: S608
    piece = (
        f"SELECT o.id, o.booking_id, COALESCE(o.expires_at <= {sql.now()}, FALSE) AS expired, "  # noqa: S608
        f"COALESCE(({overdue}), FALSE) AS overdue FROM {table} o "
        'WHERE o.resource_id = %s AND o."start" < %s AND o."end" > %s'
    )
    first = LAST_STRICT.format('s."start"')
    text = f'{piece} AND o.strict AND o."start" >= COALESCE(({first}), %s) UNION ALL {piece} AND NOT o.strict'
    return text, [owner, end, start, owner, start, start, owner, end, start]
