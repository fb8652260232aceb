"""A worker in hand, mails that leave, and servers that speak the real protocols."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from ipaddress import ip_network
from pathlib import Path
from typing import Any

import django
import pytest
from aiosmtpd.controller import Controller
from django.db.models.functions import Now
from pytest_httpserver import HTTPServer
from werkzeug import Response

from booking_site import mail as mail_configuration
from bookings.effects.outbox import Sender
from bookings.management.sending import HANDLERS
from bookings.models import OutboxMessage

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def loopback_may_be_called(settings):
    settings.WEBHOOK_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8"), ip_network("::1/128")]


@pytest.fixture(scope="module")
def listener() -> Iterator[HTTPServer]:
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.fixture
def heard(listener: HTTPServer) -> list[Any]:
    """Every request that the listener got in this test; it answers 200 unless told otherwise."""
    listener.clear()
    requests: list[Any] = []

    def answer(request: Any) -> Response:
        requests.append(request)
        return Response(status=200)

    listener.expect_request("/hook").respond_with_handler(answer)
    return requests


@pytest.fixture
def sender() -> Sender:
    return Sender(HANDLERS)


def let_wait_end(**which: Any) -> None:
    """Time passes for what waits: no message is left that may not be sent yet, no lease lasts."""
    OutboxMessage.objects.waiting().filter(**which).update(
        run_after=Now() - timedelta(seconds=1), lease_until=None
    )


def work(sender: Sender | None = None) -> None:
    """Let a worker do everything, also what would wait."""
    sender = sender or Sender(HANDLERS)
    for _round in range(4):  # a reminder becomes a mail, a webhook a delivery
        let_wait_end(attempts=0)
        sender.send_all()


class Postbox:
    """Takes mail like a server, or answers what a test wants."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.answer = "250 Kept under number 7"
        self.recipient_answer = "250 Known"
        self.when_data_comes: Callable[[], None] | None = None

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if self.recipient_answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        if self.answer.startswith("250"):
            self.mails.append(message_from_bytes(envelope.content, policy=default))
        if self.when_data_comes:
            self.when_data_comes()
        return self.answer


@pytest.fixture
def port() -> int:
    """A port that is free at this moment."""
    with socket.socket() as chosen:
        chosen.bind(("127.0.0.1", 0))
        return chosen.getsockname()[1]


@pytest.fixture
def smtp_settings(settings, port) -> None:
    """Mail goes to 127.0.0.1 on ``port``, whether a server listens there or not."""
    chosen = {
        "EMAIL_BACKEND": "bookings.effects.smtp.EmailBackend",
        "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": port,
        "EMAIL_TIMEOUT": 5,
    }
    send_by(settings, chosen)


def send_by(settings: Any, chosen: dict[str, Any]) -> None:
    """Let Django send by these EMAIL_* settings, in whichever spelling its version reads."""
    if django.VERSION >= (6, 1):
        settings.MAILERS = {"default": mail_configuration.as_mailer(chosen)}
        return
    for name, value in chosen.items():
        setattr(settings, name, value)


@pytest.fixture
def mail_server(smtp_settings, port) -> Iterator[Callable[..., Postbox]]:
    """Starts the server when called; it ends with the test."""
    started: list[Controller] = []

    def start(postbox: Postbox | None = None) -> Postbox:
        postbox = postbox or Postbox()
        controller = Controller(postbox, hostname="127.0.0.1", port=port)
        controller.start()
        started.append(controller)
        return postbox

    yield start
    for controller in started:
        controller.stop()


def until(condition: Callable[[], object], seconds: float = 20) -> None:
    """Wait for another process: look again and again, but no longer than that."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, "it never happened"
        time.sleep(0.02)


@pytest.fixture
def start_worker(database_url, port) -> Iterator[Callable[[], subprocess.Popen[str]]]:
    """Starts a worker process that sends mail to ``port``."""
    environment = os.environ | {
        "DJANGO_SETTINGS_MODULE": "booking_site.settings",
        "DATABASE_URL": database_url,
        "EMAIL_URL": f"smtp://127.0.0.1:{port}",
        "LOG_LEVEL": "INFO",
        "WEBHOOK_PRIVATE_NETWORKS": "127.0.0.0/8",
    }
    processes = []

    def start_one() -> subprocess.Popen[str]:
        command = [sys.executable, "manage.py", "worker"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True)
        processes.append(process)
        return process

    yield start_one
    for process in processes:
        process.kill()
        process.communicate()


def wait_for_start(process: subprocess.Popen[str]) -> None:
    for line in process.stderr:
        if "worker_started" in line:
            return
    raise AssertionError("the worker ended")
