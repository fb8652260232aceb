"""A backup is one file that its owner alone can read, whole where it is encrypted."""

from __future__ import annotations

import os
import subprocess
import sys
import threading
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connections

from bookings.backups import archive, keys
from bookings.backups.archive import opened
from bookings.backups.errors import BackupError
from bookings.backups.making import backups_in, make_backup
from bookings.models import Booking, UpkeepRun
from tests.situations import HOUR, a_booking, a_resource, at

pytestmark = pytest.mark.django_db(transaction=True)


def told(*words: str, **options: Any) -> str:
    out = StringIO()
    call_command(*words, stdout=out, **options)
    return out.getvalue()


def test_it_is_one_file_that_only_its_owner_reads(folder: Path) -> None:
    made = make_backup(folder, keep=7)
    assert list(folder.iterdir()) == [made.path]
    assert made.path.stat().st_mode & 0o777 == 0o600
    assert folder.stat().st_mode & 0o777 == 0o700


def test_without_a_key_it_says_whose_key_it_needs_and_holds_no_secret(folder: Path, settings: Any) -> None:
    last = told("backup").strip().splitlines()[-1]
    assert "cannot open links in mails, nor calendars" in last
    assert keys.fingerprint() in last
    assert settings.SECRET_KEY.encode() not in backups_in(folder)[-1].read_bytes()


def test_encrypted_it_is_whole_and_opens_with_the_private_key_alone(
    key_file: Path, folder: Path, settings: Any, tmp_path: Path
) -> None:
    (settings.MEDIA_ROOT / "faces").mkdir(parents=True)
    (settings.MEDIA_ROOT / "faces" / "amara.webp").write_bytes(b"a face")
    assert "whole and encrypted" in told("backup")
    path = backups_in(folder)[-1]
    assert b"bookings_booking" not in path.read_bytes()
    with opened(path, str(key_file)) as backup:
        assert f"SECRET_KEY={settings.SECRET_KEY}" in str(backup.settings)
        assert (backup.media / "faces" / "amara.webp").read_bytes() == b"a face"
    keys.new_key(tmp_path / "other.key")
    with (
        pytest.raises(BackupError, match="cannot be opened with the key"),
        opened(path, str(tmp_path / "other.key")),
    ):
        pass
    with pytest.raises(BackupError, match="name the file of its private key"), opened(path):
        pass


def test_a_key_is_never_written_over(tmp_path: Path) -> None:
    assert "BACKUP_KEY=age1" in told("backup", new_key=tmp_path / "k")
    assert (tmp_path / "k").stat().st_mode & 0o777 == 0o600
    with pytest.raises(CommandError, match="is there already"):
        call_command("backup", new_key=tmp_path / "k")


def test_the_newest_are_kept(folder: Path) -> None:
    made = [make_backup(folder, keep=2).path for _number in range(3)]
    (folder / "notes.txt").write_text("not a backup")
    assert backups_in(folder) == made[1:]


def test_it_is_noted_good_or_bad(folder: Path, settings: Any) -> None:
    call_command("backup", stdout=StringIO())
    settings.BACKUP_KEY = "no key"
    with pytest.raises(CommandError, match="The key of backups must be a public one"):
        call_command("backup")
    assert list(UpkeepRun.objects.backups().order_by("pk").values_list("good", flat=True)) == [True, False]


def test_half_of_a_backup_and_a_changed_one_are_refused(folder: Path) -> None:
    path = make_backup(folder, keep=7).path
    whole = path.read_bytes()
    path.write_bytes(whole[: len(whole) // 2])
    with pytest.raises(BackupError), opened(path):
        pass
    path.write_bytes(whole.replace(b"bookings_occupancy", b"bookings_0ccupancy"))
    with pytest.raises(BackupError, match="damaged"), opened(path):
        pass


def test_it_is_made_while_others_write(folder: Path) -> None:
    resource, stopped, written = a_resource(), threading.Event(), []

    def write() -> None:
        start = at(9)
        while not stopped.is_set():
            written.append(a_booking(resource, start + len(written) * HOUR).pk)
        connections.close_all()

    writer = threading.Thread(target=write)
    writer.start()
    try:
        while not written:
            stopped.wait(0.01)
        before = len(written)
        rows = make_backup(folder, keep=7).manifest.tables["bookings_booking"].rows
        after = len(written)
    finally:
        stopped.set()
        writer.join()
    assert before <= rows <= after + 1
    assert Booking.objects.count() == len(written)


def test_the_installed_site_backs_up_by_its_command(database_url: str, tmp_path: Path) -> None:
    own = {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "booking_site.settings",
        "SECRET_KEY": "x" * 50,
        "ENV_FILE": os.devnull,
        "BACKUP_FOLDER": str(tmp_path / "here"),
    }
    command = [sys.executable, "manage.py", "backup"]
    done = subprocess.run(command, env=os.environ | own, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert len(backups_in(tmp_path / "here")) == 1


def test_a_fault_of_ours_is_no_good_backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_words: object) -> None:
        raise RuntimeError("a fault")

    monkeypatch.setattr(archive, "pack", fails)
    with pytest.raises(RuntimeError):
        call_command("backup")
    run = UpkeepRun.objects.get()
    assert (run.good, run.words) == (False, "a fault")
    assert backups_in(folder) == []


def test_one_that_was_interrupted_is_no_good_backup(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(*_words: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(archive, "pack", interrupted)
    with pytest.raises(KeyboardInterrupt):
        call_command("backup")
    run = UpkeepRun.objects.get()
    assert (run.good, run.words) == (False, "KeyboardInterrupt")
    assert UpkeepRun.objects.backups().last_good() is None


def test_nothing_that_is_not_encrypted_is_ever_where_backups_go(
    key_file: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[Path] = []
    encrypt = keys.encrypt

    def watched(source: Path, target: Path, public_key: str) -> None:
        seen.extend(folder.rglob("*"))
        encrypt(source, target, public_key)

    monkeypatch.setattr(keys, "encrypt", watched)
    made = make_backup(folder, keep=7)
    assert seen == []
    assert list(folder.iterdir()) == [made.path]


def test_what_a_killed_backup_left_where_backups_go_is_removed_and_nothing_else(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    dead, lives = (folder / f".booking-2026010{day}T000000000000Z.tar.part" for day in (1, 2))
    foreign = [
        folder / name
        for name in (".booking-list.tar.part", "booking-notes.part", ".other.tar.part", ".booking-x")
    ]
    for file in (dead, lives, *foreign):
        file.write_text("some")
        os.utime(file, (0, 0))
    os.utime(lives)
    made = make_backup(folder, keep=7)
    assert {*folder.iterdir()} == {made.path, lives, *foreign}
