"""The frame of the suite: which database, which browser, which tools."""

import os
import shutil
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
_TOOLS = {
    "browser": (CHROMIUM, "no Chromium is installed. On Debian or Ubuntu: sudo apt install chromium"),
    "clients": (shutil.which("node"), "Node is not installed. On Debian or Ubuntu: sudo apt install nodejs"),
}


def pytest_report_header() -> str:
    return f"database: {settings.DATABASES['default']['ENGINE'].rpartition('.')[2]}"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Skip what this machine lacks, and say how to get it; REQUIRE_BROWSER=1 lets it fail instead."""
    if os.environ.get("REQUIRE_BROWSER") == "1":
        return
    for mark, (tool, cure) in _TOOLS.items():
        for item in items:
            if tool is None and item.get_closest_marker(mark):
                item.add_marker(pytest.mark.skip(reason=cure))


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
        chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield chromium
        chromium.close()
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]
