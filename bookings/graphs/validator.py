"""What is wrong with a draft of a graph, or only remarkable, each a sentence in plain words beside its row."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.text import get_text_list
from django.utils.translation import gettext as _

from bookings.models import Action, GraphVersion, State


@dataclass(frozen=True)
class Finding:
    """A sentence in the active language, and the row that it is about, where it is about one."""

    text: str
    row: State | Action | None = None


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
    return [one.text for one in faults(Drawing.of(version))]


def faults(drawing: Drawing) -> list[Finding]:
    """What keeps a version from being published."""
    return [finding for rule in _RULES for finding in rule(drawing)]


def remarks(drawing: Drawing) -> list[Finding]:
    """What may be meant so, and is worth a look before it is published."""
    return [finding for rule in _REMARKS for finding in rule(drawing)]


# That names are unique, and that no second action creates a booking, is kept by the database already.


def _one_create_action(drawing: Drawing) -> Iterator[Finding]:
    if all(action.source_id is not None for action in drawing.actions):
        yield Finding(_("No action creates a booking: one must have no state before it."))


def _ends_are_in_the_version(drawing: Drawing) -> Iterator[Finding]:
    own = {state.pk for state in drawing.states} | {None}
    for action in drawing.actions:
        if action.source_id not in own or action.target_id not in own:
            text = _("“%(action)s” leads from or to a state of another version.")
            yield Finding(text % {"action": action}, action)


def _all_is_reachable(drawing: Drawing) -> Iterator[Finding]:
    created = {action.target_id for action in drawing.actions if action.source_id is None}
    reached = drawing.reached_from(created)
    for state in drawing.states:
        if created and state.pk not in reached:
            yield Finding(_("No way leads to the state “%(state)s”.") % {"state": state}, state)


def _time_is_given_back(drawing: Drawing) -> Iterator[Finding]:
    free = {state.pk for state in drawing.states if not state.occupies}
    for state in drawing.states:
        if not state.occupies:
            continue
        if not drawing.leaving(state):
            text = _("“%(state)s” is final and occupies: its bookings would keep their time for ever.")
            yield Finding(text % {"state": state}, state)
        elif not drawing.reached_from({state.pk}) & free:
            text = _("From “%(state)s” no way leads to a state that gives the time back.")
            yield Finding(text % {"state": state}, state)


def _moving_is_clear(drawing: Drawing) -> Iterator[Finding]:
    for state in drawing.states:
        moving = _moving_from(drawing, state)
        if len(moving) > 1:
            text = _("%(count)s actions of “%(state)s” are played when moved; there must be one.")
            yield Finding(text % {"state": state, "count": len(moving)}, state)
        for action in moving:
            if action.target.occupies:
                text = _(
                    "“%(action)s” is played when moved, so it must lead to a state that does not occupy."
                )
                yield Finding(text % {"action": action}, action)


def _somebody_plays(drawing: Drawing) -> Iterator[Finding]:
    for action in drawing.actions:
        named = {"action": action}
        if not any((action.by_customer, action.by_owner, action.by_staff, action.by_clock)):
            yield Finding(_("Nobody may play “%(action)s”.") % named, action)
        elif action.by_clock and action.automatic_after is None:
            text = _("The clock may play “%(action)s”, but no time says when.")
            yield Finding(text % named, action)
        if action.source_id is None and action.automatic_after is not None:
            text = _("“%(action)s” creates the booking, so it cannot be automatic.")
            yield Finding(text % named, action)


def _waiting_ends(drawing: Drawing) -> Iterator[Finding]:
    for state in drawing.states:
        leaving = drawing.leaving(state)
        if not state.settled and not leaving:
            text = _("In “%(state)s” something is awaited, and no action leaves it: it would wait for ever.")
            yield Finding(text % {"state": state}, state)
        elif not state.settled and all(one.automatic_after is None for one in leaving):
            text = _(
                "In “%(state)s” something is awaited, and no automatic action ends that: "
                "let one be played at the booking's start."
            )
            yield Finding(text % {"state": state}, state)


def _the_clock_comes_to_rest(drawing: Drawing) -> Iterator[Finding]:
    automatic = [
        action for action in drawing.actions if action.source_id and action.automatic_after is not None
    ]
    for state in drawing.states:
        after = {action.target_id for action in automatic if action.source_id == state.pk}
        if state.pk in drawing.reached_from(after, automatic):
            text = _("Automatic actions lead from “%(state)s” back to it: the clock would go round for ever.")
            yield Finding(text % {"state": state}, state)


def _seats_are_consistent(drawing: Drawing) -> Iterator[Finding]:
    version = drawing.version
    if version.offers_seats and not version.claims_time:
        yield Finding(_("A graph that offers seats must take the resource's time."))
    if version.claims_time and not version.needs_times:
        yield Finding(_("A graph that takes time needs start and end."))
    for action in drawing.actions:
        if action.on_seats and not version.offers_seats:
            text = _("“%(action)s” plays on seats, but this graph offers none.")
            yield Finding(text % {"action": action}, action)


def _seats_end_with_their_session(drawing: Drawing) -> Iterator[Finding]:
    for action in _ending_sessions(drawing):
        if not action.on_seats:
            text = _(
                "“%(action)s” ends a session and plays nothing on its seats: they would stand, and nobody be told."
            )
            yield Finding(text % {"action": action}, action)


def _seats_know_what_is_played(drawing: Drawing) -> Iterator[Finding]:
    """Of the seats' own graphs as they are in force, which may be mended later."""
    ending = [action for action in _ending_sessions(drawing) if action.on_seats]
    seats = GraphVersion.objects.published().filter(claims=GraphVersion.Claims.SEAT) if ending else ()
    for of_seats in map(Drawing.of, seats):
        for state in of_seats.states:
            ways = {one.name for one in of_seats.leaving(state)}
            for action in ending if state.occupies or not state.settled else ():
                if action.on_seats not in ways:
                    text = _(
                        "“%(action)s” leaves a seat that is “%(state)s” (%(graph)s) as it is: "
                        "no action called “%(name)s” leads on from there."
                    )
                    words = {"state": state, "graph": of_seats.version.graph, "name": action.on_seats}
                    yield Finding(text % {"action": action, **words}, action)


def _ending_sessions(drawing: Drawing) -> list[Action]:
    """The actions that call a session off; what the clock plays once it is over ends nothing."""
    return [
        action
        for action in drawing.actions
        if drawing.version.offers_seats
        and action.source
        and action.source.occupies
        and not (action.target.occupies or action.continues)
        and (action.automatic_after is None or action.automatic_from != Action.Anchor.END)
    ]


def _can_be_moved(drawing: Drawing) -> Iterator[Finding]:
    for state in drawing.states:
        if state.occupies and drawing.leaving(state) and not _moving_from(drawing, state):
            text = _(
                "Bookings in “%(state)s” cannot be moved to another time: no action is played when moved."
            )
            yield Finding(text % {"state": state}, state)


def _tell_nobody(drawing: Drawing) -> Iterator[Finding]:
    silent = [
        str(state) for state in drawing.states if not state.mail_to_customer and not state.mail_to_owner
    ]
    if silent:
        yield Finding(_("Nobody gets a mail on: %(states)s.") % {"states": get_text_list(silent, _("and"))})


def _moving_from(drawing: Drawing, state: State) -> list[Action]:
    return [action for action in drawing.leaving(state) if action.continues]


_RULES = [
    _one_create_action,
    _ends_are_in_the_version,
    _all_is_reachable,
    _time_is_given_back,
    _moving_is_clear,
    _somebody_plays,
    _waiting_ends,
    _the_clock_comes_to_rest,
    _seats_are_consistent,
    _seats_end_with_their_session,
]
_REMARKS = [_can_be_moved, _tell_nobody, _seats_know_what_is_played]
