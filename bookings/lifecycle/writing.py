"""The one writing of a booking: ``book`` decides, as a plain value (``Rows``), and this module writes it.

On PostgreSQL one data-modifying statement writes everything, in the order in which its parts select from each other:

- ``piece`` claims the time, and returns a row only where it was free.  It comes first, before the booking that it
  names, since foreign keys are checked at the end of the transaction: a refusal has written nothing.
- ``booked`` selects from it, so that a refused claim leaves it, and with it all that follows, without rows.
- ``customer`` and ``entry`` select from ``booked``; the entry returns the number that the database gave it.
- ``messages`` select that number from ``entry``, since they are named after it; what was announced already
  (``ON CONFLICT``) stays as it was.
- The answer is the row of ``booked``: whether there is a booking.

A booking of one resource that takes over no hold and no seat is nothing but this statement, and runs in no transaction
(``alone_where``); so is a hold (``write_hold``).  Everything else has one, since a statement sees nothing that was
committed while it waited: what has to be counted (a daily cap) is locked by statements before it; it claims one piece,
so that of several resources each is claimed before, and one that is missing takes all back; and an Idempotency-Key
stands or falls with it.  It is prepared where the connection leads straight to PostgreSQL (``bookings.prepared``).

What happens to a booking later, a line of history and its messages, is written in the same way (``follow``).

On SQLite, where a statement costs no way to a server, the same rows are written one by one.  Its transaction keeps all
other writers out: that of a booking or a hold alone begins here, when all is decided.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connection, transaction
from django.db.models import Model

from bookings import prepared, sql, wake_ups
from bookings.lifecycle.claims import Claim, claim_pieces, claim_statement
from bookings.lifecycle.notices import ENTRY
from bookings.models import Booking, Customer, HistoryEntry, OutboxMessage, Reservation
from bookings.row_values import columns_of
from bookings.written_out import Marks, insert, insertion

Statement = tuple[str, list[Any]]
NAMED: Marks = (
    ("dedupe_key", f"replace(%s, '{ENTRY}', entry.id::text)"),
    ("payload", "%s::jsonb || jsonb_build_object('history', entry.id)"),
)
"""Where PostgreSQL puts the number of the history entry into a message."""
_LAST = f'(SELECT max(id) FROM "{HistoryEntry._meta.db_table}")'  # noqa: S608  # our own name
NAMED_AFTER_THE_LAST: Marks = (
    ("dedupe_key", f"replace(%s, '{ENTRY}', {_LAST})"),
    ("payload", f"json_set(%s, '$.history', {_LAST})"),
)
"""Where SQLite does; numbers only grow there, and nobody else writes meanwhile."""
ENDS_AS_ITS_PIECE: Marks = (("expires_at", "COALESCE(piece.expires_at, %s::timestamptz)"),)


@dataclass(frozen=True, kw_only=True)
class Rows:
    """What is to be written, none of it saved yet; ``claim`` is None where no time is taken here.

    The messages name the history entry by ``ENTRY``, since it has no number before it is written.
    """

    booking: Booking
    entry: HistoryEntry
    claim: Claim | None = None
    customer: Customer | None = None
    messages: Sequence[OutboxMessage] = ()


def write(rows: Rows) -> bool:
    """Write the rows in the open transaction; False, and nothing written, where some of the time is taken.

    Where it is of several pieces, their resources are locked.
    """
    if rows.customer is not None:
        rows.customer.booking = rows.booking
    written = _all_or_none(rows) if rows.claim and len(rows.claim.pieces) > 1 else _write(rows)
    for row in (rows.booking, rows.customer) if written else ():
        if row is not None:
            row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
    return written


def write_hold(draft: Reservation, claim: Claim) -> bool:
    """Write an unsaved hold with the pieces of its claim, and set when it ends; False, and nothing written, where some
    of the time is taken.
    """
    if sql.is_postgresql() and len(claim.pieces) == 1:
        (piece,) = claim.pieces
        parts = [
            ("piece", claim_statement(claim, piece, {"reservation": draft.pk})),
            ("held", _insert([draft], "FROM piece", marks=ENDS_AS_ITS_PIECE)),
        ]
        for (draft.expires_at,) in (written := _run(parts, "SELECT expires_at FROM piece")):
            draft._state.adding, draft._state.db = False, DEFAULT_DB_ALIAS
        return bool(written)
    return _in_one_transaction(lambda: _hold_piece_by_piece(draft, claim))


def _hold_piece_by_piece(draft: Reservation, claim: Claim) -> bool:
    claimed = claim_pieces(claim, reservation=draft.pk)
    if claimed is None:
        return False
    assert claimed.expires_at  # noqa: S101  # it is held for a while
    draft.expires_at = claimed.expires_at
    insert(draft)
    return True


def follow(entry: HistoryEntry, messages: Sequence[OutboxMessage] = ()) -> HistoryEntry:
    """Write a line of history, and the messages that follow it, of a booking that is written already."""
    if messages:
        wake_ups.written()
    if sql.is_postgresql():
        parts = [("entry", _insert([entry], end='RETURNING "id"')), *_messages(messages)]
        ((entry.pk,),) = _run(parts, "SELECT id FROM entry")
    else:
        written, *others = _entry_and_messages(entry, messages)
        with connection.cursor() as cursor:
            cursor.execute(*written)
            (entry.pk,) = cursor.fetchone()
            for statement in others:
                cursor.execute(*statement)
    entry._state.adding, entry._state.db = False, DEFAULT_DB_ALIAS
    return entry


def _all_or_none(rows: Rows) -> bool:
    """All pieces but one each by a statement, then that one with the rows."""
    assert rows.claim  # noqa: S101  # of several
    first, *others = rows.claim.in_order
    with transaction.atomic():
        claimed = claim_pieces(replace(rows.claim, pieces=tuple(others)), booking=rows.booking.pk)
        written = bool(claimed) and _write(replace(rows, claim=replace(rows.claim, pieces=(first,))))
        if not written:
            transaction.set_rollback(True)
    return written


def _write(rows: Rows) -> bool:
    written = _at_once(rows) if sql.is_postgresql() else _one_by_one(rows)
    if written and rows.messages:
        wake_ups.written()
    return written


def _at_once(rows: Rows) -> bool:
    parts: list[tuple[str, Statement]] = []
    if rows.claim is not None:
        parts.append(("piece", _claim(rows.claim, rows.booking)))
    parts.append(("booked", _insert([rows.booking], "FROM piece" if rows.claim else "", "RETURNING 1")))
    if rows.customer is not None:
        parts.append(("customer", _insert([rows.customer], "FROM booked")))
    parts.append(("entry", _insert([rows.entry], "FROM booked", 'RETURNING "id"')))
    parts += _messages(rows.messages)
    return bool(_run(parts, "SELECT 1 FROM booked"))


def _messages(messages: Sequence[OutboxMessage]) -> list[tuple[str, Statement]]:
    if not messages:
        return []
    return [("messages", _insert(messages, "FROM entry", "ON CONFLICT DO NOTHING", NAMED))]


def _run(parts: Sequence[tuple[str, Statement]], answer: str) -> list[tuple[Any, ...]]:
    text = ", ".join(f"{name} AS ({part})" for name, (part, _values) in parts)
    values = [value for _name, (_part, values) in parts for value in values]
    return prepared.run(f"WITH {text} {answer}", values).rows


def _in_one_transaction(do: Callable[[], bool]) -> bool:
    """In the open one, else in one of its own."""
    if connection.in_atomic_block:
        return do()
    with transaction.atomic():
        return do()


def _one_by_one(rows: Rows) -> bool:
    """The statements are made before the transaction begins, which keeps all other writers out."""
    claim = None if rows.claim is None else _claim(rows.claim, rows.booking)
    statements = [_insert([rows.booking])]
    if rows.customer is not None:
        statements.append(_insert([rows.customer]))
    statements += _entry_and_messages(rows.entry, rows.messages)

    def run() -> bool:
        with connection.cursor() as cursor:
            if claim is not None:
                cursor.execute(*claim)
                if cursor.fetchone() is None:
                    return False
            for statement in statements:
                cursor.execute(*statement)
        return True

    return _in_one_transaction(run)


def _entry_and_messages(entry: HistoryEntry, messages: Sequence[OutboxMessage]) -> list[Statement]:
    """For SQLite; the first answers the number that the database gave the entry."""
    statements = [_insert([entry], end='RETURNING "id"')]
    if messages:
        # SQLite would take ON for the beginning of a join.
        source, end = "WHERE TRUE", "ON CONFLICT DO NOTHING"
        statements.append(_insert(messages, source, end, NAMED_AFTER_THE_LAST))
    return statements


def _claim(claim: Claim, booking: Booking) -> Statement:
    (piece,) = claim.pieces
    return claim_statement(claim, piece, {"booking": booking.pk})


def _insert(rows: Sequence[Model], source: str = "", end: str = "", marks: Marks = ()) -> Statement:
    model = type(rows[0])
    values = [value for row in rows for value in columns_of(model).values(row)]
    return insertion(model, len(rows), source, end, marks), values
