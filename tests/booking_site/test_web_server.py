"""What the web server refuses before the site sees it: said in JSON, as the API says it."""

import json
import os
import socket
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path

import pytest

from booking_site import listening

ROOT = Path(__file__).resolve().parents[2]
PATIENCE = 30  # seconds, on a busy machine


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """The real web server's port, before the smallest of all sites."""
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "python:booking_site.gunicorn"]
    command += ["--bind", f"127.0.0.1:{port}", "wsgiref.simple_server:demo_app"]
    environment = os.environ | {"WEB_CONCURRENCY": "1", "WEB_THREADS": "1"}
    server = subprocess.Popen(command, cwd=ROOT, env=environment)  # our own
    try:
        until = time.monotonic() + PATIENCE
        while not listening.answers("127.0.0.1", port):
            assert time.monotonic() < until
            assert server.poll() is None
        yield port
    finally:
        server.terminate()
        server.wait(PATIENCE)


def asked(port: int, address: str, **headers: str) -> tuple[HTTPResponse, bytes]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request("GET", address, headers=headers)
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def test_an_address_of_eight_thousand_characters_reaches_the_site(port: int) -> None:
    answer, body = asked(port, "/v2/bookings?search=" + "x" * 8000)
    assert (answer.status, b"Hello world!" in body) == (200, True)


@pytest.mark.parametrize(
    ("address", "headers", "status", "sentence"),
    [
        ("/v2/bookings?search=" + "x" * 9000, {}, 414, "The address of this request is too long."),
        ("/v2/bookings", {"Timekit-App": "x" * 9000}, 431, "The headers of this request are too large."),
        (
            "/v2/bookings",
            {f"X-{n}": "x" for n in range(120)},
            431,
            "The headers of this request are too large.",
        ),
    ],
    ids=["address", "header", "headers"],
)
def test_what_is_too_long_for_the_server_is_refused_in_json(
    port: int, address: str, headers: dict[str, str], status: int, sentence: str
) -> None:
    answer, body = asked(port, address, **headers)
    assert answer.status == status
    assert answer.headers["Content-Type"] == "application/json; charset=utf-8"
    assert json.loads(body) == {"error": sentence}
    assert answer.headers["Access-Control-Allow-Origin"] == "*"
    assert uuid.UUID(answer.headers["Timekit-Request-Id"])


def test_what_else_is_no_request_keeps_the_servers_own_refusal(port: int) -> None:
    with socket.create_connection(("127.0.0.1", port), timeout=PATIENCE) as connection:
        connection.sendall(b"nonsense\r\n\r\n")
        assert connection.recv(100).startswith(b"HTTP/1.1 400 ")
