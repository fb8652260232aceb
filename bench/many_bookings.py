"""A table of many bookings, copied in the database from one that was made as any other is."""

import json
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from bookings import sql
from bookings.models import Booking, Customer, Resource, State
from tests.situations import a_booking, a_project, a_resource, at

RESOURCES, A_CUSTOMERS_BOOKINGS, SPAN = 100, 15, timedelta(days=3 * 365)
TURNS = "WITH RECURSIVE turns(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM turns WHERE n < %s) "
COMPLETED, CANCELLED = 600, 50  # of a thousand; the others are confirmed
A_WEEKS_LENGTH = 3000  # every so manieth booking lasts a week, all others an hour


def fill(number: int) -> datetime:
    """Add so many bookings of the last three years, and their customers; the moment at which the first was made."""
    resources = [a_resource() for _number in range(RESOURCES)]
    pattern = a_booking(resources[0], at(10), project=a_project(*resources))
    begun = timezone.now() - SPAN
    with connection.cursor() as cursor:
        _add_bookings(cursor, pattern, resources, begun, number)
        _add_customers(cursor, pattern)
        cursor.execute("ANALYZE")
    return begun


def _add_bookings(
    cursor: Any, pattern: Booking, resources: list[Resource], begun: datetime, number: int
) -> None:
    step = SPAN.total_seconds() / number
    states = State.objects.filter(version=pattern.version).values_list("name", "pk")
    by_name = dict(states)
    made = f"n * {step}"
    start = f"{made} + (n %% 30) * 86400"
    end = f"{start} + CASE WHEN n %% {A_WEEKS_LENGTH} = 0 THEN 604800 ELSE 3600 END"
    own = {
        "id": ("gen_random_uuid()" if sql.is_postgresql() else "lower(hex(randomblob(16)))", []),
        "reference": ("'N' || n", []),
        "resource_id": ("resource.column2", []),
        "state_id": (
            f"CASE WHEN n %% 1000 < {COMPLETED} THEN %s WHEN n %% 1000 < {COMPLETED + CANCELLED} THEN %s ELSE %s END",
            [by_name["completed"], by_name["cancelled"], by_name["confirmed"]],
        ),
        "start": _after(begun, start),
        "end": _after(begun, end),
        "created_at": _after(begun, made),
        "meta": (f"CASE WHEN n %% 10 = 0 THEN {_object('order')} ELSE '{{}}' END", []),
    }
    if sql.is_postgresql():
        own["meta"] = (f"({own['meta'][0]})::jsonb", [])
    columns = [field.column for field in Booking._meta.concrete_fields]
    chosen = ", ".join(own[name][0] if name in own else f'pattern."{name}"' for name in columns)
    values = [value for name in columns if name in own for value in own[name][1]]
    numbered = ", ".join(["(%s, %s)"] * RESOURCES)
    pairs = [
        value for place, one in enumerate(resources) for value in (place, sql.stored(Resource, "pk", one.pk))
    ]
    table, names = Booking._meta.db_table, ", ".join(f'"{name}"' for name in columns)
    cursor.execute(
        f"{TURNS} INSERT INTO {table} ({names}) SELECT {chosen} FROM turns"  # our own words
        f" JOIN (VALUES {numbered}) AS resource ON resource.column1 = n %% {RESOURCES}"
        f" JOIN {table} AS pattern ON pattern.id = %s",
        [number, *values, *pairs, sql.stored(Booking, "pk", pattern.pk)],
    )


def _after(begun: datetime, seconds: str) -> tuple[str, list[Any]]:
    if sql.is_postgresql():
        return f"%s::timestamptz + ({seconds}) * interval '1 second'", [begun]
    return f"datetime(%s, ({seconds}) || ' seconds')", [begun.isoformat(" ")]


def _object(key: str) -> str:
    quoted = json.dumps(key)
    return f"'{{{quoted}: \"' || n || '\"}}'"


def _add_customers(cursor: Any, pattern: Booking) -> None:
    """One person has fifteen bookings, an address and a number: ``customer7@example.com``, ``+49 30 10000007``.

    A planner that is told of one number for all reads the table through, whatever number is looked for.
    """
    columns = [field.column for field in Customer._meta.concrete_fields]
    person = f"CAST(substr(booking.reference, 2) AS integer) / {A_CUSTOMERS_BOOKINGS}"
    own = {
        "booking_id": "booking.id",
        "email": f"'customer' || {person} || '@example.com'",
        "phone": f"'+49 30 ' || (10000000 + {person})",
        "phone_e164": f"'+4930' || (10000000 + {person})",
    }
    chosen = ", ".join(own.get(name, f"pattern.{name}") for name in columns)
    table, names = Customer._meta.db_table, ", ".join(columns)
    booking = sql.stored(Booking, "pk", pattern.pk)
    cursor.execute(
        f"INSERT INTO {table} ({names}) SELECT {chosen}"  # our own words
        f" FROM {Booking._meta.db_table} AS booking JOIN {table} AS pattern ON pattern.booking_id = %s"
        " WHERE booking.id <> %s",
        [booking, booking],
    )
