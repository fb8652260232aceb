"""The frame of the suite: which database, which browser, which tools."""

import gc
import os
import re
import shutil
import time
from collections.abc import Iterator
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.models import Model
from django.utils import timezone, translation
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, sync_playwright

from bookings import configuration, database_clock
from bookings.constraints import AppendOnly
from bookings.graphs import flow
from bookings.models import ConfigVersion, Graph, HistoryEntry
from tests.browsers import CHROMIUM, NAMES

_TOOLS = {
    "browser": (CHROMIUM, f"no Chromium is installed. On Debian: sudo apt install {NAMES[0]}"),
    "clients": (shutil.which("node"), "Node is not installed. On Debian or Ubuntu: sudo apt install nodejs"),
    "gettext": (
        shutil.which("xgettext"),
        "gettext is not installed. On Debian or Ubuntu: sudo apt install gettext",
    ),
}

# How fast a busy machine draws examples is no property of the code.
hypothesis_settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
hypothesis_settings.load_profile("suite")


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip what this machine lacks, and say how to get it; REQUIRE_BROWSER=1 and its like let it fail.

    MEETS_DATABASE=1 leaves out what no database can change: pytest-django lets no test near it that does not say so,
    and what only looks at pages is marked.
    """
    if os.environ.get("MEETS_DATABASE") == "1":
        same = [item for item in items if not _depends_on_the_database(item)]
        config.hook.pytest_deselected(items=same)
        items[:] = [item for item in items if _depends_on_the_database(item)]
    for mark, (tool, cure) in _TOOLS.items():
        required = os.environ.get(f"REQUIRE_{mark.upper()}") == "1"
        for item in items:
            if tool is None and not required and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=cure))


def _depends_on_the_database(item: pytest.Item) -> bool:
    """Whether it reads the database, is skipped on one, or starts processes on the one that the suite runs on."""
    if any(item.get_closest_marker(name) for name in ("own_database", "looks")):
        return False
    if any(item.get_closest_marker(name) for name in ("django_db", "skipif")):
        return True
    fixtures = {"db", "transactional_db", "live_server", "django_db_setup"}
    return bool(fixtures & set(getattr(item, "fixturenames", ()))) or _names_a_database(item.path)


@cache
def _names_a_database(module: Path) -> bool:
    """Whether a module, or a helper beside it, does more with databases than pytest-django sees."""
    sources = [module, *module.parent.glob("[!t]*.py")] if module.parent.name != "tests" else [module]
    return any(
        re.search(r"DATABASE|postgres|sqlite|vendor", one.read_text(), re.IGNORECASE) for one in sources
    )


def pytest_collection_finish() -> None:
    """Let the collector pass by what stays to the end anyway, and come more rarely: a tenth of the suite's CPU."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture
def database_url(transactional_db: None) -> str:
    """The URL of the database of this test, for processes that it starts: they see committed rows only."""
    name, user, password, host, port = (
        connection.settings_dict[key] for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")
    )
    if connection.vendor == "sqlite":
        return f"sqlite:///{name}"
    if host.startswith("/"):
        return f"postgres://{user}@/{host}/{name}"
    return f"postgres://{user}:{password}@{host}:{port or 5432}/{name}"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """One Chromium for the session; a test makes its own page or context from it."""
    assert CHROMIUM, _TOOLS["browser"][1]
    # Playwright keeps an event loop running in this thread, in which Django would refuse to use the database.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    with sync_playwright() as playwright:
        sandbox = [] if os.geteuid() else ["--no-sandbox"]
        # As the whole Chromium does; the shell asks for no language.
        args = [*sandbox, "--accept-lang=en-US,en"]
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=args)
        yield chromium
        chromium.close()
        connections.close_all()  # while the loop runs, this thread has connections of its own
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture(scope="session", autouse=True)
def flush_of_append_only_tables() -> None:
    """Let the flush, which deletes row by row or truncates, pass the triggers that refuse just that."""
    # On the class: while Playwright's event loop runs, Django gives this thread another connection.
    operations = type(connection.ops)
    flush = operations.sql_flush
    constraint = next(one for one in HistoryEntry._meta.constraints if isinstance(one, AppendOnly))

    def flush_without_triggers(self: Any, *args: Any, **kwargs: Any) -> list[str]:
        editor = connection.SchemaEditorClass(connection)
        table = {"table": editor.quote_name(HistoryEntry._meta.db_table)}
        drop = [f"{one};" for one in constraint.drop_statements(HistoryEntry, editor)]
        create = [f"{one % table};" for one in constraint.create_statements(HistoryEntry, editor)]
        return [*drop, *flush(self, *args, **kwargs), *create]

    operations.sql_flush = flush_without_triggers


@pytest.fixture(autouse=True)
def seeded_graphs(request: pytest.FixtureRequest) -> None:
    """Bring back the seeded rows that the flush after a transactional test took away."""
    if {"transactional_db", "live_server"} & set(request.fixturenames) or _wants_transactions(request):
        request.getfixturevalue("transactional_db")
        if not Graph.objects.exists():
            with transaction.atomic():
                _seed_graphs()


_seeded: list[list[Model]] = []


def _seed_graphs() -> None:
    """As the migration does; from the second time on by copies of its rows, which takes a tenth as long."""
    if _seeded:
        for rows in _seeded:
            type(rows[0])._base_manager.bulk_create(rows)
        return
    # Triggers write the row of the version.
    models = [one for one in apps.get_app_config("bookings").get_models() if one is not ConfigVersion]
    empty = [one for one in models if not one._base_manager.exists()]
    import_module("bookings.migrations.0002_release_0_1_seeds").seed_graphs(apps, None)
    _seeded.extend(rows for one in empty if (rows := list(one._base_manager.all())))


def _wants_transactions(request: pytest.FixtureRequest) -> bool:
    mark = request.node.get_closest_marker("django_db")
    return bool(mark and mark.kwargs.get("transaction"))


@pytest.fixture(autouse=True)
def graphs_read_anew() -> None:
    """Each test begins like a fresh process: some edit published graphs in place, which the site never does."""
    flow._known.clear()
    configuration.forget()


@pytest.fixture(autouse=True)
def database_clock_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """The database's clock shows what this machine's did, and nobody asks, so that queries can be counted.

    A test that moves this machine's clock calls ``database_clock.forget()`` to have the database asked; one that lets
    time stand sets ``database_clock.now``; to travel, pass ``now`` or age the row (``tests.situations.aged``).
    """
    known = database_clock._Answer(timezone.now() - database_clock.COARSE, time.perf_counter())
    monkeypatch.setattr(database_clock, "_last", known)
    monkeypatch.setattr(database_clock, "ASKED_EVERY", 3600.0)


@pytest.fixture
def no_minute_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time stands for what is counted by the minute."""
    moment = timezone.now()
    monkeypatch.setattr(database_clock, "now", lambda: moment)


@pytest.fixture(autouse=True)
def no_language_is_left() -> None:
    """Each test begins like a fresh process: a request leaves its language to whatever this thread does next."""
    translation.deactivate()
