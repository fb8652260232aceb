"""Machines that start together before one database, straight and behind a pooler: one migrates, the others wait."""

import secrets
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from django.db import connection

from booking_site import migrating
from tests.clients.live import ROOT, environment, fresh_database, manage
from tests.through_pgbouncer import pgbouncer

pytestmark = pytest.mark.race
PATIENCE = 180


@pytest.fixture(params=["straight", "behind a pooler"])
def address(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    pooled = request.param != "straight"
    if pooled and connection.vendor != "postgresql":
        pytest.skip("SQLite has no pooler")
    with fresh_database(tmp_path) as database:
        if not pooled:
            yield database
            return
        with pgbouncer(database) as through:
            yield through


def prepared(env: dict[str, str]) -> tuple[int, str]:
    answer = subprocess.run(
        [sys.executable, "-m", "booking_site.launch", "prepare"],
        cwd=ROOT,
        env=env,
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )
    return answer.returncode, answer.stderr


def test_of_three_that_start_together_each_comes_up_and_so_does_the_next(
    address: str, tmp_path: Path
) -> None:
    env = environment(address, "http://127.0.0.1", tmp_path)
    with ThreadPoolExecutor(3) as starts:
        assert list(starts.map(prepared, [env] * 3)) == [(0, "")] * 3
    assert prepared(env) == (0, "")
    assert "[ ]" not in manage(env, "showmigrations")


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite makes no index concurrently")
@pytest.mark.django_db(transaction=True)
def test_who_waits_does_not_keep_an_index_from_being_made_concurrently() -> None:
    waiting = connection.copy()
    waiting.set_autocommit(False)
    try:
        with migrating.alone():
            assert not migrating._is_our_turn(waiting)
            with connection.cursor() as cursor:
                name = f"made_{secrets.token_hex(4)}"
                cursor.execute("SET statement_timeout = '20s'")
                cursor.execute(f'CREATE INDEX CONCURRENTLY "{name}" ON bookings_site (name)')
                cursor.execute(f'DROP INDEX "{name}"')
                cursor.execute("RESET statement_timeout")
        assert migrating._is_our_turn(waiting)
        waiting.rollback()
    finally:
        waiting.close()
