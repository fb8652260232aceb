"""A draft of a graph as it stands on its page: read from its rows or from a request, checked whole, saved at once."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import F, Model, Value
from django.db.models.functions import Cast, Concat
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.admin.graph_editor.rows import NEW_STATE, ActionRow, StateRow, word_for
from bookings.graphs.exchange import MOST_ACTIONS, MOST_STATES
from bookings.models import Action, GraphVersion, State

START = "start"
"""Stands for the state before the first one: what leaves it creates the booking."""
CHANGED_MEANWHILE = gettext_lazy("Somebody else changed this draft meanwhile. Load the page anew to see it.")


class VersionForm(forms.ModelForm):
    class Meta:
        model = GraphVersion
        fields = ["claims", "offers_seats", "needs_customer", "needs_times"]


@dataclass
class Card:
    """A state, or what creates a booking (``row`` is None), and the actions that leave it."""

    key: str
    row: StateRow | None
    actions: list[ActionRow] = field(default_factory=list)
    blank: ActionRow | None = None
    standing: int = 0
    """How many bookings are in that state of the version in force."""


class Draft:
    """``errors`` are sentences about the whole; those about a row stand at its fields."""

    def __init__(self, version: GraphVersion, data: Any = None) -> None:
        self.version, self.data = version, data
        self.errors: list[str] = []
        self.states = {str(state.pk): state for state in version.states.all()}
        self.actions = {
            str(action.pk): action for action in version.actions.select_related("source", "target")
        }
        self.before = {row: _values(row) for row in (version, *self.states.values(), *self.actions.values())}
        self.seen = hashlib.sha256(repr([*self.before.values()]).encode()).hexdigest()[:20]
        self.form = VersionForm(data, instance=version)
        self.cards = list(self._cards())
        offered = [(card.key, str(card.row["label"].value() or "")) for card in self.cards if card.row]
        for row in self._rows_of_actions():
            row.offer(offered)
        self._add_blank(offered)

    @property
    def is_editable(self) -> bool:
        """Whether nobody published it meanwhile."""
        return self.version.status == GraphVersion.Status.DRAFT

    @property
    def blank_state(self) -> StateRow:
        key = self._new_key("state", "s")
        return StateRow(key, prefix=f"s{key}")

    def is_valid(self) -> bool:
        """Everything at once; afterwards the rows hold what would be saved."""
        if self.data.get("seen") != self.seen:
            self.errors.append(str(CHANGED_MEANWHILE))
        kept = [row for row in self._rows() if not row.is_left_out]
        if len(self.cards) > MOST_STATES + 1 or len(kept) > MOST_STATES + MOST_ACTIONS:
            self.errors.append(_("A graph has at most %(states)s states and %(actions)s actions.") % _MOST)
            return False
        valid = all([self.form.is_valid(), *(row.is_valid() for row in kept)])
        self._new_states: list[State] = []
        self._name(self._kept_states(), "state")
        for card in self.cards:
            self._lead(card)
        return not self.errors and valid and all(row.is_valid() for row in kept)

    def save(self) -> None:
        """Write what ``is_valid`` found right; to be called in the transaction that locked the graph."""
        self.form.save()
        going = [row.instance.pk for row in self._rows_of_actions() if self._goes(row)]
        for action in Action.objects.filter(pk__in=going):
            action.delete()
        for card in self.cards:
            if card.row and card.row.instance.pk and card.row.is_left_out:
                card.row.instance.delete()
        _write([*(row.instance for row in self._kept_states()), *self._new_states], self.before)
        _write([*self._led()], self.before)

    def _cards(self) -> Iterator[Card]:
        """In the order of the page, and of the rows where nothing was sent."""
        places = [*self._sent("arrow")] if self.data is not None else self._standing()
        for key in (START, *(self._sent("state") if self.data is not None else self.states)):
            row = None
            if key != START:
                if not (key in self.states or _is_new(key)):
                    continue
                row = StateRow(key, data=self.data, prefix=f"s{key}", instance=self._state(key))
            card = Card(key, row)
            for source, _colon, action in (place.partition(":") for place in places):
                if source == key and (action in self.actions or _is_new(action)):
                    card.actions.append(self._action_row(action))
            yield card

    def _standing(self) -> list[str]:
        return [f"{one.source_id or START}:{key}" for key, one in self.actions.items()]

    def _sent(self, name: str) -> list[str]:
        return list(dict.fromkeys(self.data.getlist(name)))[: MOST_STATES + MOST_ACTIONS]

    def _state(self, key: str) -> State:
        return self.states.get(key) or State(version=self.version)

    def _action_row(self, key: str) -> ActionRow:
        action = self.actions.get(key) or Action(version=self.version)
        initial = {"target": str(action.target_id)} if action.pk else {}
        return ActionRow(key, data=self.data, prefix=f"a{key}", instance=action, initial=initial)

    def _add_blank(self, offered: list[tuple[str, str]]) -> None:
        for number, card in enumerate(self.cards):
            if card.key == START and card.actions:
                continue  # one action creates a booking
            key = f"{self._new_key('arrow', 'a')}x{number}"
            card.blank = ActionRow(key, prefix=f"a{key}")
            card.blank.offer(offered)

    def _new_key(self, name: str, letter: str) -> str:
        return f"n{letter}{len(self._sent(name)) if self.data is not None else 0}"

    def _rows(self) -> list[StateRow | ActionRow]:
        return [*(card.row for card in self.cards if card.row), *self._rows_of_actions()]

    def _rows_of_actions(self) -> list[ActionRow]:
        return [row for card in self.cards for row in card.actions]

    def _kept_states(self) -> list[StateRow]:
        return [card.row for card in self.cards if card.row and not card.row.is_left_out]

    def _goes(self, row: ActionRow) -> bool:
        """Whether a row that is there is taken away, by itself or with the state that it leaves."""
        card = next(card for card in self.cards if row in card.actions)
        with_state = bool(card.row and card.row.is_left_out)
        return not row.is_new and (row.is_left_out or with_state)

    def _led(self) -> Iterator[Action]:
        for card in self.cards:
            if card.row is None or not card.row.is_left_out:
                yield from (row.instance for row in card.actions if not row.is_left_out)

    def _lead(self, card: Card) -> None:
        """Give each action its two ends."""
        kept = [row for row in card.actions if not row.is_left_out]
        if card.row and card.row.is_left_out:
            return
        if card.key == START and len(kept) > 1:
            self.errors.append(
                _("One action only can create the booking: the one without a state before it.")
            )
        for row in kept:
            row.instance.source = card.row.instance if card.row else None
            row.instance.by_clock = row.instance.automatic_after is not None
            if target := self._target(row):
                row.instance.target = target
                if target is row.instance.source:
                    row.add_error("target", _("An action must lead to another state than the one it leaves."))
        self._name(kept, "action")

    def _target(self, row: ActionRow) -> State | None:
        key = row.cleaned_data.get("target", "")
        if key == NEW_STATE:
            return self._named_state(row)
        card = next((card for card in self.cards if card.key == key and card.row), None)
        if card is None or card.row is None:
            if "target" not in row.errors:
                row.add_error("target", _("Say where this leads: a state, or a new one."))
            return None
        if card.row.is_left_out:
            row.add_error("target", _("That state is to be taken away. Lead this elsewhere first."))
            return None
        state: State = card.row.instance
        return state

    def _named_state(self, row: ActionRow) -> State | None:
        """The state of that name: one on the page, one that another action named first, or a new one."""
        label = row.cleaned_data.get("new_state", "").strip()
        if not label:
            row.add_error("new_state", _("Say what the new state is called."))
            return None
        there: list[State] = [*(one.instance for one in self._kept_states()), *self._new_states]
        for state in there:
            if state.label.casefold() == label.casefold():
                return state
        name = word_for(label, {state.name for state in there}, "state")
        self._new_states.append(State(version=self.version, label=label, name=name))
        return self._new_states[-1]

    def _name(self, rows: list[Any], otherwise: str) -> None:
        """Give a name to what has none, and refuse one that is given twice."""
        taken = {row.instance.name for row in rows if row.instance.name}
        given: set[str] = set()
        for row in rows:
            if not row.instance.name:
                row.instance.name = word_for(row.instance.label, taken, otherwise)
                taken.add(row.instance.name)
            elif row.instance.name in given:
                row.add_error("name", _TWICE[otherwise]())
            given.add(row.instance.name)


_MOST = {"states": MOST_STATES, "actions": MOST_ACTIONS}
_TWICE = {
    "state": lambda: _("Two states need different names."),
    "action": lambda: _("Two actions that leave one state need different names."),
}


def _is_new(key: str) -> bool:
    return key.startswith("n") and key.isascii() and key.isalnum() and len(key) < 30


def _values(row: Model) -> list[Any]:
    return [getattr(row, one.attname) for one in row._meta.concrete_fields]


def _write(rows: Sequence[State | Action], before: Mapping[Model, list[Any]]) -> None:
    """Save what is new or was changed; names that change places pass each other by one that nobody has."""
    for position, row in enumerate(rows):
        row.position = position
        if isinstance(row, Action):  # its ends have their ids by now
            row.source, row.target = row.source, row.target
    changed = [row for row in rows if row.pk is None or before[row] != _values(row)]
    for model in {type(row) for row in changed}:
        name = model._meta.get_field("name")
        passing = Concat(Value("was_"), Cast(F("pk"), output_field=name))
        model.objects.filter(pk__in=[row.pk for row in changed if row.pk]).update(name=passing)
    for row in changed:
        row.save()
