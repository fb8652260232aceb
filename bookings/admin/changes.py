"""What was changed in the configuration, when and by whom, in words."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django.core.exceptions import ObjectDoesNotExist
from django.db.models import Model
from django.utils.text import Truncator, capfirst
from django.utils.translation import gettext as _

from bookings.times import clock, day, duration_in_words, zone_and_offset

Parts = tuple[tuple[type[Model], str], ...]
MOST = 200
LONGEST_VALUE = 200
NOT_TOLD = {"created_at", "updated_at"}
NOT_SHOWN = {"feed_nonce"}
"""That it was renewed is told, and never its value."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """What stood in a field before and afterwards."""

    field: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Change:
    """One saving or deleting of a row."""

    at: datetime
    when: str
    """In the zone that was asked for, which is named."""
    who: str
    """A person's or a key's name; empty where a command did it."""
    what: str
    """Which row of a table, like "Option: 30 minutes"; empty for the page's own."""
    how: str
    differences: list[Difference]
    copy: int | None
    """The id of the copy of the page's own row, from which it can be put back."""


def changes_of(row: Model, parts: Parts, zone: ZoneInfo) -> list[Change]:
    """The last ones, newest first, of a row and of its tables, each a model and the name of its key to the row."""
    found = list(_changes(type(row), "pk", row.pk, zone, is_part=False))
    for model, key in parts:
        found += _changes(model, key, row.pk, zone, is_part=True)
    return sorted(found, key=lambda change: change.at, reverse=True)[:MOST]


def _changes(model: Any, key: str, pk: Any, zone: ZoneInfo, *, is_part: bool) -> Iterator[Change]:
    key = model._meta.pk.attname if key == "pk" else key
    copies = model.history.filter(**{key: pk})
    related = [field.name for field in copies.model._meta.fields if field.is_relation]
    records = list(copies.select_related(*related)[:MOST])
    own, older = model._meta.pk.attname, dict[Any, Any]()
    for record in reversed(records):
        pk = getattr(record, own)
        before, older[pk] = older.get(pk), record
        differences = list(_differences(model, before, record)) if before else []
        if record.history_type == "~" and before and not differences:
            continue
        yield Change(
            at=record.history_date,
            when=_(", ").join(
                (
                    day(record.history_date, zone),
                    clock(record.history_date, zone),
                    zone_and_offset(record.history_date, zone),
                )
            ),
            who=_who(record),
            what=f"{capfirst(model._meta.verbose_name)}: {_named(record)}" if is_part else "",
            how=str(record.get_history_type_display()),
            differences=differences if record.history_type == "~" else [],
            copy=None if is_part else record.pk,
        )


def _named(record: Any) -> str:
    """The row as it was; by its key where what it was named after is gone."""
    try:
        return str(record.instance)
    except ObjectDoesNotExist:
        return str(record.id)


def _who(record: Any) -> str:
    user = record.history_user
    if user is not None:
        return str(user.get_full_name() or user.get_username())
    return str(record.history_change_reason or "")


def _differences(model: Any, before: Any, record: Any) -> Iterator[Difference]:
    for field in model._meta.concrete_fields:
        name = field.attname
        if (
            field.name in NOT_TOLD
            or not hasattr(record, name)
            or getattr(record, name) == getattr(before, name)
        ):
            continue
        label, old, new = (
            capfirst(field.verbose_name),
            getattr(before, field.name),
            getattr(record, field.name),
        )
        if field.name in NOT_SHOWN:
            yield Difference(field=_("New address for the feed"), before=_("no"), after=_("yes"))
        elif isinstance(old, dict) and isinstance(new, dict):
            yield from _keys(label, old, new)
        else:
            yield Difference(field=label, before=_shown(field, old), after=_shown(field, new))


def _keys(label: str, before: dict[str, Any], after: dict[str, Any]) -> Iterator[Difference]:
    """The keys of an object that differ, one by one."""
    for key in dict.fromkeys([*before, *after]):
        old, new = before.get(key), after.get(key)
        if old != new or (key in before) != (key in after):
            shown = [_value(one) if key in whole else "—" for one, whole in ((old, before), (new, after))]
            yield Difference(field=_(", ").join((str(label), key)), before=shown[0], after=shown[1])


def _shown(field: Any, value: Any) -> str:
    labels = dict(field.flatchoices or ())
    return str(labels[value]) if value in labels else _value(value)


def _value(value: Any) -> str:
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, timedelta):
        return duration_in_words(value)
    text = json.dumps(value, ensure_ascii=False) if isinstance(value, dict | list) else str(value)
    return Truncator(text).chars(LONGEST_VALUE)
