"""A graph version in memory: its create action and what leaves each state.

A published version is never edited, so that it is read once by each process; which one is published is asked each
time.  What is kept is known by the moment of its publishing too: an id alone may be given again after a rollback.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from bookings.errors import UnknownGraph
from bookings.models import Action, GraphVersion, State

_known: dict[tuple[int, datetime], Flow] = {}


@dataclass(frozen=True)
class Flow:
    version: GraphVersion
    create: Action
    actions: tuple[Action, ...]

    @classmethod
    def published(cls, graph: str) -> Flow:
        """The version that new bookings follow; raises ``UnknownGraph``."""
        versions = GraphVersion.objects.published().filter(graph__name=graph)
        found = list(versions.order_by().values_list("pk", "published_at")[:1])
        if not found:
            raise UnknownGraph
        pk, published_at = found[0]
        if published_at is None:
            return cls._read(pk)
        if found[0] not in _known:
            _known[pk, published_at] = cls._read(pk)
        return _known[pk, published_at]

    @classmethod
    def _read(cls, version_id: int) -> Flow:
        rows = Action.objects.filter(version=version_id).select_related("version__graph", "target", "source")
        actions = tuple(rows)
        create = next((action for action in actions if action.source_id is None), None)
        if create is None:
            raise UnknownGraph
        return cls(create.version, create, actions)

    def leaving(self, state: State) -> list[Action]:
        return [action for action in self.actions if action.source_id == state.pk]
