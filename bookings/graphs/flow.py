"""A graph version in memory: its create action and what leaves each state.

A published version is never edited, so that it is read once by each process; which one is published is asked each
time.  What is kept is known by the moment of its publishing too: an id alone may be given again after a rollback.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from bookings import configuration, prepared
from bookings.errors import UnknownGraph
from bookings.models import Action, Block, Graph, GraphVersion, State

_known: dict[tuple[int, Any], Flow] = {}

# Every booking asks this, so the query is written out: the ORM takes longer to build it than the database to answer.
_PUBLISHED = (
    f"SELECT v.id, v.published_at, EXISTS (SELECT 1 FROM {Block._meta.db_table}) FROM {GraphVersion._meta.db_table} v "  # noqa: S608  # tables
    f"JOIN {Graph._meta.db_table} g ON g.id = v.graph_id WHERE g.name = %s AND v.status = %s"
)


@dataclass(frozen=True)
class Flow:
    version: GraphVersion
    create: Action
    actions: tuple[Action, ...]
    somebody_is_blocked: bool = False
    """Whether there is anybody for whom nothing may be booked online; told by the statement that finds the version."""

    @classmethod
    def published(cls, graph: str) -> Flow:
        """The version that new bookings follow; raises ``UnknownGraph``."""
        return configuration.kept(("graph", graph), lambda: cls._in_force(graph))

    @classmethod
    def _in_force(cls, graph: str) -> Flow:
        found = prepared.run(_PUBLISHED, [graph, GraphVersion.Status.PUBLISHED.value]).first
        if found is None:
            raise UnknownGraph
        pk, published_at, somebody_is_blocked = found
        flow = cls._read(pk) if published_at is None else cls._kept(pk, published_at)
        return replace(flow, somebody_is_blocked=True) if somebody_is_blocked else flow

    @classmethod
    def _kept(cls, pk: int, published_at: Any) -> Flow:
        if (pk, published_at) not in _known:
            flow = _known[pk, published_at] = cls._read(pk)
            _known[pk, flow.version.published_at] = flow  # as a row in memory has it
        return _known[pk, published_at]

    @classmethod
    def if_published(cls, graph: str) -> Flow | None:
        """The same, None where there is none."""
        try:
            return cls.published(graph)
        except UnknownGraph:
            return None

    @classmethod
    def of(cls, version: GraphVersion) -> Flow:
        """A version that was published at some time, as it is kept by each process."""
        known = version.pk, version.published_at
        if version.published_at is None:
            return cls._read(version.pk)
        if known not in _known:
            _known[known] = cls._read(version.pk)
        return _known[known]

    @classmethod
    def _read(cls, version_id: int) -> Flow:
        rows = Action.objects.filter(version=version_id).select_related("version__graph", "target", "source")
        actions = tuple(rows)
        create = next((action for action in actions if action.source_id is None), None)
        if create is None:
            raise UnknownGraph
        create.version.awaits_payment = any(action.is_awaited_payment for action in actions)
        return cls(create.version, create, actions)

    def leaving(self, state: State) -> list[Action]:
        return list(self._by_source.get(state.pk, ()))

    @cached_property
    def _by_source(self) -> dict[int, list[Action]]:
        found: dict[int, list[Action]] = {}
        for action in self.actions:
            if action.source_id is not None:
                found.setdefault(action.source_id, []).append(action)
        return found

    @cached_property
    def customer_cancels(self) -> bool:
        """Whether a customer may end a booking that stands."""
        return any(not one.continues and not one.target.occupies for one in self._customers)

    @cached_property
    def customer_moves(self) -> bool:
        """Whether a customer may move a booking that stands."""
        return any(one.continues for one in self._customers)

    @cached_property
    def _customers(self) -> list[Action]:
        """What a customer may do with a booking that stands."""
        return [
            one
            for one in self.actions
            if one.by_customer and one.source and one.source.occupies and one.source.settled
        ]
