"""Let many processes fight over the same times in the operator's own database, and print what came of it."""

import json
from argparse import ArgumentParser
from dataclasses import asdict
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from bookings.proof import SCENARIOS, Outcome, Scenario, prove


class Command(BaseCommand):
    help = "Prove on this database that nobody can be booked twice. Throw-away rows only; they are deleted after."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--clients", type=int, default=64, help="processes at once (default: 64)")
        parser.add_argument("--json", action="store_true", help="print one JSON list")

    def handle(self, *args: Any, clients: int, json: bool, **options: Any) -> None:
        if not 2 <= clients <= 512:
            raise CommandError("--clients takes a number from 2 to 512.")
        outcomes = [(scenario, prove(scenario, clients)) for scenario in SCENARIOS]
        self.print(outcomes, as_json=json)
        broken = [outcome.name for scenario, outcome in outcomes if not holds(scenario, outcome)]
        if broken:
            raise CommandError(f"The promise does not hold: {', '.join(broken)}.")

    def print(self, outcomes: list[tuple[Scenario, Outcome]], *, as_json: bool) -> None:
        if as_json:
            self.stdout.write(json.dumps([asdict(outcome) for _scenario, outcome in outcomes]))
            return
        for _scenario, outcome in outcomes:
            refusals = (
                ", ".join(f"{count} {code}" for code, count in sorted(outcome.refusals.items())) or "none"
            )
            self.stdout.write(
                f"{outcome.name:20} {outcome.attempts} attempts, {outcome.winners} won, refused: {refusals}, "
                f"errors: {outcome.errors}, overlaps: {outcome.overlaps}, {outcome.seconds:.2f} s"
            )


def holds(scenario: Scenario, outcome: Outcome) -> bool:
    """Nothing overlaps, nothing failed, and as many won as had to."""
    wanted = scenario.winners(outcome.attempts)
    return not outcome.overlaps and not outcome.errors and wanted in (None, outcome.winners)
