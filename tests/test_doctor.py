"""`manage.py doctor` on what the site stands on: each fault is named with its cure, and a monitor can read it."""

import json
import ssl
import subprocess
import threading
from collections.abc import Iterator
from datetime import timedelta
from io import StringIO
from pathlib import Path
from socket import create_server
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.migrations.recorder import MigrationRecorder
from django.db.models.functions import Now

from bookings import database_clock, prepared
from bookings.backups import resuming
from bookings.management import surroundings
from bookings.management.commands import doctor
from bookings.management.work_left import work_left
from bookings.models import Booking, OutboxMessage
from tests.situations import a_booking, a_resource, at


def said(check: Any) -> list[tuple[bool, str]]:
    return list(check())


@pytest.fixture
def https(settings: Any) -> Any:
    settings.SITE_URL, settings.SITE_IS_HTTPS, settings.SITE_IS_LOCAL = "https://localhost:1", True, False
    settings.TRUSTED_PROXIES = ["unix"]
    return settings


def test_a_site_of_this_machine_alone_needs_no_https(settings: Any) -> None:
    settings.SITE_IS_LOCAL = True
    assert said(surroundings.public_address)[0][0]


def test_a_public_site_without_https_is_wrong(https: Any) -> None:
    https.SITE_IS_HTTPS = False
    ((good, words),) = said(surroundings.public_address)
    assert (good, "SITE_URL=https://" in words) == (False, True)


def test_an_https_site_that_believes_no_proxy_is_wrong(https: Any) -> None:
    assert said(surroundings.public_address)[0][0]
    https.TRUSTED_PROXIES = []
    ((good, words),) = said(surroundings.public_address)
    assert (good, "TRUSTED_PROXIES" in words) == (False, True)


@pytest.mark.django_db
def test_what_django_finds_unsafe_in_a_public_site_is_wrong(https: Any) -> None:
    https.SECURE_SSL_REDIRECT = https.SESSION_COOKIE_SECURE = https.CSRF_COOKIE_SECURE = True
    https.SECURE_HSTS_SECONDS = 1000
    https.DEBUG = False
    before = said(surroundings.deployment)
    https.SECRET_KEY = "short"
    assert [
        words
        for good, words in said(surroundings.deployment)
        if (good, words) not in before and "W009" in words
    ]


@pytest.mark.django_db
@pytest.mark.parametrize(("seconds", "good"), [(55, True), (65, False), (-65, False)])
def test_a_clock_that_is_more_than_a_minute_off_is_wrong(
    seconds: int, good: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = database_clock.timezone.now() + timedelta(seconds=seconds)
    monkeypatch.setattr(database_clock.timezone, "now", lambda: moment)
    ((found, words),) = said(surroundings.clocks)
    assert found == good
    assert ("NTP" in words) == (not good)


@pytest.mark.django_db
def test_a_disk_that_is_nearly_full_is_wrong(monkeypatch: pytest.MonkeyPatch) -> None:
    assert surroundings.LEAST_DISK > 10**8
    monkeypatch.setattr(surroundings, "LEAST_DISK", 0)
    assert all(good for good, _words in said(surroundings.disk))
    monkeypatch.setattr(surroundings, "LEAST_DISK", 2**80)
    found = said(surroundings.disk)
    assert found
    assert not any(good for good, _words in found)


@pytest.mark.django_db
def test_a_site_that_stands_still_is_wrong() -> None:
    assert said(work_left) == []
    resuming.stand_still("Restored from the backup of yesterday")
    ((good, words),) = [one for one in doctor.everything() if "stands still" in one[1]]
    assert (good, "restore --resume" in words) == (False, True)


@pytest.mark.django_db
def test_a_worker_that_takes_nothing_up_is_missed() -> None:
    booking = a_booking(a_resource(), at(9))
    waiting = OutboxMessage.objects.waiting()
    assert said(work_left) == []
    waiting.update(run_after=Now() - timedelta(minutes=16))
    ((good, words),) = said(work_left)
    assert (good, "is the worker running?" in words) == (False, True)
    one = waiting.first()
    assert one
    for sign in (
        {"lease_until": Now() + timedelta(minutes=1)},
        {"attempts": 1, "run_after": Now() + timedelta(minutes=1)},
        {"done_at": Now(), "outcome": "sent"},
    ):
        before = {name: getattr(one, name) for name in sign}
        OutboxMessage.objects.filter(pk=one.pk).update(**sign)
        assert said(work_left) == []
        OutboxMessage.objects.filter(pk=one.pk).update(**before)
    waiting.update(done_at=Now())
    Booking.objects.filter(pk=booking.pk).update(due_at=Now() - timedelta(minutes=16))
    ((good, words),) = said(work_left)
    assert (good, "wait for the clock" in words) == (False, True)


@pytest.mark.django_db
def test_a_database_of_a_newer_release_is_remarked_upon() -> None:
    assert said(surroundings.newer_database) == []
    MigrationRecorder(connection).record_applied("bookings", "9999_of_tomorrow")
    ((good, words),) = said(surroundings.newer_database)
    assert (good, "9999_of_tomorrow" in words) == (True, True)


@pytest.mark.django_db
def test_a_pooler_is_recognised(monkeypatch: pytest.MonkeyPatch) -> None:
    if connection.vendor != "postgresql":
        assert said(surroundings.pooler) == []
        return
    monkeypatch.setattr(prepared._known(connections["default"]), "is_direct", True)
    assert said(surroundings.pooler) == []
    monkeypatch.setattr(prepared._known(connections["default"]), "is_direct", False)
    ((good, words),) = said(surroundings.pooler)
    assert (good, words.startswith("A pooler stands before the database")) == (True, True)


@pytest.fixture(params=[1, 90], ids=["a day", "three months"])
def tls_server(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[int, int, Path]]:
    """A port at which a certificate is shown, the days that it has left, and its authority."""
    key, chain = tmp_path / "key.pem", tmp_path / "chain.pem"
    command = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"]
    command += [
        "-days",
        str(request.param),
        "-subj",
        "/CN=localhost",
        "-addext",
        "subjectAltName=DNS:localhost",
    ]
    subprocess.run([*command, "-keyout", str(key), "-out", str(chain)], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(chain, key)
    with create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                line, _address = server.accept()
                with line, context.wrap_socket(line, server_side=True) as safe:
                    safe.recv(1)
            except OSError:  # refused by who came
                return

        thread = threading.Thread(target=serve)
        thread.start()
        yield server.getsockname()[1], request.param, chain
        thread.join(30)


def test_a_certificate_that_soon_ends_is_wrong(
    tls_server: tuple[int, int, Path], https: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    port, days, chain = tls_server
    https.SITE_URL = f"https://localhost:{port}"
    monkeypatch.setenv("SSL_CERT_FILE", str(chain))
    ((good, words),) = said(surroundings.certificate)
    assert (good, "ends on 20" in words) == (days > 14, True)


def test_a_certificate_of_nobody_is_wrong(
    tls_server: tuple[int, int, Path], https: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    https.SITE_URL = f"https://localhost:{tls_server[0]}"
    ((good, words),) = said(surroundings.certificate)
    assert (good, "Browsers refuse" in words) == (False, True)


def test_a_certificate_that_nobody_shows_here_is_only_remarked_upon(https: Any) -> None:
    ((good, words),) = said(surroundings.certificate)
    assert (good, "could not be looked at" in words) == (True, True)


def diagnosis() -> tuple[dict[str, Any], bool]:
    told = StringIO()
    try:
        call_command("doctor", "--json", stdout=told)
    except CommandError:
        return json.loads(told.getvalue()), False
    return json.loads(told.getvalue()), True


@pytest.mark.django_db
def test_a_monitor_reads_json_and_the_exit_status(monkeypatch: pytest.MonkeyPatch) -> None:
    told, good = diagnosis()
    assert told["ok"] == good
    assert told["wrong"] == sum(not one["ok"] for one in told["findings"])
    monkeypatch.setattr(surroundings, "LEAST_DISK", 2**80)
    told, good = diagnosis()
    assert (told["ok"], good) == (False, False)
    assert [one for one in told["findings"] if "make room" in one["words"]]


@pytest.mark.django_db
def test_where_names_are_found_by_their_beginning_alone_it_says_what_would_help() -> None:
    ((good, words),) = said(doctor.names)
    assert (good, words) == (True, "People are found by name along an index")
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("DROP INDEX person_by_parts_of_name")
        ((good, words),) = said(doctor.names)
        assert (good, "CREATE EXTENSION pg_trgm" in words) == (True, True)
