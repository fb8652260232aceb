"""Where the web server listens, said in words when it cannot."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest

from booking_site import listening


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_a_taken_port_is_refused_in_words(taken_port: int) -> None:
    with pytest.raises(listening.CannotListen, match=f"Port {taken_port} on 127.0.0.1 is taken"):
        listening.refuse_taken("127.0.0.1", taken_port)


def test_a_free_port_is_left_free(taken_port: int) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    listening.refuse_taken("127.0.0.1", free)
    listening.refuse_taken("127.0.0.1", free)


def test_an_address_of_another_machine_is_refused_in_words() -> None:
    with pytest.raises(listening.CannotListen, match=r"203\.0\.113\.7, which is no address of this machine"):
        listening.refuse_taken("203.0.113.7", 8000)


class Answering(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        self.send_response(404)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        """Say nothing."""


def test_any_answer_tells_that_a_web_server_is_there() -> None:
    with HTTPServer(("127.0.0.1", 0), Answering) as server:
        Thread(target=server.handle_request).start()
        assert listening.answers("127.0.0.1", server.server_port)


def test_a_socket_that_only_accepts_is_no_answer(taken_port: int) -> None:
    assert not listening.answers("127.0.0.1", taken_port)


def test_nobody_there_is_no_answer(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        free = server.getsockname()[1]
    assert not listening.answers("127.0.0.1", free)
    assert not listening.answers(f"unix:{tmp_path / 'socket'}", 0)


@pytest.mark.parametrize(
    ("bind", "spelled", "site_url"),
    [
        ("127.0.0.1", "127.0.0.1:8000", "http://127.0.0.1:8000"),
        ("::1", "[::1]:8000", "http://[::1]:8000"),
        ("unix:/run/site.sock", "unix:/run/site.sock", "http://127.0.0.1"),
    ],
)
def test_an_address_has_a_spelling_for_gunicorn_and_one_for_browsers(
    bind: str, spelled: str, site_url: str
) -> None:
    assert listening.as_bind(bind, 8000) == spelled
    assert listening.default_site_url(bind, 8000) == site_url


def test_a_server_on_every_address_is_reached_by_one_that_a_browser_can_use() -> None:
    assert "0.0.0.0" not in listening.default_site_url("0.0.0.0", 8000)  # noqa: S104
