"""Programs of this folder, run against the database of a test."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What one hand got."""

    status: int
    leads_to: str
    text: str
    seconds: float


@pytest.fixture
def all_at_once(database_url: str) -> Callable[[Sequence[dict[str, Any]]], list[Answer]]:
    """Make calls (see ``hands``) at the same moment, each by a process of its own; no answer may be a 5xx."""

    def make(calls: Sequence[dict[str, Any]]) -> list[Answer]:
        own = {"TEST_DATABASE_URL": database_url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
        done = subprocess.run(
            [sys.executable, "-m", "tests.race.hands"],
            cwd=ROOT,
            env=os.environ | own,
            input=json.dumps(calls),
            capture_output=True,
            text=True,
            check=False,
            timeout=300,
        )
        assert done.returncode == 0, done.stdout + done.stderr
        answers = [Answer(**one) for one in json.loads(done.stdout)]
        assert all(one.status < 500 for one in answers), [(one.status, one.text[:300]) for one in answers]
        return answers

    return make
