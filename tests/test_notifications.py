"""Wake-ups between processes, by PostgreSQL: one in a tenth of a second, none through a pooler, and no harm in any."""

from __future__ import annotations

import math
import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import httpx2
import psycopg
import pytest
from django.db import connection, connections

from bookings import notifications, wake_ups
from bookings.effects import crew as crews
from bookings.effects.crew import Crew
from bookings.management.sending import HANDLERS
from bookings.metrics import WAKE_UPS
from bookings.models import Booking
from bookings.notifications import BETWEEN_SECONDS, CHANNEL, Listener, NotDirect, Notifier
from tests.clients.live import environment, serve
from tests.effects.conftest import until
from tests.situations import HOUR, a_booking, a_resource, a_server_key, at
from tests.test_wake_ups import asked_for
from tests.through_pgbouncer import pgbouncer
from tests.throwaway_postgresql import free_port

PGBOUNCER = shutil.which("pgbouncer", path=f"{os.environ['PATH']}:/usr/sbin")
pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite says nothing to other processes"),
]


@pytest.fixture(autouse=True)
def a_way_straight_to_the_server(db: None) -> None:
    try:
        notifications.connect().close()
    except NotDirect:
        pytest.skip("a pooler stands before this server, and nothing is said")


@pytest.fixture
def notifier(monkeypatch: pytest.MonkeyPatch) -> Iterator[Notifier]:
    """What a web process has."""
    monkeypatch.setattr(notifications, "FIRST_REST_SECONDS", 0.05)
    one = Notifier()
    wake_ups.listen(one.notify)
    yield one
    wake_ups.stop_listening()
    one.stop()


@pytest.fixture
def ear() -> Iterator[psycopg.Connection[Any]]:
    """Another process's."""
    with closing(notifications.connect()) as driver:
        driver.execute(f"LISTEN {CHANNEL}")
        yield driver


def heard(ear: psycopg.Connection[Any], seconds: float = 0.5) -> int:
    return len(list(ear.notifies(timeout=seconds)))


def counted(what: str) -> float:
    return float(WAKE_UPS.labels(what)._value.get())


def elsewhere(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    """Threads that connect from now on find the server at that port of this machine."""
    at_port = connections.settings["default"] | {"HOST": "127.0.0.1", "PORT": str(port)}
    monkeypatch.setitem(connections.settings, "default", at_port)


def test_a_worker_that_would_look_in_a_minute_sends_at_once(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch, mailoutbox: list[Any], settings: Any
) -> None:
    settings.MAIL_IS_SET_UP = True
    monkeypatch.setattr(crews, "PAUSE_SECONDS", 60)
    crew = Crew(HANDLERS)
    listener = Listener(crew.wake)
    before = counted("heard")
    crew.start()
    listener.start()
    try:
        for number in range(1, 4):  # it has just looked again, after what it sent
            a_booking(a_resource(email=""), at(9))
            until(lambda number=number: len(mailoutbox) == number, 10)
    finally:
        listener.stop()
        crew.stop()
    assert not crew.failed.is_set()
    assert counted("heard") > before


def test_a_web_process_says_it_of_a_booking_and_not_of_a_look(
    database_url: str, ear: psycopg.Connection[Any], tmp_path: Path
) -> None:
    _key, secret = a_server_key()
    body = asked_for(a_resource())
    listening = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listening.getsockname()[1]}"
    with (
        serve(listening, environment(database_url, url, tmp_path), tmp_path / "log"),
        httpx2.Client(base_url=url, auth=("", secret), timeout=60) as client,
    ):
        assert client.get("/v2/bookings").status_code == 200
        assert heard(ear) == 0
        assert client.post("/v2/bookings", json=body).status_code == 201
        assert heard(ear) == 1


def test_a_burst_of_bookings_is_said_a_few_times(notifier: Notifier, ear: psycopg.Connection[Any]) -> None:
    anna = a_resource()
    begun = time.monotonic()
    for number in range(50):
        a_booking(anna, at(9) + number * HOUR)
    took = time.monotonic() - begun
    assert 1 <= heard(ear) <= math.ceil(took / BETWEEN_SECONDS) + 1


def test_a_dead_connection_harms_no_booking_and_is_replaced(
    notifier: Notifier, ear: psycopg.Connection[Any]
) -> None:
    anna, failed = a_resource(), counted("failed")
    a_booking(anna, at(9))
    assert heard(ear) == 1
    ear.execute(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND query LIKE '%%pg_notify%%' AND pid <> pg_backend_pid()"
    )
    a_booking(anna, at(11))
    until(lambda: counted("failed") > failed)
    a_booking(anna, at(13))
    assert heard(ear, 2) >= 1
    assert Booking.objects.count() == 3


def test_a_listener_whose_connection_was_cut_listens_again(
    ear: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "FIRST_REST_SECONDS", 0.05)
    woken: list[int] = []
    listener = Listener(lambda: woken.append(1))
    listener.start()
    try:
        until(lambda: len(woken) == 1)  # what was said before nobody heard
        ear.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND query LIKE 'LISTEN%%' AND pid <> pg_backend_pid()"
        )
        until(lambda: len(woken) == 2)
        ear.execute(f"NOTIFY {CHANNEL}")
        until(lambda: len(woken) == 3)
    finally:
        listener.stop()


def test_where_no_server_answers_bookings_are_made_as_ever(
    notifier: Notifier, monkeypatch: pytest.MonkeyPatch
) -> None:
    anna, failed = a_resource(), counted("failed")
    elsewhere(monkeypatch, free_port())
    begun = time.monotonic()
    notifier.notify()
    assert time.monotonic() - begun < BETWEEN_SECONDS
    a_booking(anna, at(9))
    until(lambda: counted("failed") > failed)


@pytest.mark.skipif(PGBOUNCER is None, reason="pgbouncer is not installed")
def test_behind_a_pooler_nothing_is_said_and_nothing_listened_for(
    database_url: str, notifier: Notifier, ear: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    failed, woken = counted("failed"), []
    with pgbouncer(database_url) as url:
        elsewhere(monkeypatch, psycopg.conninfo.conninfo_to_dict(url)["port"])
        listener = Listener(lambda: woken.append(1))
        listener.start()
        notifier.notify()
        until(lambda: counted("failed") >= failed + 2)
        notifier.notify()
        assert heard(ear) == 0
        listener.stop()
        notifier.stop()
    assert woken == []
    assert counted("failed") == failed + 2, "it is left alone for a while"


def test_a_thread_that_has_nothing_to_say_ends_and_comes_back(
    notifier: Notifier, ear: psycopg.Connection[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(notifications, "IDLE_SECONDS", 0.05)
    for _turn in range(2):
        notifier.notify()
        assert heard(ear) == 1
        until(lambda: notifier._thread is None)
    notifier.stop()
    notifier.notify()
    assert heard(ear) == 0, "it has ended for good"
