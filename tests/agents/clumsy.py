"""An assistant that does everything wrong before it does it right: wrong order, stale names, terms ignored."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from bookings.models import Booking, HistoryEntry, OutboxMessage, Reservation
from tests.agents.conftest import Agent, Answer

ELSEWHERE = "http://other.example/b/bAAAAAAAAAAAAAAAAAAAAAAxxxxxxxxxxxx/"
WRONG = {
    "project": "no-such-project",
    "start": "2027-02-30T10:00:00Z",
    "zone": "Europe/Berln",
    "visitor": "made-up.visitor",
    "hold": "A" * 65,
    "link": ELSEWHERE,
    "session": "00000000-0000-4000-8000-000000000000",
    "confirmation": "yes, I confirm",
    "booking": "x",
    "action": "no_such_action",
    "option": "x",
}


def written() -> tuple[Any, ...]:
    """What there is, by which one sees that nothing was written."""
    kinds = (Booking, HistoryEntry, OutboxMessage, Reservation)
    states = Booking.objects.order_by("pk").values_list("pk", "state", "start")
    return *(kind.objects.count() for kind in kinds), *states


@dataclass
class Clumsy(Agent):
    def done(self, tool: str, **arguments: Any) -> Answer:
        before = written()
        for wrong in stumbles(arguments):
            assert super().call(tool, **wrong).refused, wrong
        if tool in {"book", "move_booking", "cancel_booking", "decide"}:
            self._ignores_the_terms(tool, arguments)
        assert written() == before
        answer = super().done(tool, **arguments)
        after = written()
        if tool == "hold_time" and "visitor" not in arguments:
            return answer
        again = super().done(tool, **arguments)
        assert written() == after
        return again

    def _ignores_the_terms(self, tool: str, arguments: dict[str, Any]) -> None:
        """Without the person's word nothing is done, however often it is asked for."""
        bare = {name: value for name, value in arguments.items() if name != "confirmation"}
        if not self.asks:
            made_up = super().call(tool, **bare, confirmation="yes, I confirm")
            assert made_up.refused or made_up["status"] in {"booked", "stands", "ended"}  # done before
        says = self.says
        for words in ("no", "unticked"):
            self.says = words
            answer = super().call(tool, **bare)
            told = answer.told if isinstance(answer.told, dict) else {}
            waits = told.get("status") in {"confirmation_needed", "booked", "stands", "ended", None}
            assert answer.refused or waits, told
        self.says = says


def stumbles(arguments: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The call with one thing wrong at a time."""
    yield arguments | {"confirmed": True}
    for name in arguments.keys() & WRONG.keys():
        yield arguments | {name: WRONG[name]}
        yield arguments | {name: {"$ne": None}}
        yield {other if other != name else f"{name}s": value for other, value in arguments.items()}
    if "hold" in arguments:
        name = arguments["hold"]
        yield arguments | {"hold": name[:-1] + ("A" if name[-1] != "A" else "B")}
    if "answers" in arguments:
        yield arguments | {"answers": {"nested": {"name": ["Marty"]}}}
