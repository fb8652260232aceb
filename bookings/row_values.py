"""Rows of many columns made, and turned into the values of an INSERT that is written out; see
``bookings.written_out``.

A booking's rows have a hundred and thirty columns.  Django asks a function of each with what it begins, and four how it
is stored.  Here what all rows begin with is known, all is read at once, and what the database takes as it is, is not
asked about.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from functools import cache
from operator import attrgetter
from typing import Any, TypeVar
from uuid import UUID

from django.db import connection
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
from django.db.models.base import ModelState

from bookings import sql

M = TypeVar("M", bound=Model)
_PLAIN: dict[type, type] = {
    CharField: str,
    TextField: str,
    BooleanField: bool,
    BigAutoField: int,
    BigIntegerField: int,
    PositiveIntegerField: int,
    PositiveSmallIntegerField: int,
}
"""Of what type values are that a database takes as they are, by the kind of their field.

Fields of our own kinds are asked, since they clean what they store.
"""
_EMPTY: dict[type, str] = {dict: "{}", list: "[]"}
"""As JSON; most such columns of a booking are empty."""
_PLAIN_FOR_POSTGRESQL = _PLAIN | {UUIDField: UUID, DurationField: timedelta, DateTimeField: datetime}


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
        self._places = {field.name: at for at, field in enumerate(self.fields)}

    def values(self, row: Model) -> list[Any]:
        """All of a new row, as the database stores them; a naive moment is asked of its field, which warns."""
        told = list(self._read(row))
        for at, field in self._set_on_saving:
            told[at] = field.pre_save(row, True)
        return _stored(told, self._ways)

    def values_of(self, row: Model, names: Sequence[str]) -> list[Any]:
        """Those of some fields of a row that is there."""
        places = [self._places[name] for name in names]
        told = [self.fields[at].pre_save(row, False) for at in places]
        return _stored(told, [self._ways[at] for at in places])


def _stored(told: Sequence[Any], ways: Sequence[Any]) -> list[Any]:
    itself = connection if sql.is_postgresql() else sql.connection_itself()  # there few fields ask it
    return [
        value
        if value is None or (type(value) is plain and (plain is not datetime or value.tzinfo))
        else stores(value, itself)
        for value, (plain, stores) in zip(told, ways, strict=True)
    ]


def filled(model: type[M], values: Iterable[Any]) -> M:
    """``model(*values)``, all of its columns in the order of its fields; it sends no ``pre_init`` and ``post_init``."""
    row = object.__new__(model)
    vars(row).update(zip(_begins(model).names, values, strict=True))
    row._state = ModelState()
    return row


def made(model: type[M], **given: Any) -> M:
    """``model(**given)``, and nothing else; see ``filled``."""
    begins = _begins(model)
    values = list(begins.values)
    for at, make in begins.anew:
        values[at] = make()
    related = {}
    for name, value in given.items():
        if name in begins.places:
            values[begins.places[name]] = value
        elif name in begins.relations:
            related[name] = value
            values[begins.relations[name]] = value and value.pk
        else:
            raise TypeError(f"{model.__name__} has no {name}")
    row = filled(model, values)
    row._state.fields_cache.update(related)
    return row


class _Begins:
    """What each column of a model begins with: a value that all rows may share, or a function that makes it."""

    def __init__(self, model: type[Model]) -> None:
        fields = model._meta.concrete_fields
        self.names = [field.attname for field in fields]
        self.places = {name: at for at, name in enumerate(self.names)}
        self.relations = {field.name: at for at, field in enumerate(fields) if type(field) is ForeignKey}
        self.anew = [(at, field.default) for at, field in enumerate(fields) if _is_made_anew(field)]
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


def _kind(field: Field[Any, Any]) -> type:
    while isinstance(field, ForeignKey):
        field = field.target_field
    return type(field)


def _plain(field: Field[Any, Any]) -> type | None:
    return (_PLAIN_FOR_POSTGRESQL if sql.is_postgresql() else _PLAIN).get(_kind(field))


def _as_json(value: Any, encoder: type[json.JSONEncoder] | None) -> str:
    return json.dumps(value, cls=encoder) if value or type(value) not in _EMPTY else _EMPTY[type(value)]


def _stores(field: Field[Any, Any]) -> Any:
    """What the field makes of a value; of the types that most are of by a shorter way."""
    asks = field.get_db_prep_save
    if isinstance(field, JSONField) and sql.is_postgresql():
        return lambda value, _itself: _as_json(value, field.encoder)
    if cleans := getattr(field, "cleans", None):  # what is cleaned is stored as it is
        return lambda value, itself: (value and cleans(value)) if type(value) is str else asks(value, itself)
    if _kind(field) is UUIDField:  # of SQLite, like what follows
        return lambda value, itself: value.hex if type(value) is UUID else asks(value, itself)
    if _kind(field) is DateTimeField:
        return lambda value, itself: (
            sql.as_text(value) if type(value) is datetime and value.tzinfo else asks(value, itself)
        )
    return asks
