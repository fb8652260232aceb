"""How many rows a list has: counted as far as that is cheap, and then estimated."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models import F, OrderBy, QuerySet
from django.db.models.functions import Coalesce

from bookings import sql

MOST_COUNTED = 10_000


@dataclass(frozen=True)
class Total:
    rows: int
    exact: bool = True

    def seen(self, first: int, found: int, *, more: bool) -> "Total":
        """An estimate as far as a page does not know better, of which so many rows were found behind ``first``."""
        if more:
            return Total(max(self.rows, first + found), exact=False)
        return Total(first + found) if found else Total(min(self.rows, first), exact=False)


def total_of(rows: QuerySet[Any]) -> Total:
    """PostgreSQL counts ten thousand, and then says what its planner expects; SQLite, which cannot, counts all."""
    bare = rows.order_by().values("pk")
    if not sql.is_postgresql():
        return Total(bare.count())
    counted = bare[: MOST_COUNTED + 1].count()
    if counted <= MOST_COUNTED:
        return Total(counted)
    return Total(max(_expected(bare), counted), exact=False)


def sorted_afterwards(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Few rows in their order: found by what they match, and not by walking along the order until they come.

    A planner takes them to lie evenly along any order, and reads a whole table for a day of the past.
    """
    if not sql.is_postgresql() or not rows.query.order_by:
        return rows
    return rows.order_by(*(_hidden_from_indexes(name) for name in rows.query.order_by))


def _hidden_from_indexes(name: Any) -> OrderBy:
    column = Coalesce(F(name.lstrip("-")), F(name.lstrip("-")))
    return column.desc() if name.startswith("-") else column.asc()


def _expected(rows: QuerySet[Any]) -> int:
    (plan,) = json.loads(rows.explain(format="json"))
    return int(plan["Plan"]["Plan Rows"])
