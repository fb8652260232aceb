"""Which actions of a state are a payment, and which of them say that it failed."""

from __future__ import annotations

from bookings.models import Action, State


def paying_action(state: State) -> Action | None:
    """The action by which a booking in ``state`` is paid, whoever plays it; None where nothing is to be paid."""
    payments = _payments(state)
    return next((action for action in payments if _succeeds(action)), payments[0] if payments else None)


def failing_action(state: State) -> Action | None:
    """The action that a failed payment plays; None where it changes nothing and may be tried again."""
    paid = paying_action(state)
    return next((one for one in _payments(state) if one != paid and not _succeeds(one)), None)


def _payments(state: State) -> list[Action]:
    return [action for action in state.leaving.all() if action.input == Action.Input.PAYMENT]


def _succeeds(action: Action) -> bool:
    return action.target.occupies and action.target.settled
