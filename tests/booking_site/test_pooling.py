"""DB_POOL is the web server's alone: a command that turns to another database is led there."""

import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection

from tests.clients.live import environment, manage

ROOT = Path(__file__).resolve().parents[2]
pytestmark = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pool")
SERVES = """
from booking_site.{module} import application
from django.db import connection
print(connection.settings_dict["OPTIONS"].get("pool", {{}}).get("max_size"))
"""
DRILLS = """
import django
django.setup()
from django.db import connection
from bookings.backups.drilling import throw_away_database
def database():
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        return cursor.fetchone()[0]
own = database()
with throw_away_database():
    print(database() == connection.settings_dict["NAME"] != own)
print(database() == own)
"""


def told(database: str, folder: Path, program: str, pool: str = "3") -> list[str]:
    """What a program prints where the site has a pool of that size."""
    env = environment(database, "http://testserver", folder) | {
        "DB_POOL": pool,
        "DJANGO_SETTINGS_MODULE": "booking_site.settings",
    }
    command = [sys.executable, "-c", program]
    return subprocess.run(
        command, cwd=ROOT, env=env, capture_output=True, text=True, check=True
    ).stdout.split()


@pytest.mark.parametrize("module", ["wsgi", "asgi"])
def test_the_web_server_has_a_pool_of_that_size(database_url: str, tmp_path: Path, module: str) -> None:
    assert told(database_url, tmp_path, SERVES.format(module=module)) == ["3"]
    assert told(database_url, tmp_path, SERVES.format(module=module), pool="0") == ["None"]


def test_a_drill_looks_at_its_own_database_and_not_at_the_sites(database_url: str, tmp_path: Path) -> None:
    assert told(database_url, tmp_path, DRILLS) == ["True", "True"]


def test_the_processes_of_a_proof_share_no_connection(database_url: str, tmp_path: Path) -> None:
    env = environment(database_url, "http://testserver", tmp_path) | {"DB_POOL": "3"}
    assert "The promise holds" in manage(env, "prove", "--clients", "2")
