"""Graphs in answers."""

from typing import Annotated

from typing_extensions import TypedDict

from bookings.api.responses.fields import one_of
from bookings.models import Action, GraphVersion, State

PLAYERS = ("customer", "owner", "staff", "clock")


class StateOut(TypedDict):
    name: str
    label: str
    occupies: bool
    settled: bool
    completed: bool
    webhook: bool


class ActionOut(TypedDict):
    """``source`` is null for the action that creates the booking; ``automatic_after`` is in seconds."""

    name: str
    label: str
    source: str | None
    target: str
    played_by: list[Annotated[str, one_of(*PLAYERS)]]
    input: str | None
    automatic_after: int | None
    automatic_from: str | None
    continues: bool


class GraphOut(TypedDict):
    name: str
    title: str
    description: str
    version: int
    claims: Annotated[str, one_of(*GraphVersion.Claims.values)]
    offers_seats: bool
    needs_customer: bool
    needs_times: bool
    states: list[StateOut]
    actions: list[ActionOut]


def serialize_graph(version: GraphVersion) -> GraphOut:
    return {
        "name": version.graph.name,
        "title": version.graph.title,
        "description": version.graph.description,
        "version": version.number,
        "claims": version.claims,
        "offers_seats": version.offers_seats,
        "needs_customer": version.needs_customer,
        "needs_times": version.needs_times,
        "states": [_serialize_state(state) for state in version.states.all()],
        "actions": [_serialize_action(action) for action in version.actions.all()],
    }


def _serialize_state(state: State) -> StateOut:
    return {
        "name": state.name,
        "label": state.label,
        "occupies": state.occupies,
        "settled": state.settled,
        "completed": state.final,
        "webhook": state.webhook,
    }


def _serialize_action(action: Action) -> ActionOut:
    wait = action.automatic_after
    return {
        "name": action.name,
        "label": action.label,
        "source": action.source.name if action.source else None,
        "target": action.target.name,
        "played_by": [who for who in PLAYERS if getattr(action, f"by_{who}")],
        "input": action.input or None,
        "automatic_after": None if wait is None else round(wait.total_seconds()),
        "automatic_from": action.automatic_from if wait is not None else None,
        "continues": action.continues,
    }
