"""The drill says in one sentence whether one could sleep, and fails where a backup is not what it says."""

from __future__ import annotations

import io
import tarfile
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from bookings.backups import archive, keys
from bookings.backups.archive import opened
from bookings.backups.drilling import throw_away_database
from bookings.backups.making import engine, make_backup
from bookings.models import Booking, OutboxMessage, Standstill, UpkeepRun
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.usefixtures("own_database")


def verdict(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command("drill", *words, clients=4, stdout=out, **options)
    return out.getvalue()


def tampered(path: Path, statement: str, *, honest: bool = False) -> Path:
    """The same backup with a database in which somebody has changed something.

    It fits its own digest; if ``honest``, its checksums, too.
    """
    with opened(path) as backup, throw_away_database():
        engine().load(connection, backup.database, "Tampered")
        Standstill.objects.all().delete()
        with connection.cursor() as cursor:
            cursor.execute(statement)
        folder = path.parent / "tampered"
        folder.mkdir()
        database, tables = engine().dump(connection, folder)
        own = vars(backup.manifest) | {"digest": archive.digest(database), "whole": True}
        manifest = archive.Manifest(**(own | ({"tables": tables} if honest else {})))
        target = path.with_name("tampered.tar")
        archive.pack(target, manifest, database, folder / "no-media", None)
    return target


@pytest.fixture
def backup(folder: Path) -> Path:
    a_booking(a_resource(), at(9))
    return make_backup(folder, keep=7).path


def test_one_can_sleep_where_all_is_there_and_nothing_is_sent(
    key_file: Path, folder: Path, mailoutbox: list[Any]
) -> None:
    a_booking(a_resource(), at(9))
    waiting = OutboxMessage.objects.waiting().count()
    make_backup(folder, keep=7)
    assert verdict().startswith("Yes, one can sleep: booking-")
    assert mailoutbox == []
    assert OutboxMessage.objects.waiting().count() == waiting
    assert Booking.objects.count() == 1
    run = UpkeepRun.objects.drills().get()
    assert run.good
    assert run.words.startswith("Yes")


def test_without_its_key_one_could_not(key_file: Path, folder: Path, settings: Any, tmp_path: Path) -> None:
    make_backup(folder, keep=7)
    with pytest.raises(CommandError, match=r"^No, one could not sleep: .* name the file of its private key"):
        verdict(key_file="")
    keys.new_key(tmp_path / "other.key")
    with pytest.raises(CommandError, match=r"^No, one could not sleep"):
        verdict(key_file=str(tmp_path / "other.key"))
    assert not UpkeepRun.objects.drills().filter(good=True).exists()


def test_without_the_secrets_one_could_not(backup: Path) -> None:
    with pytest.raises(CommandError, match="the secrets are missing"):
        verdict()


def test_a_row_that_was_changed_is_seen(backup: Path) -> None:
    changed = tampered(backup, "UPDATE bookings_customer SET email = 'somebody@else.example'")
    with pytest.raises(CommandError, match="table bookings_customer has other content") as said:
        verdict(str(changed))
    assert str(said.value).count("table ") == 1


def test_a_row_that_is_gone_is_seen(backup: Path) -> None:
    changed = tampered(backup, "DELETE FROM bookings_outboxmessage")
    with pytest.raises(CommandError, match="table bookings_outboxmessage has 0 rows instead of"):
        verdict(str(changed))


def drop_no_overlap() -> str:
    if connection.vendor == "sqlite":
        return "DROP TRIGGER no_overlap_insert"
    return "ALTER TABLE bookings_occupancy DROP CONSTRAINT no_overlap"


def test_a_promise_that_is_gone_is_seen(backup: Path) -> None:
    changed = tampered(backup, drop_no_overlap(), honest=True)
    with pytest.raises(CommandError, match="Constraint no_overlap is MISSING"):
        verdict(str(changed))


def test_an_honest_copy_is_found_good(backup: Path) -> None:
    same = tampered(backup, "SELECT 1", honest=True)
    assert verdict(str(same)).startswith("Yes")


def test_there_must_be_one(folder: Path) -> None:
    with pytest.raises(CommandError, match="There is no backup yet"):
        verdict()


def test_a_path_that_leads_out_of_the_archive_is_refused(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "evil.tar"
    with tarfile.open(path, "w") as tar:
        member = tarfile.TarInfo("../escaped")
        member.size = 1
        tar.addfile(member, io.BytesIO(b"x"))
    with pytest.raises(CommandError, match="which no backup of this site has"):
        verdict(str(path))
    assert not (tmp_path / "escaped").exists()
