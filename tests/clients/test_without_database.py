"""A site whose database is gone says so to a program, and to a page of another origin."""

import socket

import httpx2
import pytest

from tests.clients.live import environment, serve

pytestmark = pytest.mark.clients


@pytest.fixture(scope="module")
def orphaned(tmp_path_factory):
    """The address of a server whose database cannot be reached."""
    listening = socket.create_server(("127.0.0.1", 0))
    nobody = socket.create_server(("127.0.0.1", 0))
    address = f"http://127.0.0.1:{listening.getsockname()[1]}"
    database = f"postgres://nobody@127.0.0.1:{nobody.getsockname()[1]}/none"
    nobody.close()
    folder = tmp_path_factory.mktemp("orphaned")
    with serve(listening, environment(database, address, folder), folder / "server.log"):
        yield address


@pytest.mark.parametrize(
    ("method", "path"), [("GET", "/v2/bookings"), ("POST", "/v2/bookings"), ("POST", "/v2/availability")]
)
def test_no_database_is_said_in_words(orphaned, method, path):
    origin = {"Origin": "https://shop.example"}
    answer = httpx2.request(
        method, f"{orphaned}{path}", auth=("", "live_api_key_any"), headers=origin, timeout=60
    )
    assert answer.status_code == 503
    assert int(answer.headers["Retry-After"]) > 0
    assert len(answer.json()["error"].split()) > 3
    assert answer.headers["Access-Control-Allow-Origin"] in {"*", origin["Origin"]}
    assert answer.headers["Timekit-Request-Id"]
