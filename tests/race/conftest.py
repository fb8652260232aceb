"""Programs of this folder, run against the database of a test."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]
Talk = Callable[[Any], Any]
"""Says something to a program and returns what it answers."""


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one hand got."""

    status: int
    leads_to: str
    text: str
    seconds: float


@contextmanager
def talking(module: str, database_url: str) -> Iterator[Talk]:
    """Run a program of this folder that answers each line of JSON with one."""
    own = {"TEST_DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    with subprocess.Popen(
        [sys.executable, "-m", f"tests.race.{module}"],
        cwd=ROOT,
        env=os.environ | own,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as program:
        assert program.stdin
        assert program.stdout

        def talk(said: Any) -> Any:
            program.stdin.write(json.dumps(said) + "\n")
            program.stdin.flush()
            line = program.stdout.readline()
            assert line, f"{module} ended with {program.wait()}"
            return json.loads(line)

        yield talk


@pytest.fixture(scope="session")
def hands() -> Iterator[Callable[[str], Talk]]:
    """The program ``hands`` on the database of a URL, started once for all who need it."""
    with ExitStack() as programs:
        yield cache(lambda url: programs.enter_context(talking("hands", url)))


@pytest.fixture
def all_at_once(
    hands: Callable[[str], Talk], database_url: str
) -> Callable[[Sequence[dict[str, Any]]], list[Answer]]:
    """Make calls (see ``hands``) at the same moment, each by a process of its own; no answer may be a 5xx."""
    talk = hands(database_url)

    def make(calls: Sequence[dict[str, Any]]) -> list[Answer]:
        answers = [Answer(**one) for one in talk(calls)]
        assert all(one.status < 500 for one in answers), [(one.status, one.text[:300]) for one in answers]
        return answers

    return make


@pytest.fixture
def ask_another(
    hands: Callable[[str], Talk], database_url: str
) -> Iterator[Callable[[dict[str, Any]], Answer]]:
    """Make one call after the other by a process that goes on, and remembers, until the test ends."""
    talk = hands(database_url)
    assert talk(None) is None

    def ask(call: dict[str, Any]) -> Answer:
        answer = Answer(**talk(call))
        assert answer.status < 500, answer.text
        return answer

    yield ask
    assert talk(None) is None
