"""Let many processes fight over the same times in the operator's own database, and print what came of it.

It ends with a verdict, or with one sentence why there is none and a status other than 0.
"""

import os
import signal
import sys
import threading
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict
from json import dumps
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError, connections

from bookings.models import Resource
from bookings.proof import (
    SCENARIOS,
    Outcome,
    Scenario,
    new_resource,
    prove,
    throw_away,
    throw_away_leftovers,
)

INTERRUPTED = 130
ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
Tried = list[tuple[Scenario, Outcome]]


class Interrupted(BaseException):
    """Somebody told it to end; a ``BaseException``, so that nothing on the way takes it for a fault."""


class Command(BaseCommand):
    help = "Prove on this database that nobody can be booked twice. Throw-away rows only; they are deleted after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", type=int, default=64, help="processes at once (default: 64)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")
        parser.add_argument("--tidy", action="store_true", help="delete what a proof left that was cut off")

    def handle(self, *args: Any, clients: int, json: bool, tidy: bool, **options: Any) -> None:
        if not 2 <= clients <= 512:
            raise CommandError("--clients takes a number from 2 to 512.")
        if tidy:
            self.say(
                f"{throw_away_leftovers()} throw-away resources deleted, with all that was made of them."
            )
            return
        tried: Tried = []
        try:
            with _ended_by_signals() as heard:
                for scenario in SCENARIOS:
                    tried.append((scenario, _tried(scenario, clients, heard)))
                    if not json:
                        self.say(in_a_line(tried[-1][1]))
            verdict, held = verdict_on(tried)
            status = 1
        except (Interrupted, DatabaseError, OSError) as problem:
            verdict, held = f"There is no verdict: {_why(problem, tried)}", None
            status = INTERRUPTED if isinstance(problem, Interrupted) else 1
        self.conclude(tried, verdict, held, status, json=json)

    def conclude(self, tried: Tried, verdict: str, held: bool | None, status: int, *, json: bool) -> None:
        """Say the verdict where it is read; without one, or where it is no, end with a status other than 0."""
        try:
            if json:
                outcomes = [asdict(one) for _scenario, one in tried]
                self.say(dumps({"holds": held, "verdict": verdict, "outcomes": outcomes}))
            elif held:
                self.say(f"\n{verdict}")
        except OSError as problem:
            raise CommandError(f"{verdict} It could not be written: {problem.strerror}.") from None
        if not held:
            raise CommandError(verdict, returncode=status)

    def say(self, words: str) -> None:
        """Write it now, so that it is read while the next is tried.  Raises ``OSError`` where nobody reads it."""
        try:
            self.stdout.write(words)
            self.stdout.flush()
        except OSError:
            _forget_output()
            raise


def _tried(scenario: Scenario, clients: int, heard: Sequence[str]) -> Outcome:
    """What came of it; raises ``Interrupted`` wherever a signal was heard meanwhile, and leaves nothing then."""
    resources: list[Resource] = []
    try:
        resources += (new_resource() for _number in range(scenario.resources))
        outcome = prove(scenario, resources, clients)
    except (Interrupted, DatabaseError, OSError):
        if not heard:
            raise
    else:
        if not heard:  # else Python dropped what was raised, as it does while it collects what is gone
            return outcome
    # In the middle of a statement, or of the deletion: that connection is of no use any more.
    connections.close_all()
    throw_away(resources)
    raise Interrupted(heard[0])


def _forget_output() -> None:
    """What is still in the buffer would fail again when Python ends, and change the status."""
    with suppress(OSError, ValueError, AttributeError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@contextmanager
def _ended_by_signals() -> Iterator[list[str]]:
    """The first signal that ends a program raises ``Interrupted``, and what follows is tidied in peace.

    Yields the name of that signal as soon as there is one.
    """
    heard: list[str] = []
    if threading.current_thread() is not threading.main_thread():
        yield heard
        return

    def interrupt(number: int, _frame: Any) -> None:
        for one in ENDING:
            signal.signal(one, signal.SIG_IGN)
        heard.append(signal.Signals(number).name)
        raise Interrupted(heard[0])

    before = {number: signal.signal(number, interrupt) for number in ENDING}
    try:
        yield heard
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _why(problem: BaseException, tried: Tried) -> str:
    during = f"during “{SCENARIOS[len(tried)].name}”" if len(tried) < len(SCENARIOS) else "at the end"
    if isinstance(problem, Interrupted):
        return f"it was interrupted {during} ({problem}); what it had made is deleted."
    words = (str(problem).strip().splitlines() or [type(problem).__name__])[0].rstrip(".")
    if isinstance(problem, DatabaseError):
        return f"the database failed {during} ({words}). ./run manage prove --tidy deletes what is left."
    return f"the machine failed {during} ({words})."


def in_a_line(outcome: Outcome) -> str:
    """What came of one scenario."""
    refusals = ", ".join(f"{count} {code}" for code, count in sorted(outcome.refusals.items())) or "none"
    lost = f"lost: {sum(outcome.lost.values())}, " if outcome.lost else ""
    return (
        f"{outcome.name:20} {outcome.attempts} attempts, {outcome.winners} won, refused: {refusals}, "
        f"errors: {outcome.errors}, {lost}overlaps: {outcome.overlaps}, miscounted: {outcome.miscounted}, "
        f"deadlocks: {outcome.deadlocks}, {outcome.seconds:.2f} s"
    )


def verdict_on(outcomes: Tried) -> tuple[str, bool | None]:
    """What came of it in one sentence, and whether the promise holds; None where that was not learnt."""
    broken = [outcome.name for scenario, outcome in outcomes if breaks(scenario, outcome)]
    if broken:
        return f"The promise does NOT hold: {', '.join(broken)}.", False
    lost = [words for _scenario, outcome in outcomes for words in outcome.lost]
    attempts = sum(outcome.attempts for _scenario, outcome in outcomes)
    if lost:
        count = sum(sum(outcome.lost.values()) for _scenario, outcome in outcomes)
        first = lost[0].partition(": ")[2].rstrip(".")
        return (
            f"There is no verdict: {count} of {attempts} clients were lost, the first since: {first}.",
            None,
        )
    slowest = max(outcome.seconds for _scenario, outcome in outcomes)
    return (
        f"The promise holds: in {attempts} attempts nobody was booked twice, each time just as many won as were to, "
        f"and nobody met a fault or a deadlock; the slowest round took {slowest:.1f} s."
    ), True


def breaks(scenario: Scenario, outcome: Outcome) -> bool:
    """Something overlaps or failed, or others won than had to, who are fewer where some were lost."""
    if outcome.overlaps or outcome.miscounted or outcome.errors or outcome.deadlocks:
        return True
    wanted = scenario.winners(outcome.attempts)
    return wanted is not None and (
        outcome.winners > wanted or (outcome.winners < wanted and not outcome.lost)
    )


def holds(scenario: Scenario, outcome: Outcome) -> bool:
    """Nothing overlaps, nothing failed, nobody was lost, and as many won as had to."""
    return not breaks(scenario, outcome) and not outcome.lost
