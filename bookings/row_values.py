"""Rows of many columns made, and turned into the values of an INSERT that is written out; see
``bookings.written_out``.

A booking's rows have a hundred and thirty columns.  Django asks a function of each with what it begins, and four how it
is stored.  Here what all rows begin with is known, all is read at once, and what PostgreSQL takes as it is, is not
asked about.
"""

from __future__ import annotations

import json
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db.models import (
    AutoField,
    BigAutoField,
    BigIntegerField,
    BooleanField,
    CharField,
    DateField,
    DateTimeField,
    DurationField,
    Field,
    ForeignKey,
    JSONField,
    Model,
    PositiveIntegerField,
    PositiveSmallIntegerField,
    TextField,
    UUIDField,
)

from bookings import sql

M = TypeVar("M", bound=Model)
_PLAIN: dict[type, type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
    UUIDField: UUID,
    DurationField: timedelta,
    DateTimeField: datetime,
    BigAutoField: int,
    BigIntegerField: int,
    PositiveIntegerField: int,
    PositiveSmallIntegerField: int,
}
"""Of what type values are that PostgreSQL takes as they are, by the kind of their field.

Fields of our own kinds are asked, since they clean what they store; SQLite stores most types as others.
"""


class Columns:
    """All columns of a model but the number that the database gives."""

    def __init__(self, model: type[Model]) -> None:
        self.fields = [field for field in model._meta.concrete_fields if not isinstance(field, AutoField)]
        self._read = attrgetter(*(field.attname for field in self.fields))
        self._set_on_saving = [
            (at, field)
            for at, field in enumerate(self.fields)
            if type(field).pre_save is not Field.pre_save and not _is_a_plain_date(field)
        ]
        self._ways = [(_plain(field), _stores(field)) for field in self.fields]

    def values(self, row: Model) -> list[Any]:
        """As the database stores them; a naive moment is asked of its field, which warns."""
        told: list[Any] = list(self._read(row))
        for at, field in self._set_on_saving:
            told[at] = field.pre_save(row, True)
        itself = sql.connection_itself()
        return [
            value
            if value is None or (type(value) is plain and (plain is not datetime or value.tzinfo))  # type: ignore[attr-defined]
            else stores(value, itself)
            for value, (plain, stores) in zip(told, self._ways, strict=True)
        ]


def made(model: type[M], **given: Any) -> M:
    """``model(**given)``, and nothing else."""
    begins = _begins(model)
    values = list(begins.values)
    for at, make in begins.anew:
        values[at] = make()
    related = {name: given[name] for name in begins.relations & given.keys()}
    for name in given.keys() - related.keys():
        if name not in begins.places:
            raise TypeError(f"{model.__name__} has no {name}")
        values[begins.places[name]] = given[name]
    row = model(*values)
    for name, value in related.items():
        setattr(row, name, value)
    return row


class _Begins:
    """What each column of a model begins with: a value that all rows may share, or a function that makes it."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self.places = {field.attname: at for at, field in enumerate(fields)}
        self.relations = {field.name for field in fields if field.is_relation}
        self.anew = [(at, field.get_default) for at, field in enumerate(fields) if _is_made_anew(field)]
        self.values = [None if _is_made_anew(field) else field.get_default() for field in fields]


def _is_made_anew(field: Field[Any, Any]) -> bool:
    return field.has_default() and callable(field.default)


@cache
def _begins(model: type[Model]) -> _Begins:
    return _Begins(model)


@cache
def columns_of(model: type[Model]) -> Columns:
    return Columns(model)


def _is_a_plain_date(field: Field[Any, Any]) -> bool:
    return isinstance(field, DateField) and not (field.auto_now or field.auto_now_add)


def _plain(field: Field[Any, Any]) -> type | None:
    while isinstance(field, ForeignKey):
        field = field.target_field
    return _PLAIN.get(type(field)) if sql.is_postgresql() else None


def _stores(field: Field[Any, Any]) -> Any:
    if isinstance(field, JSONField) and sql.is_postgresql():
        return lambda value, _itself: json.dumps(value, cls=field.encoder)  # a third of the driver's wrapping
    return field.get_db_prep_save
