"""Servers that say nothing, or a byte now and then: what goes to them is tried again, and holds up nobody else."""

from __future__ import annotations

import asyncio
import socket
import threading
from contextlib import suppress

import pytest
from pytest_httpserver import HTTPServer
from werkzeug import Response

from bookings.effects import mail, smtp, webhooks
from bookings.effects.call_deadlines import OVER, deadline, watch
from bookings.effects.outbox import LEASE, NotNow, Sender, enqueue
from bookings.models import Booking, OutboxMessage, Webhook
from tests.effects.conftest import Postbox, let_wait_end, send_by, until, wait_for_start
from tests.situations import a_booking, a_resource, aged, at, marty

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_may_be_called")]

HTTP_ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\nX-Padding: " + b"x" * 60 + b"\r\n\r\n"
SMTP_GREETING = b"220 " + b"x" * 60 + b"\r\n"


class SlowServer:
    """Takes every connection; then says ``answer``, a byte each tenth of a second, or nothing at all."""

    def __init__(self, answer: bytes = b"") -> None:
        self.answer = answer
        self.connections: list[socket.socket] = []
        self.ended = threading.Event()
        self.listening = socket.create_server(("127.0.0.1", 0))
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        with suppress(OSError):
            while True:
                connection, _address = self.listening.accept()
                self.connections.append(connection)
                threading.Thread(target=self._drip, args=[connection], daemon=True).start()

    def _drip(self, connection: socket.socket) -> None:
        with suppress(OSError):
            for byte in self.answer:
                connection.sendall(bytes([byte]))
                self.ended.wait(0.1)

    def end(self) -> None:
        self.ended.set()
        for each in (self.listening, *self.connections):
            with suppress(OSError):
                each.shutdown(socket.SHUT_RDWR)
            each.close()


@pytest.fixture
def slow_server():
    servers = []

    def start_one(answer: bytes = b"") -> SlowServer:
        servers.append(SlowServer(answer))
        return servers[-1]

    yield start_one
    for server in servers:
        server.end()


@pytest.fixture
def short_deadlines(monkeypatch):
    monkeypatch.setattr(webhooks, "LONGEST_CALL_SECONDS", 0.5)
    monkeypatch.setattr(mail, "LONGEST_SENDING_SECONDS", 0.5)


def call(url):
    booking = a_booking(a_resource(), at(9))
    message = enqueue("delivery", dedupe_key="delivery:slow", payload={}, booking_id=booking.pk)
    webhooks.call(webhooks.Target(url=url, method="post"), "{}", message=message, query={})


@pytest.mark.parametrize("scheme", ["http", "https"])
@pytest.mark.parametrize("answer", [b"", HTTP_ANSWER], ids=["silent", "dripping"])
def test_a_call_ends_with_its_deadline_whatever_the_other_side_does(
    slow_server, short_deadlines, scheme, answer
):
    server = slow_server(answer if scheme == "http" else b"\x16\x03\x03\x40\x00" + b"\x02" * 100)
    with pytest.raises(NotNow, match=OVER):
        call(f"{scheme}://127.0.0.1:{server.port}/hook")


def test_a_call_that_is_slow_but_within_its_deadline_is_a_call(slow_server):
    server = slow_server(b"HTTP/1.1 204 Done\r\n\r\n")
    call(f"http://127.0.0.1:{server.port}/hook")


@pytest.mark.parametrize("uses_tls", [False, True], ids=["plain", "tls"])
@pytest.mark.parametrize("answer", [b"", SMTP_GREETING], ids=["silent", "dripping"])
def test_a_mail_ends_with_its_deadline_and_is_tried_again(
    slow_server, short_deadlines, settings, uses_tls, answer
):
    server = slow_server(answer if not uses_tls else b"\x16\x03\x03\x40\x00" + b"\x02" * 100)
    send_by(
        settings,
        {
            "EMAIL_BACKEND": "bookings.effects.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": server.port,
            "EMAIL_TIMEOUT": 5,
            "EMAIL_USE_SSL": uses_tls,
        },
    )
    a_booking(a_resource(), at(9))
    let_wait_end()
    Sender({"mail": mail.deliver}).send_all()
    message = OutboxMessage.objects.get(kind="mail", payload__to="customer")
    assert (message.outcome, message.last_error, message.attempts) == ("", OVER, 1)


class ThinksLong(Postbox):
    """A mail server that needs a second to answer for a mail that it has."""

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        answer = await super().handle_DATA(server, session, envelope)
        await asyncio.sleep(1)
        return answer


@pytest.fixture
def impatient(settings, port, monkeypatch):
    """Whoever sends waits a third of a second for an answer, and half of one for all of them."""
    monkeypatch.setattr(mail, "LONGEST_SENDING_SECONDS", 0.5)
    backend = "bookings.effects.smtp.EmailBackend"
    send_by(
        settings,
        {"EMAIL_BACKEND": backend, "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": port, "EMAIL_TIMEOUT": 0.3},
    )


def send_one():
    """The booking's mail to its customer, after a worker tried to send it."""
    a_booking(a_resource(), at(9))
    let_wait_end()
    Sender({"mail": mail.deliver}).send_all()
    return OutboxMessage.objects.get(kind="mail", payload__to="customer")


def test_a_server_that_has_the_mail_is_waited_for_and_gets_it_once(mail_server, impatient):
    postbox = mail_server(ThinksLong())
    message = send_one()
    assert (message.outcome, message.last_error, message.attempts) == ("sent", "", 1)
    assert len(postbox.mails) == 1


def test_a_server_that_has_the_mail_is_not_waited_for_without_end(mail_server, impatient, monkeypatch):
    monkeypatch.setattr(smtp, "LONGEST_TAKING_SECONDS", 0.4)
    mail_server(ThinksLong())
    message = send_one()
    assert (message.outcome, message.last_error, message.attempts) == ("", OVER, 1)


def test_a_mail_that_was_taken_is_sent_whatever_the_server_says_to_a_farewell(mail_server, impatient):
    class SaysNoFarewell(Postbox):
        async def handle_QUIT(self, server, session, envelope):  # noqa: N802
            await asyncio.sleep(3600)

    mail_server(SaysNoFarewell())
    assert send_one().outcome == "sent"


def test_a_worker_has_a_mail_for_longer_than_a_server_may_need():
    assert LEASE.total_seconds() > mail.LONGEST_SENDING_SECONDS + smtp.LONGEST_TAKING_SECONDS


def test_a_deadline_that_is_kept_leaves_the_connection_alone():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        with deadline(60) as within:
            watch(ours)
        within.end()
        theirs.sendall(b"still here")
        assert ours.recv(10) == b"still here"


def a_message(key, target):
    message = enqueue("mail", dedupe_key=key, payload={}, target=target)
    let_wait_end(pk=message.pk)
    return message


def test_a_target_that_is_busy_waits_and_the_others_do_not():
    first, second = a_message("1", "slow"), a_message("2", "slow")
    other, anybody = a_message("3", "other"), a_message("4", "")
    sender = Sender({"mail": lambda message: None})
    taken = [sender.take() for _turn in range(4)]
    assert taken == [first, other, anybody, None]
    sender.send(first)
    assert sender.take() == second


class HangsForOne(Postbox):
    """A mail server that answers nothing when the mail is for ``slow@example.com``."""

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        if address == "slow@example.com":
            await asyncio.sleep(3600)
        return await super().handle_RCPT(server, session, envelope, address, options)


@pytest.fixture
def listener():
    with HTTPServer(host="127.0.0.1") as server:
        yield server


@pytest.mark.django_db(transaction=True)
def test_while_others_do_not_answer_mails_leave_webhooks_are_called_and_the_clock_goes_on(
    start_worker, mail_server, listener, slow_server
):
    called = []
    listener.expect_request("/hook").respond_with_handler(
        lambda request: called.append(request.json["id"]) or Response(status=200)
    )
    silent, dripping = slow_server(), slow_server(HTTP_ANSWER * 100)
    for port in (silent.port, dripping.port):
        Webhook.objects.create(url=f"http://127.0.0.1:{port}/")
    Webhook.objects.create(url=listener.url_for("/hook"))
    postbox = mail_server(HangsForOne())
    resource = a_resource()
    held_up = a_booking(resource, at(8), customer=marty(email="slow@example.com"))
    unpaid = aged(a_booking(resource, at(9), graph="instant_payment"))
    wait_for_start(start_worker())
    until(lambda: silent.connections and dripping.connections)
    booked = [a_booking(resource, at(hour)) for hour in range(10, 16)]
    until(lambda: {str(booking.pk) for booking in booked} <= set(called))
    until(lambda: len(postbox.mails) >= len(booked))
    until(lambda: Booking.objects.get(pk=unpaid.pk).state.name == "unpaid")
    assert "slow@example.com" not in {letter["To"] for letter in postbox.mails}
    unsent = OutboxMessage.objects.get(kind="mail", payload__to="customer", booking_id=held_up.pk)
    assert unsent.outcome == "", "its server has not answered yet"
