"""The spellings of the two engines, once: for the statements that are written out by hand.

A fragment that stands in a statement with parameters has its own percent signs doubled.
"""

from __future__ import annotations

import json
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connection, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model


@cache
def is_postgresql() -> bool:
    return connection.vendor == "postgresql"


def connection_itself() -> BaseDatabaseWrapper:
    """The connection and not what stands for it: that looks up the thread's own anew for each attribute."""
    return connections[DEFAULT_DB_ALIAS]


def now() -> str:
    """The database's own clock, read for this statement: ``now()`` of PostgreSQL stands still in a transaction."""
    return "statement_timestamp()" if is_postgresql() else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"


def database_now() -> datetime:
    """The moment by the database's clock, which judges what is due and what anybody may."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {now()}".replace("%%", "%"))
        return instant(cursor.fetchone()[0])


def instant(value: datetime | str) -> datetime:
    """A moment that a statement written by hand returned: SQLite gives text in UTC."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def as_text(moment: datetime) -> str:
    """An aware moment as Django's backend writes it for SQLite: in UTC, without saying so."""
    return str(moment.astimezone(UTC).replace(tzinfo=None))


def identity(value: UUID | str | None) -> UUID | None:
    """An id that a statement written by hand returned: SQLite gives text."""
    return UUID(value) if isinstance(value, str) else value


def from_now(duration: timedelta) -> tuple[str, list[Any]]:
    """The instant so long after ``now``, and its parameters."""
    if is_postgresql():
        return f"{now()} + %s::interval", [duration]
    shift = f"+{duration.total_seconds():.3f} seconds"
    return "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now', %s)", [shift]


def stored(model: type[Model], name: str, value: Any) -> Any:
    """A value as the field of that name stores it: SQLite compares times as text, so their spelling decides."""
    kind = type(value)
    if value is None or kind is bool:
        return value
    if kind is UUID:
        return value if is_postgresql() else value.hex
    if kind is datetime and value.tzinfo:
        return value if is_postgresql() else as_text(value)
    field = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101  # no reverse relation
    return field.get_db_prep_value(value, connection_itself())


def is_true(column: str) -> str:
    """That a column of booleans is true, so that an index with that condition serves.

    SQLite takes a partial index only where the statement says the index's own words, which Django 5.2 and 6.1 choose
    differently.
    """
    return column if is_postgresql() else f"{column} AND {column} = 1"


def is_false(column: str) -> str:
    """That it is false; see ``is_true``."""
    return f"NOT {column}" if is_postgresql() else f"NOT {column} AND {column} = 0"


def among(column: str, parameter: str = "") -> str:
    """Whether an id is in a list that is one parameter (see ``id_list``), however long; named or in place."""
    place = f"%({parameter})s" if parameter else "%s"
    if is_postgresql():
        return f"{column} = ANY ({place}::uuid[])"
    return f"{column} IN (SELECT value FROM json_each({place}))"  # noqa: S608  # our own names


def id_list(model: type[Model], name: str, ids: Collection[UUID]) -> str:
    """Ids, as the field of that name stores them, in one parameter for ``among``."""
    texts = [str(stored(model, name, one)) for one in ids]
    return "{" + ",".join(texts) + "}" if is_postgresql() else json.dumps(texts)
