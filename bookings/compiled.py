"""Numbers of other tables as columns of one row, for statements that ask for a dozen at once.

A ``Subquery`` is copied and resolved by every step around it.  For the numbers that each page of the desk shows this
took longer than the rest of the page.
"""

from __future__ import annotations

from typing import Any

from django.core.exceptions import EmptyResultSet
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Expression, Func, IntegerField, QuerySet, Value
from django.db.models.sql.compiler import SQLCompiler


class Compiled(Expression):
    """The number in the one column of ``rows``, made into text at once; rows of the statement around it are unknown."""

    output_field = IntegerField()

    def __init__(self, rows: QuerySet[Any]) -> None:
        super().__init__()
        try:
            self.text, self.values = rows.query.sql_with_params()
        except EmptyResultSet:
            self.text, self.values = "SELECT 0", ()

    def as_sql(self, compiler: SQLCompiler, connection: BaseDatabaseWrapper) -> tuple[str, tuple[Any, ...]]:
        return f"({self.text})", self.values


def how_many(rows: QuerySet[Any], distinct: str = "") -> Compiled:
    """How many rows, or different values of a column."""
    # No aggregate to Django, which would group the rows by all of their columns.
    number = Func(
        template=f"COUNT(DISTINCT {distinct})" if distinct else "COUNT(*)", output_field=IntegerField()
    )
    return Compiled(rows.order_by().values(number=number))


def is_there(rows: QuerySet[Any]) -> Compiled:
    """One where there is any, else zero or NULL."""
    return Compiled(rows.order_by().values(one=Value(1))[:1])
