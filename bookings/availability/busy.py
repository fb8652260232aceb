"""Taken time of many resources by one statement: live pieces of the occupancy table, as columns of seconds.

Strict pieces never overlap each other, so those of a window are the ones that start in it and the last that
starts before it; what lies further back or ahead is never read.
"""

from array import array
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime
from sys import byteorder
from typing import Any
from uuid import UUID

from django.db import connection
from django.db.models import Field

from bookings.availability.intervals import Busy
from bookings.models import Occupancy, Resource

_SECOND = 1_000_000
# PostgreSQL counts microseconds from the year 2000.
_YEAR_2000 = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
_NOTHING: tuple[UUID, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Distance:
    """What a new booking keeps free, in seconds.

    ``before`` and ``after`` belong to its claim and stay clear of what others claimed; ``around`` stays clear
    of the bare time of others, once on either side.
    """

    before: int = 0
    after: int = 0
    around: int = 0


NO_DISTANCE = Distance()


def load_busy(
    resources: Collection[UUID],
    start: int,
    end: int,
    *,
    distance: Distance = NO_DISTANCE,
    ignoring: Collection[UUID] = _NOTHING,
    ignore_all_day_events: bool = False,
) -> dict[UUID, Busy]:
    """Where a slot's bare time may not lie, within ``[start, end)``; resources without any are left out.

    ``ignoring`` are ids of bookings and reservations whose time counts as free.  One query, whatever is
    asked.
    """
    if not resources:
        return {}
    margin = max(distance.before, distance.after, distance.around)
    params = {"low": _stored("start", start - margin), "high": _stored("end", end + margin)}
    named = _placeholders(params, "resource", resources)
    ignored = _placeholders(params, "booking", ignoring) if ignoring else ""
    conditions = [_live()]
    conditions += ["NOT (all_day AND event_id IS NOT NULL)"] if ignore_all_day_events else []
    if ignored:
        conditions += [
            f"({owner}_id IS NULL OR {owner}_id NOT IN ({ignored}))" for owner in ("booking", "reservation")
        ]
    pieces = _pieces(named) + " WHERE " + " AND ".join(conditions)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            return _from_postgresql(cursor, pieces, params, distance)
        return _from_sqlite(cursor, pieces, params, distance, resources)


def _pieces(named: str) -> str:
    """The end of a statement: pieces of the named resources that overlap the window, live or not."""
    table, once = Occupancy._meta.db_table, "MATERIALIZED" if connection.vendor == "postgresql" else ""
    # All of it is our own text and the names of placeholders.
    return (
        f"FROM (WITH bound AS {once} (SELECT r.id, COALESCE((SELECT s.start FROM {table} s "  # noqa: S608
        "WHERE s.resource_id = r.id AND s.strict AND s.start < %(low)s ORDER BY s.start DESC LIMIT 1), %(low)s) AS low "
        f"FROM {Resource._meta.db_table} r WHERE r.id IN ({named})) "
        f"SELECT o.* FROM bound b JOIN {table} o ON o.resource_id = b.id AND o.start >= b.low AND o.start < %(high)s "
        'WHERE o.strict AND o."end" > %(low)s UNION ALL '
        f"SELECT o.* FROM {table} o WHERE o.resource_id IN ({named}) AND NOT o.strict "
        'AND o."end" > %(low)s AND o.start < %(high)s) piece'
    )


def _live() -> str:
    """A held piece ends by the database's own clock."""
    now = (
        "statement_timestamp()"
        if connection.vendor == "postgresql"
        else "strftime('%%Y-%%m-%%d %%H:%%M:%%f', 'now')"
    )
    return f"(expires_at IS NULL OR expires_at > {now})"


def _from_postgresql(
    cursor: Any, pieces: str, params: dict[str, Any], distance: Distance
) -> dict[UUID, Busy]:
    """One row a resource: its instants in PostgreSQL's binary form end to end, which costs no parsing of
    text.
    """
    low, high = "start", '"end"'
    if distance.around > distance.after:
        low = f"LEAST(start, busy_start - interval '{distance.around - distance.after} seconds')"
    if distance.around > distance.before:
        high = f"GREATEST(\"end\", busy_end + interval '{distance.around - distance.before} seconds')"
    cursor.execute(
        f"SELECT resource_id, string_agg(timestamptz_send({low}), ''::bytea), "
        f"string_agg(timestamptz_send({high}), ''::bytea) {pieces} GROUP BY resource_id",
        params,
    )
    return {
        resource: _busy(
            [value // _SECOND + _YEAR_2000 - distance.after for value in _integers(lows)],
            [-(-value // _SECOND) + _YEAR_2000 + distance.before for value in _integers(highs)],
        )
        for resource, lows, highs in cursor.fetchall()
    }


def _integers(column: bytes) -> array:
    values = array("q", bytes(column))
    if byteorder == "little":
        values.byteswap()
    return values


def _from_sqlite(
    cursor: Any, pieces: str, params: dict[str, Any], distance: Distance, resources: Collection[UUID]
) -> dict[UUID, Busy]:
    def seconds(column: str) -> str:
        return f"CAST(strftime('%%s', {column}) AS INTEGER)"

    def rounded_up(column: str) -> str:
        # Fractions of a second are stored only where there are any.
        return f"{seconds(column)} + (length({column}) > 19)"

    low = f"{seconds('start')} - {distance.after}"
    high = f"{rounded_up(chr(34) + 'end' + chr(34))} + {distance.before}"
    if distance.around > distance.after:
        low = f"min({low}, {seconds('busy_start')} - {distance.around})"
    if distance.around > distance.before:
        high = f"max({high}, {rounded_up('busy_end')} + {distance.around})"
    cursor.execute(f"SELECT resource_id, {low}, {high} {pieces}", params)
    columns: dict[str, tuple[list[int], list[int]]] = {resource.hex: ([], []) for resource in resources}
    for resource, start, end in cursor.fetchall():
        starts, ends = columns[resource]
        starts.append(start)
        ends.append(end)
    return {resource: _busy(*columns[resource.hex]) for resource in resources if columns[resource.hex][0]}


def _busy(starts: list[int], ends: list[int]) -> Busy:
    """Columns in order of start; rows come in it but where the planner chose otherwise."""
    if starts == sorted(starts):
        return Busy(starts, ends)
    return Busy.of(zip(starts, ends, strict=True))


def _placeholders(params: dict[str, Any], field: str, ids: Collection[UUID]) -> str:
    names = {f"{field}{number}": _prepared(field, id_) for number, id_ in enumerate(ids)}
    params |= names
    return ", ".join(f"%({name})s" for name in names)


def _stored(field: str, instant: int) -> Any:
    return _prepared(field, datetime.fromtimestamp(instant, UTC))


def _prepared(name: str, value: Any) -> Any:
    """A value as the field stores it: SQLite compares times as text, so their spelling decides."""
    field = Occupancy._meta.get_field(name)
    assert isinstance(field, Field)  # noqa: S101  # no reverse relation
    return field.get_db_prep_value(value, connection)
