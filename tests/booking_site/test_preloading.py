"""What the web server has done before it forks: everything is loaded, and nothing is open that two would use."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from tests.clients.live import environment

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = """
import gc, json, os, sys, threading
from booking_site.preloading import make_ready_to_fork
from booking_site.wsgi import application
from django.db import connection
from django.utils.translation import trans_real
connection.ensure_connection()
make_ready_to_fork(application)
print(json.dumps({
    "connected": connection.connection is not None,
    "threads": threading.active_count(),
    "frozen": gc.get_freeze_count(),
    "threshold": gc.get_threshold()[0],
    "languages": sorted(trans_real._translations),
    "modules": list(sys.modules),
}), flush=True)
if os.fork() == 0:
    print(json.dumps(sys.getswitchinterval()), flush=True)
    os._exit(0)
os.wait()
"""


Prepared = Callable[[str], tuple[dict[str, Any], float]]


@pytest.fixture(scope="module")
def known() -> dict[str, tuple[dict[str, Any], float]]:
    return {}


@pytest.fixture
def prepared(database_url: str, tmp_path: Path, known: dict[str, tuple[dict[str, Any], float]]) -> Prepared:
    """What the process says that has made ready to fork, and the switch interval of what it has forked.

    It is asked once for each size of the pool.
    """

    def prepared(pool: str) -> tuple[dict[str, Any], float]:
        if pool not in known:
            known[pool] = run(database_url, tmp_path, DB_POOL=pool)
        return known[pool]

    return prepared


def run(database: str, folder: Path, **settings: str) -> tuple[dict[str, Any], float]:
    env = environment(database, "http://testserver", folder) | settings
    # What was collected lies beside the code, and a real start collects first.
    command = [sys.executable, "-W", "ignore:No directory at", "-c", PROGRAM]
    answer = subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, check=False)
    assert answer.returncode == 0, answer.stderr
    assert answer.stderr == ""
    before, after = answer.stdout.splitlines()
    return json.loads(before), json.loads(after)


@pytest.mark.parametrize("pool", ["0", "2"])
def test_connections_are_closed_and_their_threads_ended(prepared: Prepared, pool: str) -> None:
    found, _interval = prepared(pool)
    assert not found["connected"]
    assert found["threads"] == 1


def test_views_are_loaded_and_left_alone_by_the_collector(prepared: Prepared) -> None:
    found, interval = prepared("0")
    assert {"booking_site.urls", "bookings.views.home"} <= set(found["modules"])
    assert found["frozen"] > 100_000
    assert found["threshold"] >= 10_000
    assert interval == pytest.approx(0.001)


def test_what_every_page_says_is_loaded_once_for_all_processes(prepared: Prepared) -> None:
    found, _interval = prepared("0")
    assert {"en", "de", "ar"} <= set(found["languages"])
    assert {"bookings.templatetags.days", "babel.localedata"} <= set(found["modules"])


def test_what_an_idle_site_does_not_use_is_not_loaded(prepared: Prepared) -> None:
    found, _interval = prepared("0")
    loaded = {name.partition(".")[0] for name in found["modules"]}
    assert loaded & {"authlib", "recurring_ical_events", "redis"} == set()
