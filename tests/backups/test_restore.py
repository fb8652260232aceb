"""After a restore nothing is sold twice, and nothing is told twice."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bookings.backups import keys, making, programs
from bookings.backups.archive import opened
from bookings.backups.making import backups_in, make_backup
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, reschedule
from bookings.management.sending import HANDLERS
from bookings.models import Booking, Occupancy, OutboxMessage, Standstill
from bookings.proof import overlaps
from bookings.release_floor import RELEASE
from bookings.sql import is_postgresql
from tests.backups.conftest import lose_the_disk
from tests.effects.conftest import let_wait_end, work
from tests.situations import HOUR, SERVER, a_booking, a_resource, at

pytestmark = pytest.mark.usefixtures("own_database")
STAFF = Actor("staff", "1")


@pytest.fixture(autouse=True)
def mail_is_set_up(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True


def told(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_a_disk_is_lost_and_nothing_is_sold_or_told_twice(folder: Path, mailoutbox: list[Any]) -> None:
    resource = a_resource()
    kept = [a_booking(resource, at(8) + number * HOUR) for number in range(10)]
    path = make_backup(folder, keep=7).path  # their mails wait, and are sent after it
    work(Sender(HANDLERS))
    later = [a_booking(resource, at(8, days=1) + number * HOUR) for number in range(10)]
    for booking in kept[:5]:
        act(booking, "cancel", by=STAFF)
    for number, booking in enumerate(kept[5:]):
        start = at(8, days=2) + number * HOUR
        reschedule(booking, start=start, end=start + HOUR, by=SERVER)
    work(Sender(HANDLERS))
    sent = len(mailoutbox)
    assert sent >= 20
    lose_the_disk()

    assert "nothing is sent" in told("restore", str(path))
    assert set(Booking.objects.values_list("pk", flat=True)) == {booking.pk for booking in kept}
    assert not Booking.objects.filter(pk__in=[booking.pk for booking in later]).exists()
    work(Sender(HANDLERS))
    assert len(mailoutbox) == sent, "nothing starts by itself"
    again = a_booking(resource, at(8, days=1))
    with pytest.raises(Exception, match="taken"):
        a_booking(resource, at(8))
    assert overlaps([resource]) == 0
    assert Occupancy.objects.count() == len(kept) + 1
    OutboxMessage.objects.filter(booking_id=again.pk).delete()

    assert "20 mail" in told("restore", resume="")
    assert "go on. 30 messages were skipped" in told("restore", resume="skip")
    work(Sender(HANDLERS))
    assert len(mailoutbox) == sent, "what was told before the disk was lost is not told again"
    a_booking(resource, at(20))
    work(Sender(HANDLERS))
    assert len(mailoutbox) > sent, "and what happens now is"


def test_only_what_is_older_is_skipped(folder: Path) -> None:
    a_booking(a_resource(), at(9))
    let_wait_end()
    OutboxMessage.objects.all().update(run_after=at(0, days=-9000))
    Standstill.objects.create(pk=1, reason="Restored")
    newer = a_booking(a_resource(), at(9))
    let_wait_end(booking_id=newer.pk)
    told("restore", resume="2 hours")
    assert not Standstill.objects.exists()
    assert set(OutboxMessage.objects.waiting().values_list("booking_id", flat=True)) == {newer.pk}


def test_what_has_its_time_to_come_is_not_skipped() -> None:
    a_booking(a_resource(), at(9))
    OutboxMessage.objects.all().update(run_after=at(9) + timedelta(days=1))
    Standstill.objects.create(pk=1, reason="Restored")
    told("restore", resume="skip")
    assert OutboxMessage.objects.waiting().exists()


def test_looking_at_what_waits_lets_nothing_go_on() -> None:
    Standstill.objects.create(pk=1, reason="Restored")
    assert "Go on with" in told("restore", resume="")
    assert Standstill.objects.exists()
    with pytest.raises(CommandError, match="takes send, skip, or an age"):
        told("restore", resume="soon")
    assert Standstill.objects.exists()


def test_a_database_that_is_not_empty_is_left_alone_without_a_word(folder: Path) -> None:
    path = make_backup(folder, keep=7).path
    a_booking(a_resource(), at(9))
    with pytest.raises(CommandError, match="not empty"):
        told("restore", str(path))
    assert Booking.objects.count() == 1
    told("restore", str(path), replace=True)
    assert Booking.objects.count() == 0


@pytest.mark.skipif(not is_postgresql(), reason="SQLite's copy is put in place when it is whole")
def test_what_is_there_stays_where_the_backup_cannot_be_read(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = make_backup(folder, keep=7).path
    booking = a_booking(a_resource(), at(8))
    monkeypatch.setattr(programs, "program", lambda name: "false" if name == "pg_restore" else name)
    with pytest.raises(CommandError, match="pg_restore failed"):
        told("restore", str(path), replace=True)
    assert Booking.objects.filter(pk=booking.pk).exists()
    assert not Standstill.objects.exists()


@pytest.mark.skipif(not is_postgresql(), reason="SQLite's copy is no script")
def test_a_newer_program_fills_an_older_server(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    booking = a_booking(a_resource(), at(8))
    path = make_backup(folder, keep=7).path
    known = programs.program
    newer = tmp_path / "pg_restore"  # as that of PostgreSQL 17 begins
    settings = "SET statement_timeout = 0;\nSET transaction_timeout = 0;\n"
    newer.write_text(f"#!/bin/sh\nprintf '{settings}'\nexec {known('pg_restore')} \"$@\"\n")
    newer.chmod(0o700)
    monkeypatch.setattr(programs, "program", lambda name: str(newer) if name == "pg_restore" else known(name))
    told("restore", str(path), replace=True)
    assert Booking.objects.filter(pk=booking.pk).exists()


def test_a_database_in_use_is_refused_whatever_is_said(folder: Path) -> None:
    path = make_backup(folder, keep=7).path
    if connection.vendor == "sqlite":
        program, where = (
            "import sqlite3, sys; c = sqlite3.connect(sys.argv[1])",
            str(connection.settings_dict["NAME"]),
        )
        program += "; c.execute('SELECT count(*) FROM bookings_booking').fetchall()"
    else:
        said = connection.settings_dict
        program, where = (
            "import psycopg, sys; c = psycopg.connect(sys.argv[1])",
            (f"postgres://{said['USER']}:{said['PASSWORD']}@{said['HOST']}:{said['PORT']}/{said['NAME']}"),
        )
    program += "; print('in', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", program, where], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdout
        assert other.stdout.readline() == "in\n"
        with pytest.raises(CommandError, match="in use"):
            told("restore", str(path), replace=True)
        other.communicate()
    told("restore", str(path), replace=True)


def test_another_secret_key_is_refused_with_its_fingerprint(folder: Path, settings: Any) -> None:
    made = make_backup(folder, keep=7)
    wanted = keys.fingerprint()
    settings.SECRET_KEY = "another" * 10
    with pytest.raises(CommandError, match=f"set the SECRET_KEY with the fingerprint {wanted}"):
        told("restore", str(made.path), replace=True)
    settings.SECRET_KEY_FALLBACKS = ["only-for-tests-" + "0123456789abcdef" * 4]
    told("restore", str(made.path), replace=True)
    settings.SECRET_KEY_FALLBACKS = []
    told("restore", str(made.path), replace=True, other_key=True)


def test_a_whole_backup_brings_its_settings_back(
    key_file: Path, folder: Path, settings: Any, tmp_path: Path
) -> None:
    path = make_backup(folder, keep=7).path
    settings.SETTINGS_FILE = str(tmp_path / ".env")
    (tmp_path / ".env").write_text("SECRET_KEY=of-the-new-machine\n")
    assert ".env.before-restore" in told("restore", str(path), settings_file=True)
    assert f"SECRET_KEY={settings.SECRET_KEY}\n" in (tmp_path / ".env").read_text()
    assert (tmp_path / ".env").stat().st_mode & 0o777 == 0o600
    assert not Standstill.objects.exists(), "the database was not touched"


def test_settings_that_are_taken_twice_leave_those_of_before(
    key_file: Path, folder: Path, settings: Any, tmp_path: Path
) -> None:
    path = make_backup(folder, keep=7).path
    settings.SETTINGS_FILE = str(tmp_path / ".env")
    (tmp_path / ".env").write_text("SECRET_KEY=of-the-new-machine\n")
    told("restore", str(path), settings_file=True)
    assert ".env.before-restore-2" in told("restore", str(path), settings_file=True)
    assert (tmp_path / ".env.before-restore").read_text() == "SECRET_KEY=of-the-new-machine\n"


def test_pictures_come_back(folder: Path, settings: Any) -> None:
    picture = settings.MEDIA_ROOT / "faces" / "amara.webp"
    picture.parent.mkdir(parents=True)
    picture.write_bytes(b"a face")
    path = make_backup(folder, keep=7).path
    picture.unlink()
    told("restore", str(path), replace=True)
    assert picture.read_bytes() == b"a face"


def test_a_backup_that_needs_a_newer_release_is_refused(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(making, "floor_of", lambda _connection: "99.0.0")
    path = make_backup(folder, keep=7).path
    with pytest.raises(CommandError, match=rf"needs release 99\.0\.0 or newer, and this is {RELEASE}"):
        told("restore", str(path), replace=True)


def test_a_backup_names_a_floor_and_a_file_that_is_none_is_refused(folder: Path, tmp_path: Path) -> None:
    make_backup(folder, keep=7)
    with opened(backups_in(folder)[-1]) as backup:
        assert backup.manifest.floor == "0.1.0"
    (tmp_path / "some.tar").write_bytes(b"no tar")
    with pytest.raises(CommandError, match="no backup"):
        told("restore", str(tmp_path / "some.tar"))
    with pytest.raises(CommandError, match="is not there"):
        told("restore", str(tmp_path / "gone.tar"))


def test_what_came_back_another_way_can_be_told_to_stand_still(mailoutbox: list[Any]) -> None:
    a_booking(a_resource(), at(9))
    assert "until: ./run manage restore --resume" in told("restore", stand_still=True)
    work(Sender(HANDLERS))
    assert mailoutbox == []
    told("restore", resume="send")
    work(Sender(HANDLERS))
    assert mailoutbox
