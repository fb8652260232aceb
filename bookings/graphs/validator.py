"""What is wrong with a draft of a graph, each fault a sentence in plain words."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

from bookings.models import Action, GraphVersion, State


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A version's rows, read once: every rule below looks at these only."""

    version: GraphVersion
    states: list[State]
    actions: list[Action]

    @classmethod
    def of(cls, version: GraphVersion) -> "Drawing":
        actions = version.actions.select_related("source", "target")
        return cls(version=version, states=list(version.states.all()), actions=list(actions))

    def leaving(self, state: State) -> list[Action]:
        return [action for action in self.actions if action.source_id == state.pk]

    def reached_from(self, start: set[int], actions: list[Action] | None = None) -> set[int]:
        """The ids of the states that can be reached from ``start``, those included, by ``actions`` (all)."""
        found, border = set(start), set(start)
        while border:
            along = self.actions if actions is None else actions
            border = {action.target_id for action in along if action.source_id in border} - found
            found |= border
        return found


def problems(version: GraphVersion) -> list[str]:
    """Everything that keeps a version from being published, each a sentence in the active language."""
    drawing = Drawing.of(version)
    return [sentence for rule in _RULES for sentence in rule(drawing)]


# That names are unique, and that no second action creates a booking, is kept by the database already.


def _one_create_action(drawing: Drawing) -> Iterator[str]:
    if all(action.source_id is not None for action in drawing.actions):
        yield _("No action creates a booking: one must have no state before it.")


def _ends_are_in_the_version(drawing: Drawing) -> Iterator[str]:
    own = {state.pk for state in drawing.states} | {None}
    for action in drawing.actions:
        if action.source_id not in own or action.target_id not in own:
            yield _("“%(action)s” leads from or to a state of another version.") % {"action": action}


def _all_is_reachable(drawing: Drawing) -> Iterator[str]:
    created = {action.target_id for action in drawing.actions if action.source_id is None}
    reached = drawing.reached_from(created)
    for state in drawing.states:
        if created and state.pk not in reached:
            yield _("No way leads to the state “%(state)s”.") % {"state": state}


def _time_is_given_back(drawing: Drawing) -> Iterator[str]:
    free = {state.pk for state in drawing.states if not state.occupies}
    for state in drawing.states:
        if not state.occupies:
            continue
        if not drawing.leaving(state):
            yield _("“%(state)s” is final and occupies: its bookings would keep their time for ever.") % {
                "state": state
            }
        elif not drawing.reached_from({state.pk}) & free:
            yield _("From “%(state)s” no way leads to a state that gives the time back.") % {"state": state}


def _moving_is_possible(drawing: Drawing) -> Iterator[str]:
    for state in drawing.states:
        moving = [action for action in drawing.leaving(state) if action.continues]
        names = {"state": state, "count": len(moving)}
        if state.occupies and not moving:
            yield (
                _("Bookings in “%(state)s” could not be moved: one action must be played when moved.") % names
            )
        elif len(moving) > 1:
            yield _("%(count)s actions of “%(state)s” are played when moved; there must be one.") % names
        for action in moving:
            if action.target.occupies:
                yield _(
                    "“%(action)s” is played when moved, so it must lead to a state that does not occupy."
                ) % {"action": action}


def _somebody_plays(drawing: Drawing) -> Iterator[str]:
    for action in drawing.actions:
        if not any((action.by_customer, action.by_owner, action.by_staff, action.by_clock)):
            yield _("Nobody may play “%(action)s”.") % {"action": action}
        elif action.by_clock and action.automatic_after is None:
            yield _("The clock may play “%(action)s”, but no time says when.") % {"action": action}
        if action.source_id is None and action.automatic_after is not None:
            yield _("“%(action)s” creates the booking, so it cannot be automatic.") % {"action": action}


def _waiting_ends(drawing: Drawing) -> Iterator[str]:
    for state in drawing.states:
        leaving = drawing.leaving(state)
        if not state.settled and leaving and all(one.automatic_after is None for one in leaving):
            yield _(
                "In “%(state)s” something is awaited, and no automatic action ends that: "
                "let one be played at the booking's start."
            ) % {"state": state}


def _the_clock_comes_to_rest(drawing: Drawing) -> Iterator[str]:
    automatic = [
        action for action in drawing.actions if action.source_id and action.automatic_after is not None
    ]
    for state in drawing.states:
        after = {action.target_id for action in automatic if action.source_id == state.pk}
        if state.pk in drawing.reached_from(after, automatic):
            yield _(
                "Automatic actions lead from “%(state)s” back to it: the clock would go round for ever."
            ) % {"state": state}


def _seats_are_consistent(drawing: Drawing) -> Iterator[str]:
    version = drawing.version
    if version.offers_seats and not version.claims_time:
        yield _("A graph that offers seats must take the resource's time.")
    if version.claims_time and not version.needs_times:
        yield _("A graph that takes time needs start and end.")
    for action in drawing.actions:
        if action.on_seats and not version.offers_seats:
            yield _("“%(action)s” plays on seats, but this graph offers none.") % {"action": action}


_RULES = [
    _one_create_action,
    _ends_are_in_the_version,
    _all_is_reachable,
    _time_is_given_back,
    _moving_is_possible,
    _somebody_plays,
    _waiting_ends,
    _the_clock_comes_to_rest,
    _seats_are_consistent,
]
