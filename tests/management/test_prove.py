"""The verdict of `manage.py prove`; the proof itself is tried in tests/race."""

from dataclasses import replace

import pytest

from bookings.management.commands.prove import verdict_on
from bookings.proof import SCENARIOS, Outcome

ONE_SLOT = SCENARIOS[0]
AS_PROMISED = Outcome(
    name="one slot",
    attempts=64,
    winners=1,
    refusals={"slot_taken": 63},
    errors=0,
    overlaps=0,
    deadlocks=0,
    seconds=0.5,
)


def test_the_verdict_is_one_sentence_that_counts_the_attempts() -> None:
    verdict, held = verdict_on([(ONE_SLOT, AS_PROMISED)] * 2)
    assert held
    assert verdict.startswith("The promise holds: in 128 attempts")
    assert verdict.endswith("the slowest round took 0.5 s.")


@pytest.mark.parametrize(
    "wrong", [{"winners": 2}, {"winners": 0}, {"overlaps": 1}, {"errors": 1}, {"deadlocks": 1}]
)
def test_whatever_goes_wrong_breaks_the_promise_and_is_named(wrong: dict[str, int]) -> None:
    verdict, held = verdict_on([(ONE_SLOT, AS_PROMISED), (ONE_SLOT, replace(AS_PROMISED, **wrong))])
    assert not held
    assert verdict == "The promise does NOT hold: one slot."
