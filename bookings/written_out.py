"""Rows of models read and written by a statement that is written out: for what most requests ask.

The ORM takes longer to build a query, and to find out how to read its answer, than the database to answer.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connection
from django.db.models import Field, Model

from bookings import prepared, sql
from bookings.row_values import columns_of, filled


def columns(model: type[Model], table: str) -> str:
    """All of a model's columns in the order of its fields, of the table by the name that it has in the statement."""
    return ", ".join(f'{table}."{field.column}"' for field in model._meta.concrete_fields)


class Statement:
    """``text`` selects the ``columns`` of each of the models, one after the other, and may select more after them."""

    def __init__(self, text: str, *models: type[Model]) -> None:
        self.text, self.models = text, models

    def first(self, *values: Any) -> list[Any] | None:
        """The first row, None where there is none: an instance of each model, or None where an outer join found none,
        and what else was selected, as the database tells it.

        The values are as the database stores them.
        """
        found = prepared.run(self.text, values).first
        return None if found is None else self._read(found)

    def all(self, *values: Any) -> list[list[Any]]:
        """Every row; see ``first``."""
        return [self._read(found) for found in prepared.run(self.text, values).rows]

    def _read(self, found: Sequence[Any]) -> list[Any]:
        read: list[Any] = []
        at = 0
        for model in self.models:
            reading = _reading(model)
            read.append(reading.row(found[at : at + len(reading.names)]))
            at += len(reading.names)
        return [*read, *found[at:]]


def insert(row: Model) -> None:
    """Write a new row whose key is its own."""
    prepared.run(insertion(type(row)), columns_of(type(row)).values(row))
    row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS


def update(row: Model, *names: str) -> None:
    """Write these fields of a row that is there, as ``row.save(update_fields=names)`` does; it sends no signal."""
    model = type(row)
    values = [*columns_of(model).values_of(row, names), sql.stored(model, "pk", row.pk)]
    if not prepared.run(_change(model, names), values).affected:
        raise DatabaseError("The row is not there.")


def mark(field: Field[Any, Any]) -> str:
    """The place of a field's value; PostgreSQL cannot guess types in the list of a SELECT."""
    kind = field.rel_db_type(connection) if field.is_relation else field.db_type(connection)
    return f"%s::{kind}" if sql.is_postgresql() else "%s"


Marks = tuple[tuple[str, str], ...]


@cache
def insertion(model: type[Model], amount: int = 1, source: str = "", end: str = "", marks: Marks = ()) -> str:
    """The statement that writes so many rows, selected from ``source``; ``marks`` are places of another kind."""
    fields = columns_of(model).fields
    places = {field.attname: mark(field) for field in fields} | dict(marks)
    columns = ", ".join(f'"{field.column}"' for field in fields)
    selected = ", ".join(places[field.attname] for field in fields)
    rows = " UNION ALL ".join([f"SELECT {selected} {source}"] * amount)
    return f'INSERT INTO "{model._meta.db_table}" ({columns}) {rows} {end}'


@cache
def _change(model: type[Model], names: tuple[str, ...]) -> str:
    fields: list[Any] = [model._meta.get_field(name) for name in names]
    changes = ", ".join(f'"{field.column}" = {mark(field)}' for field in fields)
    return f'UPDATE "{model._meta.db_table}" SET {changes} WHERE "{model._meta.pk.column}" = %s'  # noqa: S608


class _Reading:
    """How the columns of a model become an instance."""

    def __init__(self, model: type[Model]) -> None:
        self.model = model
        self.names = [field.attname for field in model._meta.concrete_fields]
        self.key = next(at for at, field in enumerate(model._meta.concrete_fields) if field.primary_key)
        self.converters = [
            (at, column, steps) for at, column in enumerate(_columns(model)) if (steps := _steps(column))
        ]

    def row(self, told: Sequence[Any]) -> Model | None:
        if told[self.key] is None:
            return None
        values, itself = list(told), sql.connection_itself()
        for at, column, steps in self.converters:
            for step in steps:
                values[at] = step(values[at], column, itself)
        row = filled(self.model, values)
        row._state.adding, row._state.db = False, DEFAULT_DB_ALIAS
        return row


@cache
def _reading(model: type[Model]) -> _Reading:
    return _Reading(model)


def _columns(model: type[Model]) -> list[Any]:
    return [field.get_col(model._meta.db_table) for field in model._meta.concrete_fields]


def _steps(column: Any) -> list[Any]:
    """What the engine and the field make of a value, in Django's order."""
    itself: Any = sql.connection_itself()
    return [*itself.ops.get_db_converters(column), *column.get_db_converters(itself)]
