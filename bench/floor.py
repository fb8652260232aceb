"""The five rows of a booking by one statement that is ready, and nothing else: what no site could undercut.

On PostgreSQL one data-modifying statement, prepared by the driver; on SQLite the same rows by five statements in one
transaction. Values are bound anew each time; nothing is read, checked or worded.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Callable
from datetime import datetime
from functools import cached_property
from itertools import count
from typing import Any

from django.db import connection, transaction
from django.db.models import Field, Model
from psycopg.adapt import PyFormat, Transformer
from psycopg.pq import ExecStatus

from bookings.models import Booking, Customer, HistoryEntry, Occupancy, OutboxMessage

CLAIM = "ON CONFLICT ON CONSTRAINT no_overlap DO NOTHING"


class Floor:
    """Writes copies of what the verb ``book`` wrote for one booking, at other times."""

    def __init__(self, sample: Booking) -> None:
        of_sample = {"booking_id": sample.pk}
        owned: list[Any] = [Occupancy, Customer, HistoryEntry, OutboxMessage]
        self.is_prepared, self.name = False, f"floor_{sample.pk.hex}".encode()
        self.rows: list[Model] = [
            *Occupancy.objects.filter(**of_sample),
            Booking.objects.get(pk=sample.pk),
            *(row for model in owned[1:] for row in model.objects.filter(**of_sample)),
        ]

    def take(self, start: datetime, end: datetime) -> bool:
        """Write the rows for ``[start, end)``; whether the time was free."""
        booking = uuid.uuid4()
        values = [self._values(row, booking, start, end) for row in self.rows]
        return self._write(values)

    def _values(self, row: Model, booking: uuid.UUID, start: datetime, end: datetime) -> list[Any]:
        anew: dict[str, Callable[[], Any]] = {
            "start": lambda: start,
            "end": lambda: end,
            "busy_start": lambda: start,
            "busy_end": lambda: end,
            "booking": lambda: booking,
            "booking_id": lambda: booking,
            "reference": booking.hex[:8].upper,
            "dedupe_key": lambda: f"{row.pk}:{booking}",
        }
        if isinstance(row, Booking):
            anew["id"] = lambda: booking
        given = [
            anew[field.name]() if field.name in anew else field.value_from_object(row)
            for field in _fields(row)
        ]
        return [
            field.get_db_prep_save(value, connection)
            for field, value in zip(_fields(row), given, strict=True)
        ]

    def _write(self, values: list[list[Any]]) -> bool:
        if connection.vendor == "postgresql":
            return self._run_prepared([one for row in values for one in row])
        with transaction.atomic(), connection.cursor() as cursor:
            for text, row in zip(self.inserts, values, strict=True):
                cursor.execute(text, row)
        return True

    def _run_prepared(self, values: list[Any]) -> bool:
        """By libpq itself: Django's cursor binds the values into the text, and its connections prepare nothing."""
        driver = connection.connection
        if not self.is_prepared:
            numbers = count(1)
            text = re.sub("%s", lambda _mark: f"${next(numbers)}", self.statement)
            _succeeded(driver.pgconn.prepare(self.name, text.encode()))
            self.is_prepared = True
        dumped = Transformer.from_context(driver).dump_sequence(values, [PyFormat.TEXT] * len(values))
        return _succeeded(driver.pgconn.exec_prepared(self.name, dumped)).ntuples == 1

    @cached_property
    def inserts(self) -> list[str]:
        return [f"INSERT INTO {_table(row)} ({_columns(row)}) VALUES ({_marks(row)})" for row in self.rows]

    @cached_property
    def statement(self) -> str:
        claim, *others = self.rows
        parts = [
            f"r0 AS (INSERT INTO {_table(claim)} ({_columns(claim)}) VALUES ({_marks(claim)}) {CLAIM} RETURNING 1)"
        ]
        parts += [
            f"r{number} AS (INSERT INTO {_table(row)} ({_columns(row)}) SELECT {_marks(row)} FROM r0)"
            for number, row in enumerate(others, start=1)
        ]
        return f"WITH {', '.join(parts)} SELECT 1 FROM r0"


def _succeeded(result: Any) -> Any:
    if result.status not in (ExecStatus.COMMAND_OK, ExecStatus.TUPLES_OK):
        raise SystemExit(result.error_message.decode())
    return result


def _fields(row: Model) -> list[Field[Any, Any]]:
    """All columns but those that the database counts up."""
    return [field for field in row._meta.concrete_fields if not field.db_returning]


def _table(row: Model) -> str:
    return f'"{row._meta.db_table}"'


def _columns(row: Model) -> str:
    return ", ".join(f'"{field.column}"' for field in _fields(row))


def _marks(row: Model) -> str:
    kinds = [
        field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
        for field in _fields(row)
    ]
    return ", ".join(f"%s::{kind}" if connection.vendor == "postgresql" else "%s" for kind in kinds)
