"""What is copied, in which order, and how the rows of both databases are read alike."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import Any

from django.apps import apps
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Field, Model

from bookings.backups.checksums import TableSum, table_sum
from bookings.models import ConfigVersion, RecentRequest, RequestCount, Standstill

AT_ONCE = 5000
"""Rows that are read by one query."""
Group = list[type[Model]]
PASSING = (RequestCount, RecentRequest)
"""What is written by reading alone, and nothing that was booked depends on; it may differ by what came meanwhile."""


def columns_of(model: type[Model]) -> list[Field[Any, Any]]:
    return list(model._meta.concrete_fields)


def groups(*, without: Collection[type[Model]] = ()) -> list[Group]:
    """All models but those ``without``, the standstill and the version, which each database raises for itself.

    Each stands after those that it refers to; what refers in a circle stands together.
    """
    waiting = [
        model
        for model in apps.get_models(include_auto_created=True)
        if model._meta.managed
        and not model._meta.proxy
        and model not in (Standstill, ConfigVersion, *without)
    ]
    found: list[Group] = []
    while waiting:
        free = [model for model in waiting if not (_referred(model) - {model}) & set(waiting)]
        found += [[model] for model in free] or [waiting]
        waiting = [model for model in waiting if model not in free] if free else []
    return found


def _referred(model: type[Model]) -> set[type[Model]]:
    return {field.related_model for field in columns_of(model) if isinstance(field.related_model, type)}


def rows(model: type[Model], using: str) -> Iterator[tuple[Any, ...]]:
    """All rows as the fields' own values, in order of the key, a bounded number at a time."""
    names = [field.attname for field in columns_of(model)]
    key = names.index(model._meta.pk.attname)
    ordered = model._base_manager.using(using).order_by("pk").values_list(*names)
    batch = list(ordered[:AT_ONCE])
    while batch:
        yield from batch
        batch = list(ordered.filter(pk__gt=batch[-1][key])[:AT_ONCE])


def sum_of(model: type[Model], using: str) -> TableSum:
    """The same for equal rows, whichever engine holds them."""
    return table_sum([_plain(value) for value in row] for row in rows(model, using))


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat()
    if isinstance(value, dict | list):
        return json.dumps(value, sort_keys=True, cls=DjangoJSONEncoder)
    if isinstance(value, memoryview):
        return bytes(value)
    return value
