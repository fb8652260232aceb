"""What a site of many bookings has beside them: history, sent messages and people, copied in the database."""

from __future__ import annotations

from typing import Any

from django.db import connection, models
from django.db.models import Max
from django.utils import timezone

from bench.many_bookings import A_CUSTOMERS_BOOKINGS, TURNS
from bookings import sql
from bookings.models import (
    Booking,
    HistoryEntry,
    OutboxMessage,
    Person,
    PersonAddress,
    PersonBooking,
    Reservation,
    Resource,
)
from tests.situations import a_hold, at

NUMBER = "CAST(substr(b.reference, 2) AS integer)"


def add_what_is_beside(bookings: int) -> None:
    """For the bookings of ``fill``: an entry and a message each, a hold for every tenth, a person for every fifteen."""
    now = timezone.now()
    _for_each(HistoryEntry, {"booking_id": "b.id", "at": "b.created_at"})
    sent = {"booking_id": "b.id", "dedupe_key": "'copy-' || b.reference", "created_at": "b.created_at"}
    _for_each(OutboxMessage, sent | {"done_at": "b.created_at", "outcome": "'sent'"})
    held = {
        "start": "b.start",
        "end": 'b."end"',
        "resource_id": "b.resource_id",
        "expires_at": "b.created_at",
    }
    new_id = "gen_random_uuid()" if sql.is_postgresql() else "lower(hex(randomblob(16)))"
    a_hold(Resource.objects.order_by("pk")[0], at(20))
    held |= {"id": new_id, "created_at": "b.created_at"}
    _for_each(Reservation, held, where=f" AND {NUMBER} %% 10 = 0")
    _add_people(bookings // A_CUSTOMERS_BOOKINGS + 1, now)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _for_each(model: Any, own: dict[str, str], where: str = "") -> None:
    """Copies of one row of the model, one for each booking of ``fill``; the columns of ``own`` are said in SQL."""
    pattern = model.objects.order_by("-pk").values_list("pk", flat=True).first()
    if pattern is None:
        raise SystemExit(f"there is no {model.__name__} to be copied")
    columns = [
        field.column for field in model._meta.concrete_fields if field.column in own or not _counts(field)
    ]
    chosen = ", ".join(own.get(name, f'pattern."{name}"') for name in columns)
    table, names = model._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} ({names}) SELECT {chosen} FROM {Booking._meta.db_table} b"  # our own words
            f" JOIN {table} pattern ON pattern.id = %s WHERE b.reference LIKE 'N%%'"
            f" AND substr(b.reference, 2, 1) BETWEEN '0' AND '9'{where}",
            [sql.stored(model, "pk", pattern)],
        )


def _counts(field: Any) -> bool:
    return isinstance(field, models.AutoField)


def _add_people(number: int, now: Any) -> None:
    before = Person.objects.aggregate(last=Max("pk"))["last"] or 0
    name = "'Novak ' || n"
    person = f"SELECT {before} + n, {name} || ' Maria', 'novak ' || n || ' maria', 'maria novak ' || n"
    with connection.cursor() as cursor:
        cursor.execute(
            f"{TURNS} INSERT INTO {Person._meta.db_table}"
            " (id, name, name_key, last_key, email, phone, language, also, note, created_at)"
            f" {person}, 'customer' || n || '@example.com', '', 'en', '', '', %s FROM turns",
            [number, now],
        )
        cursor.execute(
            f"INSERT INTO {PersonAddress._meta.db_table} (person_id, value, name_key)"
            f" SELECT id, email, name_key FROM {Person._meta.db_table} WHERE id > {before}"
        )
        cursor.execute(
            f"INSERT INTO {PersonBooking._meta.db_table} (booking_id, person_id)"
            f" SELECT b.id, {before + 1} + {NUMBER} / {A_CUSTOMERS_BOOKINGS} FROM {Booking._meta.db_table} b"
            " WHERE b.reference LIKE 'N%%' AND substr(b.reference, 2, 1) BETWEEN '0' AND '9'"
            f" AND {NUMBER} / {A_CUSTOMERS_BOOKINGS} < {number}",
            [],
        )
