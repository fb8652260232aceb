"""A graph version in memory: its create action and what leaves each state, read by one query."""

from __future__ import annotations

from dataclasses import dataclass

from bookings.errors import UnknownGraph
from bookings.models import Action, GraphVersion, State


@dataclass(frozen=True)
class Flow:
    version: GraphVersion
    create: Action
    actions: tuple[Action, ...]

    @classmethod
    def published(cls, graph: str) -> Flow:
        """The version that new bookings follow; raises ``UnknownGraph``."""
        actions = tuple(
            Action.objects.filter(
                version__graph__name=graph, version__status=GraphVersion.Status.PUBLISHED
            ).select_related("version__graph", "target", "source")
        )
        create = next((action for action in actions if action.source_id is None), None)
        if create is None:
            raise UnknownGraph
        return cls(create.version, create, actions)

    def leaving(self, state: State) -> list[Action]:
        return [action for action in self.actions if action.source_id == state.pk]
