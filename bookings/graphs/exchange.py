"""Graphs as JSON: written out, and read in as a new graph with a draft."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _
from pydantic import BaseModel, ConfigDict, Field, field_validator
from pydantic import ValidationError as Malformed
from pydantic_core import PydanticCustomError

from bookings.models import Action, Graph, GraphVersion, State

MOST_STATES = 60
MOST_ACTIONS = 240
_STATE = ("name", "label", "occupies", "settled", "mail_to_customer", "mail_to_owner", "webhook")
_ACTION = (
    "name",
    "label",
    "by_customer",
    "by_owner",
    "by_staff",
    "by_clock",
    "input",
    "continues",
    "on_seats",
)
_VERSION = ("claims", "offers_seats", "needs_customer", "needs_times")


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=True)

    @field_validator("*")
    @classmethod
    def _can_be_kept(cls, value: Any) -> Any:
        """PostgreSQL keeps no text with NUL, and is not to be asked for one."""
        if isinstance(value, str) and "\0" in value:
            sentence = _("This text holds characters that cannot be stored.")
            raise PydanticCustomError("nul", "{sentence}", {"sentence": sentence})
        return value


class _State(_Strict):
    name: str
    label: str
    occupies: bool = False
    settled: bool = True
    mail_to_customer: str = ""
    mail_to_owner: str = ""
    webhook: bool = True


class _Action(_Strict):
    name: str
    label: str
    source: str | None = Field(alias="from")
    target: str = Field(alias="to")
    by_customer: bool = False
    by_owner: bool = False
    by_staff: bool = True
    by_clock: bool = False
    input: str = ""
    automatic_after_seconds: int | None = Field(default=None, ge=0, le=3_155_760_000)
    automatic_from: str = "entered"
    continues: bool = False
    on_seats: str = ""


class _Graph(_Strict):
    title: str
    description: str = ""
    claims: str = "time"
    offers_seats: bool = False
    needs_customer: bool = True
    needs_times: bool = True
    states: list[_State] = Field(max_length=MOST_STATES)
    actions: list[_Action] = Field(max_length=MOST_ACTIONS)


def exported(version: GraphVersion) -> dict[str, Any]:
    """``version`` as JSON holds it; states and actions are named, so that it means the same on another site."""
    graph = version.graph
    return {
        "title": graph.title,
        "description": graph.description,
        **{name: getattr(version, name) for name in _VERSION},
        "states": [{name: getattr(state, name) for name in _STATE} for state in version.states.all()],
        "actions": [_exported(action) for action in version.actions.select_related("source", "target")],
    }


def _exported(action: Action) -> dict[str, Any]:
    after = action.automatic_after
    return {
        "from": action.source.name if action.source else None,
        "to": action.target.name,
        **{name: getattr(action, name) for name in _ACTION},
        "automatic_after_seconds": None if after is None else int(after.total_seconds()),
        "automatic_from": action.automatic_from or Action.Anchor.ENTERED.value,
    }


@transaction.atomic
def imported(text: str | bytes, *, name: str, title: str = "") -> GraphVersion:
    """A new graph called ``name`` with one draft, as ``text`` (JSON) says; ``title`` instead of the one in there.

    Raises ``ValidationError`` with a sentence for everything that is wrong with it.
    """
    try:
        read = _Graph.model_validate_json(text)
    except Malformed as malformed:
        raise ValidationError([_sentence(one) for one in malformed.errors()[:20]]) from malformed
    graph = Graph(name=name, title=title or read.title, description=read.description)
    _clean(graph, "title")
    graph.save()
    version = GraphVersion(graph=graph, number=1, **{field: getattr(read, field) for field in _VERSION})
    _clean(version, "claims")
    version.save()
    states = {one.name: _state(version, one, position) for position, one in enumerate(read.states)}
    for position, action in enumerate(read.actions):
        _action(version, action, states, position)
    return version


def _sentence(error: Any) -> str:
    where = ".".join(str(step) for step in error["loc"])
    return f"{where}: {error['msg']}" if where else str(error["msg"])


def _clean(row: Any, where: str) -> None:
    """Everything that the row's fields and constraints refuse, each sentence after the place it is about."""
    try:
        row.full_clean()
    except ValidationError as wrong:
        found = wrong.message_dict.items()
        raise ValidationError(
            [f"{where}.{field}: {sentence}" for field, all_of in found for sentence in all_of]
        ) from wrong


def _state(version: GraphVersion, read: _State, position: int) -> State:
    state = State(version=version, position=position, **read.model_dump())
    _clean(state, f"states.{read.name}")
    state.save()
    return state


def _action(version: GraphVersion, read: _Action, states: dict[str, State], position: int) -> None:
    where = f"actions.{read.name}"
    for end in filter(None, (read.source, read.target)):
        if end not in states:
            raise ValidationError(
                _("%(where)s: no state is called “%(state)s”.") % {"where": where, "state": end}
            )
    after = read.automatic_after_seconds
    action = Action(
        version=version,
        source=states[read.source] if read.source else None,
        target=states[read.target],
        automatic_after=None if after is None else timedelta(seconds=after),
        automatic_from=read.automatic_from,
        position=position,
        **{field: getattr(read, field) for field in _ACTION},
    )
    _clean(action, where)
    action.save()
