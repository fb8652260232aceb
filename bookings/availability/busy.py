"""Taken time of many resources by one statement: live pieces of the occupancy table, as columns of seconds.

Strict pieces never overlap each other, so those of a window are the ones that start in it and the last that
starts before it; what lies further back or ahead is never read.
"""

from array import array
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from sys import byteorder
from typing import Any
from uuid import UUID

from django.db import connection

from bookings import sql
from bookings.availability.intervals import Busy, is_ascending
from bookings.models import Occupancy, Resource

_SECOND = 1_000_000
_MICROSECOND = timedelta(microseconds=1)
_YEAR_1970 = datetime(1970, 1, 1, tzinfo=UTC)
# PostgreSQL counts microseconds from the year 2000.
_YEAR_2000 = int(datetime(2000, 1, 1, tzinfo=UTC).timestamp())
_NOTHING: tuple[UUID, ...] = ()
_EVERY_COLUMN = ("start", "end", "busy_start", "busy_end")


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
    names = _names(distance)
    margin = max(distance.before, distance.after, distance.around)
    found = _read(names, resources, start, end, margin, ignoring, ignore_all_day_events)
    return {resource: _busy(names, numbers, distance) for resource, numbers in found.items()}


@dataclass(frozen=True)
class Taken:
    """The pieces of one resource, for searches that keep different distances."""

    numbers: Sequence[int]

    def busy(self, distance: Distance) -> Busy:
        return _busy(_EVERY_COLUMN, self.numbers, distance)


def load_taken(
    resources: Collection[UUID], start: int, end: int, *, margin: int, ignore_all_day_events: bool = False
) -> dict[UUID, Taken]:
    """Like ``load_busy``, for any distance up to ``margin`` seconds.  One query."""
    if not resources:
        return {}
    found = _read(_EVERY_COLUMN, resources, start, end, margin, _NOTHING, ignore_all_day_events)
    return {resource: Taken(numbers) for resource, numbers in found.items()}


def load_booked(
    resources: Collection[UUID], start: int, end: int, *, ignoring: Collection[UUID] = _NOTHING
) -> dict[UUID, list[tuple[int, int]]]:
    """The bare time of what bookings and holds take in ``[start, end)``, and of no event, in seconds; in no order.

    One query.
    """
    names = ("busy_start", "busy_end")
    found = _read(names, resources, start, end, 0, ignoring, False, owned=True)
    origin = _YEAR_2000 if sql.is_postgresql() else 0
    return {
        resource: [
            (low // _SECOND + origin, high // _SECOND + origin)
            for low, high in zip(numbers[::2], numbers[1::2], strict=True)
        ]
        for resource, numbers in found.items()
    }


def _read(
    names: Sequence[str],
    resources: Collection[UUID],
    start: int,
    end: int,
    margin: int,
    ignoring: Collection[UUID],
    ignore_all_day_events: bool,
    *,
    owned: bool = False,
) -> dict[UUID, list[int]]:
    """The columns of each resource's pieces, row by row, as the database counts."""
    params = {
        "low": _stored("start", start - margin),
        "high": _stored("end", end + margin),
        "resources": sql.id_list(Occupancy, "resource", resources),
        "ignored": sql.id_list(Occupancy, "booking", ignoring),
    }
    with connection.cursor() as cursor:
        cursor.execute(_statement(names, bool(ignoring), ignore_all_day_events, owned), params)
        rows = cursor.fetchall()
    read = _from_binary if sql.is_postgresql() else _from_text()
    return {
        _id(resource): [*read(within), *read(before)] for resource, within, before in rows if within or before
    }


def _names(distance: Distance) -> list[str]:
    """The columns that matter: a claim that is as long after or before keeps the distance around already."""
    names = ["start", "end"]
    names += ["busy_start"] if distance.around > distance.after else []
    names += ["busy_end"] if distance.around > distance.before else []
    return names


# The instants of a resource leave the database end to end: PostgreSQL's as binary numbers, which nobody has
# to parse, SQLite's as text, of which few are different.
_INSTANT = {"postgresql": 'timestamptz_send(o."{}")', "sqlite": 'o."{}"'}
_JOINED = {"postgresql": ("string_agg({}, ''::bytea)", " || "), "sqlite": ("group_concat({})", " || ',' || ")}
# A held piece ends by the database's own clock.  SQLite asks the small index of what expires, so that it need
# not fetch the row of each piece.
_LIVE = {
    "postgresql": "(o.expires_at IS NULL OR o.expires_at > {now})",
    "sqlite": "o.id NOT IN (SELECT id FROM {table} WHERE expires_at <= {now})",
}


def _statement(names: Sequence[str], ignoring: bool, ignore_all_day_events: bool, owned: bool) -> str:
    """One row a resource: its live pieces that start in the window (or are the last strict one before it),
    and the doubled ones that start earlier still; with ``owned`` those of bookings and holds alone.
    """
    vendor, table = connection.vendor, Occupancy._meta.db_table
    conditions = [_LIVE[vendor].format(table=table, now=sql.now()), 'o."end" > %(low)s']
    if ignore_all_day_events:
        conditions.append("NOT (o.all_day AND o.event_id IS NOT NULL)")
    if owned:
        conditions.append("o.event_id IS NULL")
    if ignoring:
        owners = ("o.booking_id", "o.reservation_id")
        conditions += [f"({owner} IS NULL OR NOT {sql.among(owner, 'ignored')})" for owner in owners]
    joined, glue = _JOINED[vendor]
    instants = joined.format(glue.join(_INSTANT[vendor].format(name) for name in names))
    wanted = " AND ".join(conditions)
    pieces = f"SELECT {instants} FROM {table} o WHERE o.resource_id = b.id AND {wanted}"  # noqa: S608
    # S608: all of it is our own text and the names of placeholders.
    return (
        f"SELECT b.id, ({pieces} AND o.start >= b.low AND o.start < %(high)s), "  # noqa: S608
        f"({pieces} AND {sql.is_false('o.strict')} AND o.start < b.low) "
        f"FROM (SELECT r.id, COALESCE((SELECT s.start FROM {table} s WHERE s.resource_id = r.id "
        f"AND {sql.is_true('s.strict')} AND s.start < %(low)s ORDER BY s.start DESC LIMIT 1), %(low)s) AS low "
        f"FROM {Resource._meta.db_table} r WHERE {sql.among('r.id', 'resources')}) b"
    )


def _id(stored: Any) -> UUID:
    return stored if isinstance(stored, UUID) else UUID(hex=stored)


def _busy(names: Sequence[str], numbers: Sequence[int], distance: Distance) -> Busy:
    origin = _YEAR_2000 if sql.is_postgresql() else 0
    columns = {name: numbers[index :: len(names)] for index, name in enumerate(names)}
    starts, ends = columns["start"], columns["end"]
    if "busy_start" in columns:
        further = (distance.around - distance.after) * _SECOND
        starts = [
            min(start, bare - further) for start, bare in zip(starts, columns["busy_start"], strict=True)
        ]
    if "busy_end" in columns:
        further = (distance.around - distance.before) * _SECOND
        ends = [max(end, bare + further) for end, bare in zip(ends, columns["busy_end"], strict=True)]
    if not is_ascending(starts):
        pairs = sorted(zip(starts, ends, strict=True))
        starts, ends = [start for start, _end in pairs], [end for _start, end in pairs]
    return Busy(
        starts=starts, ends=ends, unit=_SECOND, origin=origin, before=distance.before, after=distance.after
    )


def _from_binary(instants: bytes | None) -> list[int]:
    values = array("q", bytes(instants or b""))
    if byteorder == "little":
        values.byteswap()
    return values.tolist()


def _from_text() -> Callable[[str | None], list[int]]:
    """A reader of joined texts as microseconds since 1970.  Many pieces share their texts, so each is parsed
    once.
    """
    known = _Microseconds()
    return lambda instants: list(map(known.__getitem__, instants.split(","))) if instants else []


class _Microseconds(dict[str, int]):
    def __missing__(self, text: str) -> int:
        self[text] = (datetime.fromisoformat(text).replace(tzinfo=UTC) - _YEAR_1970) // _MICROSECOND
        return self[text]


def _stored(name: str, instant: int) -> Any:
    return sql.stored(Occupancy, name, datetime.fromtimestamp(instant, UTC))
