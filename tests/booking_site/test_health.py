"""What a load balancer and a monitor are told."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import OperationalError, connection
from django.db.migrations.recorder import MigrationRecorder
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from booking_site import health, readiness
from bookings import database_clock, sql
from bookings.models import ReleaseFloor, RequestCount


@pytest.fixture(autouse=True)
def nothing_tried_yet(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(health, "readiness", readiness.Readiness())


def asked() -> tuple[int, str]:
    answer = Client().get("/readyz")
    return answer.status_code, answer.content.decode()


def test_a_living_process_says_so_without_the_database() -> None:
    answer = Client().get("/healthz")
    assert (answer.status_code, answer.content) == (200, b"alive\n")
    assert "no-store" in answer["Cache-Control"]


@pytest.mark.django_db
def test_a_site_that_reads_and_writes_is_ready_and_leaves_no_trace() -> None:
    assert asked() == (200, "ready\n")
    assert not RequestCount.objects.exists()


@pytest.mark.django_db
def test_a_site_without_its_database_is_not_ready() -> None:
    def refuse(*arguments: object) -> None:
        raise OperationalError

    with connection.execute_wrapper(refuse):
        assert asked() == (503, "no database\n")


@pytest.fixture
def read_only(transactional_db: None) -> Iterator[None]:
    """The database itself refuses what writes, as a standby does, and SQLite on a disk that is full."""
    on, off = (
        ("SET default_transaction_read_only = on", "SET default_transaction_read_only = off")
        if sql.is_postgresql()
        else ("PRAGMA query_only = 1", "PRAGMA query_only = 0")
    )
    with connection.cursor() as cursor:
        cursor.execute(on)
    yield
    with connection.cursor() as cursor:
        cursor.execute(off)


def test_a_site_whose_database_takes_no_writes_is_not_ready(read_only: None) -> None:
    assert asked() == (503, "the database takes no writes\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no device that is always full")
def test_bytes_are_written_beside_sqlites_file_since_a_rolled_back_insert_reaches_no_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = tmp_path / "db.sqlite3"
    database.touch()
    readiness._write_beside(database)
    assert list(tmp_path.iterdir()) == [database]
    with Path("/dev/full").open("wb", buffering=0) as full:
        monkeypatch.setattr(readiness.tempfile, "TemporaryFile", lambda **_: full)
        with pytest.raises(OSError, match="No space left"):
            readiness._write_beside(database)


@pytest.mark.django_db
def test_a_site_that_lacks_a_migration_is_not_ready_until_it_is_applied() -> None:
    rows = MigrationRecorder.Migration.objects.filter(app="bookings")
    last = rows.order_by("name").last()
    assert last
    rows.filter(pk=last.pk).delete()
    assert asked() == (503, f"1 migrations wait, the first is bookings.{last.name}\n")
    MigrationRecorder(connection).record_applied("bookings", last.name)
    health.readiness = readiness.Readiness()
    assert asked() == (200, "ready\n")


@pytest.mark.django_db
def test_a_database_that_a_newer_release_migrated_is_served_on() -> None:
    MigrationRecorder(connection).record_applied("bookings", "9999_of_tomorrow")
    assert asked() == (200, "ready\n")


@pytest.mark.django_db
def test_a_release_below_the_databases_floor_is_not_ready() -> None:
    ReleaseFloor.objects.update_or_create(pk=1, defaults={"release": "99.1.0"})
    found, words = asked()
    assert found == 503
    assert "release 99.1.0 or newer" in words


@pytest.mark.django_db
@pytest.mark.parametrize(("ahead", "status"), [(290, 200), (310, 503), (-310, 503)])
def test_a_machine_whose_clock_is_five_minutes_off_is_not_ready(
    ahead: int, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    moment = timezone.now() + timedelta(seconds=ahead)
    monkeypatch.setattr(database_clock.timezone, "now", lambda: moment)
    found, words = asked()
    assert found == status
    assert ("clock" in words) == (status == 503)


@pytest.mark.django_db
def test_it_writes_at_most_once_in_ten_seconds_however_often_it_is_asked() -> None:
    asked()
    with CaptureQueriesContext(connection) as queries:
        assert asked() == (200, "ready\n")
    assert [query["sql"] for query in queries] == ["SELECT 1"]


@override_settings(SECURE_SSL_REDIRECT=True)
def test_a_monitor_on_the_machine_needs_no_https() -> None:
    assert Client().get("/healthz", headers={"Host": "127.0.0.1"}).status_code == 200
