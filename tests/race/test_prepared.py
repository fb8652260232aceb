"""Two clients behind a pooler that gives each transaction another backend: none runs the other's statement."""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection

from bookings import prepared
from tests.race.pooled import CLIENTS
from tests.through_pgbouncer import pgbouncer

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.race,
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pooler"),
]
behind_a_pooler = pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed")
ROOT = Path(__file__).parents[2]
RUNS = 8


@pytest.fixture
def pooled_url(database_url: str) -> Iterator[str]:
    """Through a pgbouncer that has as many backends as there are clients."""
    with pgbouncer(database_url, backends=CLIENTS) as url:
        yield url


def told(url: str, way: str) -> dict[str, int]:
    own = {"TEST_DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, "-m", "tests.race.pooled", way],
        cwd=ROOT,
        env=os.environ | own,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    found: dict[str, int] = json.loads(done.stdout)
    return found


@behind_a_pooler
def test_behind_a_pooler_nobody_runs_the_statement_of_another(pooled_url: str) -> None:
    assert told(pooled_url, "ours") == {"foreign": 0, "errors": 0, "direct": 0}


@behind_a_pooler
def test_the_control_that_prepares_by_number_runs_the_statements_of_others(pooled_url: str) -> None:
    # A run in which each client happens to get its own backend every time shows nothing.
    assert any(told(pooled_url, "driver")["foreign"] for _try in range(RUNS))


def test_straight_to_the_server_each_runs_its_own_and_prepares_it(database_url: str) -> None:
    direct = CLIENTS if prepared.is_direct() else 0
    assert told(database_url, "ours") == {"foreign": 0, "errors": 0, "direct": direct}
