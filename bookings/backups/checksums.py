"""How many rows a table has, and a checksum of them that does not depend on their order."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

_WIDTH = 16  # bytes
Rows = Iterable[Sequence[Any]]


@dataclass(frozen=True)
class TableSum:
    """``checksum`` is the sum of the rows' digests, as hexadecimal digits: equal rows count as often as they stand."""

    rows: int
    checksum: str


def table_sum(rows: Rows) -> TableSum:
    """Count and sum up rows whose values are spelt by ``repr``; both sides of a comparison read them the same way."""
    count = total = 0
    for row in rows:
        digest = hashlib.blake2b(repr(tuple(row)).encode(), digest_size=_WIDTH).digest()
        total += int.from_bytes(digest, "big")
        count += 1
    return TableSum(count, f"{total % 2 ** (8 * _WIDTH):0{2 * _WIDTH}x}")


def differences(wanted: dict[str, TableSum], found: dict[str, TableSum]) -> Iterator[str]:
    """Each table that is not the same, in words."""
    for table in sorted(wanted.keys() | found.keys()):
        one, other = wanted.get(table), found.get(table)
        if one is None or other is None:
            yield f"table {table} is {'missing' if other is None else 'not in the backup'}"
        elif one.rows != other.rows:
            yield f"table {table} has {other.rows} rows instead of {one.rows}"
        elif one != other:
            yield f"table {table} has other content than the backup says"
