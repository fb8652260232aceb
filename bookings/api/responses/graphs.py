"""How graphs are told."""

from typing import Any

from bookings.models import Action, GraphVersion, State


def serialize_graph(version: GraphVersion) -> dict[str, Any]:
    return {
        "name": version.graph.name,
        "title": version.graph.title,
        "description": version.graph.description,
        "version": version.number,
        "claims": version.claims,
        "offers_seats": version.offers_seats,
        "needs_customer": version.needs_customer,
        "needs_times": version.needs_times,
        "states": [_state(state) for state in version.states.all()],
        "actions": [_action(action) for action in version.actions.all()],
    }


def _state(state: State) -> dict[str, Any]:
    return {
        "name": state.name,
        "label": state.label,
        "occupies": state.occupies,
        "settled": state.settled,
        "completed": state.final,
        "webhook": state.webhook,
    }


def _action(action: Action) -> dict[str, Any]:
    """``source`` is null for the action that creates the booking; ``automatic_after`` is in seconds."""
    wait = action.automatic_after
    return {
        "name": action.name,
        "label": action.label,
        "source": action.source.name if action.source else None,
        "target": action.target.name,
        "played_by": [who for who in ("customer", "owner", "staff", "clock") if getattr(action, f"by_{who}")],
        "input": action.input or None,
        "automatic_after": None if wait is None else round(wait.total_seconds()),
        "automatic_from": action.automatic_from if wait is not None else None,
        "continues": action.continues,
    }
