"""What is in the way of a refused claim, and whether it has ended: asked by the look-back of the claim's guard.

Of what starts before the wanted range only the last strict piece can reach into it, since strict pieces never overlap
each other, and those that are not strict. Each kind is looked up along an index of its own, however much is taken.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.db import connection

from bookings import prepared, sql
from bookings.lifecycle.claims import Claim, Piece, last_strict
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
    # S608: our own text and the names of placeholders, here and below.
    ((found, ended),) = prepared.run(
        f"SELECT count(*), count(CASE WHEN expired OR overdue THEN 1 END) FROM ({pieces}) found",  # noqa: S608
        params,
    ).rows
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
    overdue = f"SELECT b.due_at <= {sql.now()} FROM {Booking._meta.db_table} b WHERE b.id = o.booking_id"  # noqa: S608
    piece = (
        f"o.id, o.booking_id, COALESCE(o.expires_at <= {sql.now()}, FALSE) AS expired, "
        f"COALESCE(({overdue}), FALSE) AS overdue"
    )
    pieces = f"SELECT {piece} FROM {Occupancy._meta.db_table} o WHERE o.resource_id = %s"  # noqa: S608
    text = (
        f'{pieces} AND o."start" >= %s AND o."start" < %s '
        f'UNION ALL {last_strict(piece)} AND o."end" > %s '
        f'UNION ALL {pieces} AND {sql.is_false("o.strict")} AND o."start" < %s AND o."end" > %s'
    )
    return text, [owner, start, end, owner, start, owner, start, owner, start, start]
