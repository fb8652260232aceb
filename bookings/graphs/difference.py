"""What a version of a graph changes beside another one, in sentences."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TypeVar

from django.db.models import Model
from django.utils.translation import gettext as _

from bookings.models import Action, GraphVersion, State
from bookings.times import duration_in_words

Row = TypeVar("Row", State, Action)
_OF_VERSION = ("claims", "offers_seats", "needs_customer", "needs_times")
_OF_STATE = ("label", "occupies", "settled", "mail_to_customer", "mail_to_owner", "webhook")
_OF_ACTION = (
    "label", "target", "by_customer", "by_owner", "by_staff", "input", "automatic_after", "automatic_from", "continues",
    "on_seats",
)  # fmt: skip


def difference(before: GraphVersion, after: GraphVersion) -> list[str]:
    """Every difference that bookings would notice, in the active language; states and actions meet by their names."""
    said = list(_changed(str(_("The graph")), before, after, _OF_VERSION))
    said += _of_rows(list(before.states.all()), list(after.states.all()), lambda one: one.name, _OF_STATE)
    before_actions, after_actions = (
        list(version.actions.select_related("source", "target")) for version in (before, after)
    )
    return said + _of_rows(before_actions, after_actions, _place, _OF_ACTION)


def _place(action: Action) -> tuple[str, str]:
    return (action.source.name if action.source else "", action.name)


def _of_rows(
    before: list[Row], after: list[Row], key: Callable[[Row], object], fields: tuple[str, ...]
) -> list[str]:
    old, new = ({key(row): row for row in rows} for rows in (before, after))
    said = [_("%(what)s is new.") % {"what": _named(row)} for name, row in new.items() if name not in old]
    said += [_("%(what)s is gone.") % {"what": _named(row)} for name, row in old.items() if name not in new]
    for name in old.keys() & new.keys():
        said += _changed(_named(old[name]), old[name], new[name], fields)
    return said


def _named(row: State | Action) -> str:
    if isinstance(row, State):
        return _("The state “%(state)s”") % {"state": row}
    if row.source is None:
        return _("The action “%(action)s”, which creates the booking,") % {"action": row}
    return _("The action “%(action)s” of “%(state)s”") % {"action": row, "state": row.source}


def _changed(what: str, before: Model, after: Model, fields: tuple[str, ...]) -> Iterator[str]:
    for name in fields:
        old, new = _value(before, name), _value(after, name)
        if old != new:
            field = getattr(before._meta.get_field(name), "verbose_name", name)
            words = {"what": what, "field": field, "old": old, "new": new}
            yield _("%(what)s: %(field)s was %(old)s and becomes %(new)s.") % words


def _value(row: Model, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if name == "automatic_after":
        return _("never") if value is None else duration_in_words(value)
    shown = getattr(row, f"get_{name}_display", None)
    return f"“{shown() if shown else value}”" if value else _("nothing")
