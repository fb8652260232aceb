"""Let many processes fight over the same times in the operator's own database, and print what came of it."""

from argparse import ArgumentParser
from dataclasses import asdict
from json import dumps
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.proof import SCENARIOS, Outcome, Scenario, prove


class Command(BaseCommand):
    help = "Prove on this database that nobody can be booked twice. Throw-away rows only; they are deleted after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", type=int, default=64, help="processes at once (default: 64)")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, clients: int, json: bool, **options: Any) -> None:
        if not 2 <= clients <= 512:
            raise CommandError("--clients takes a number from 2 to 512.")
        outcomes = [(scenario, prove(scenario, clients)) for scenario in SCENARIOS]
        verdict, held = verdict_on(outcomes)
        if json:
            whole = {
                "holds": held,
                "verdict": verdict,
                "outcomes": [asdict(one) for _scenario, one in outcomes],
            }
            self.stdout.write(dumps(whole))
        else:
            self.print([outcome for _scenario, outcome in outcomes])
        if not held:
            raise CommandError(verdict)
        if not json:
            self.stdout.write(f"\n{verdict}")

    def print(self, outcomes: list[Outcome]) -> None:
        for outcome in outcomes:
            refusals = (
                ", ".join(f"{count} {code}" for code, count in sorted(outcome.refusals.items())) or "none"
            )
            self.stdout.write(
                f"{outcome.name:20} {outcome.attempts} attempts, {outcome.winners} won, refused: {refusals}, "
                f"errors: {outcome.errors}, overlaps: {outcome.overlaps}, deadlocks: {outcome.deadlocks}, "
                f"{outcome.seconds:.2f} s"
            )


def verdict_on(outcomes: list[tuple[Scenario, Outcome]]) -> tuple[str, bool]:
    """What came of it in one sentence, and whether the promise holds."""
    broken = [outcome.name for scenario, outcome in outcomes if not holds(scenario, outcome)]
    if broken:
        return f"The promise does NOT hold: {', '.join(broken)}.", False
    attempts = sum(outcome.attempts for _scenario, outcome in outcomes)
    slowest = max(outcome.seconds for _scenario, outcome in outcomes)
    return (
        f"The promise holds: in {attempts} attempts nobody was booked twice, each time just as many won as were to, "
        f"and nobody met a fault or a deadlock; the slowest round took {slowest:.1f} s."
    ), True


def holds(scenario: Scenario, outcome: Outcome) -> bool:
    """Nothing overlaps, nothing failed, and as many won as had to."""
    wanted = scenario.winners(outcome.attempts)
    went_wrong = outcome.overlaps or outcome.errors or outcome.deadlocks
    return not went_wrong and wanted in (None, outcome.winners)
