"""How much one search may read and answer, asked before it is done, and the gate for what is dear.

The work is estimated from what is cheap to count: days of resources before rows are read, then starts on ranges
before any slot is made.  What is dearer than ordinary calls goes one at a time in each process, so that pages are
answered meanwhile; who finds the gate shut is told so at once, and no thread waits.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Hashable, Iterable
from types import TracebackType
from typing import Self, TypeVar

from django.utils.translation import gettext_noop

from bookings import limits
from bookings.availability.answer_size import Size
from bookings.in_flight import giving_way
from bookings.limits import Limit

T = TypeVar("T")
# Microseconds, measured by bench/availability.py; only their sum against DEAR_SEARCH matters.
DAY_COST, RULE_COST, START_COST, SLOT_COST, NAME_COST, TERMS_COST = 2.0, 0.3, 0.3, 8.0, 0.8, 10.0
REMEMBERED, REMEMBERED_FOR = 1_000, 60.0
"""How many dear searches a gate remembers, and for how many seconds."""
TOO_MANY_DAYS = gettext_noop(
    "This looks at %(count)s days of all resources together, and at most %(most)s are searched at once. "
    "Ask for fewer days, or for fewer resources."
)
TOO_MANY_STARTS = gettext_noop(
    "There are %(count)s places where a time may start, and at most %(most)s are looked at in one search. "
    "Ask for fewer days, fewer resources or larger steps."
)
TOO_LARGE = gettext_noop(
    "The answer would have about %(count)s kB, and at most %(most)s kB are answered at once. "
    "Ask for fewer days, fewer resources or larger steps."
)


class TooMuch(ValueError):
    """A search passes ``limit`` by ``count``; ``sentence`` tells both, once translated and filled from ``numbers``."""

    def __init__(self, sentence: str, limit: Limit, count: int) -> None:
        self.sentence, self.limit = sentence, limit
        self.numbers = {"count": count, "most": limit.value}
        super().__init__(sentence % self.numbers)


class GateShut(Exception):
    """Another dear search is being done in this process."""


class Gate:
    """Lets one through at a time, and nobody waits.

    It remembers for a minute what came to it, so that the same asked again is refused before any row is read.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._came: dict[Hashable, float] = {}

    def enter(self, asked: Hashable = None) -> Callable[[], None]:
        """Go through, and return what opens the gate again; raises ``GateShut``."""
        if asked is not None:
            self._remember(asked)
        if not self._lock.acquire(blocking=False):
            raise GateShut
        return self._lock.release

    def is_shut_for(self, asked: Hashable) -> bool:
        """Whether somebody is inside, and what is asked has come to the gate lately."""
        return self._lock.locked() and self._came.get(asked, 0) > time.monotonic()

    def _remember(self, asked: Hashable) -> None:
        if len(self._came) >= REMEMBERED:
            self._came = {}
        self._came[asked] = time.monotonic() + REMEMBERED_FOR


PUBLIC_GATE, KEY_GATE = Gate(), Gate()


class Allowance:
    """What one call may spend on searching; a context, at whose end the gate is open again.

    Raises ``TooMuch`` where a limit is passed, and ``GateShut`` where the sum is dear and another search is.  Without
    a limit (``None``) nothing is refused for its size, without a gate nothing for its sum.  ``asked`` stands for the
    call: one that was dear before finds a shut gate at once, in entering the context.
    """

    def __init__(
        self,
        *,
        days: Limit | None = None,
        starts: Limit | None = None,
        answer: Limit | None = None,
        gate: Gate | None = None,
        asked: Hashable = None,
    ) -> None:
        self._days, self._starts, self._answer, self._gate = days, starts, answer, gate
        self._asked = asked
        self._cost = 0.0
        self._leave: Callable[[], None] | None = None

    @classmethod
    def public(cls, asked: Hashable = None) -> Self:
        """Of a widget key."""
        return cls(
            days=limits.PUBLIC_SEARCH_DAYS,
            starts=limits.PUBLIC_SEARCH_STARTS,
            answer=limits.PUBLIC_ANSWER,
            gate=PUBLIC_GATE,
            asked=asked,
        )

    @classmethod
    def server(cls, asked: Hashable = None) -> Self:
        """Of a server key."""
        return cls(
            days=limits.KEY_SEARCH_DAYS,
            starts=limits.KEY_SEARCH_STARTS,
            answer=limits.KEY_ANSWER,
            gate=KEY_GATE,
            asked=asked,
        )

    @classmethod
    def page(cls) -> Self:
        """Of a page, which asks for a month of what staff set up, and is never refused for its size."""
        return cls(gate=PUBLIC_GATE)

    def __enter__(self) -> Self:
        if self._gate and self._gate.is_shut_for(self._asked):
            raise GateShut
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._leave:
            self._leave()
            self._leave = None

    def read(self, *, days: int, rules: int = 0) -> None:
        """Ask for the rows of so many days of resources, each judged by so many rules besides its hours."""
        weighed = int(days * (1 + rules * RULE_COST / DAY_COST))
        self._keep(TOO_MANY_DAYS, self._days, weighed)
        self._spend(weighed * DAY_COST)

    def walk(self, starts: int) -> None:
        """Ask for a look at so many places of the grid."""
        self._keep(TOO_MANY_STARTS, self._starts, starts)
        self._spend(starts * START_COST)

    def answer(self, expected: Size) -> None:
        """Ask for an answer of that size."""
        self._keep(TOO_LARGE, self._answer, expected.size // 1000)
        self._spend(expected.slots * SLOT_COST + expected.names * NAME_COST + expected.terms * TERMS_COST)

    def paced(self, items: Iterable[T]) -> Iterable[T]:
        """The same items, to be worked on one by one; a dear search gives way to other requests between them."""
        return giving_way(items) if self._leave else items

    def _keep(self, sentence: str, limit: Limit | None, count: int) -> None:
        if limit is not None and limit.passed_by(count):
            raise TooMuch(sentence, limit, count)

    def _spend(self, cost: float) -> None:
        if self._gate is None or self._leave:
            return
        self._cost += cost
        if limits.DEAR_SEARCH.passed_by(int(self._cost / 1000)):
            self._leave = self._gate.enter(self._asked)


UNBOUNDED = Allowance()
"""Of staff, and of what is bounded already."""
