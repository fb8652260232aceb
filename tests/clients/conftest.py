"""The published clients, unmodified, against a real site: what their tests stand on."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, Route

from tests.clients.host import serve_host_page
from tests.clients.live import LiveSite, start_site
from tests.clients.packages import install, program
from tests.clients.sdk import Sdk, start_node


@pytest.fixture(scope="session")
def modules() -> Path:
    """The folder that holds the packages, as published."""
    return install()


@pytest.fixture(scope="session")
def live_site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveSite]:
    """A site of this session's own, with the demo in it, behind a real server."""
    with start_site(tmp_path_factory.mktemp("site")) as site:
        yield site


@pytest.fixture(scope="session")
def server_sdk(modules: Path, live_site: LiveSite) -> Iterator[Sdk]:
    """The SDK as an integrator's server configures it."""
    with start_node(program("node")) as process:
        yield Sdk(process=process).configured(apiBaseUrl=live_site.url, appKey=live_site.server_key)


@pytest.fixture(scope="session")
def widget_sdk(server_sdk: Sdk, live_site: LiveSite) -> Sdk:
    """The SDK as a public web page configures it: with the widget key."""
    return server_sdk.configured(appKey=live_site.widget_key)


@pytest.fixture(scope="session")
def free_hour() -> Callable[[], dict[str, str]]:
    """Each call names an hour that no other test uses, a year ahead: `{"start", "end"}` in UTC."""
    days = count(400)

    def hour() -> dict[str, str]:
        today = datetime.now(UTC).replace(hour=10, minute=0, second=0, microsecond=0)
        start = today + timedelta(days=next(days))
        return {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}

    return hour


@pytest.fixture(scope="module")
def host_page(modules: Path) -> Iterator[str]:
    """The origin of somebody else's page that embeds the widget."""
    with serve_host_page(modules) as origin:
        yield origin


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A visitor's tab in New York that reaches nothing outside this machine."""
    context = browser.new_context(timezone_id="America/New_York", locale="en-US")
    context.route("**/*", stay_at_home)
    context.set_default_timeout(10_000)
    tab = context.new_page()
    yield tab
    context.close()


def stay_at_home(route: Route) -> None:
    """Refuse what leaves this machine: the widget's own stylesheet asks for a web font."""
    if route.request.url.startswith("http://127.0.0.1:"):
        route.continue_()
    else:
        route.abort()
