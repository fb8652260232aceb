"""The desk's page of backups: how it stands with them, one by a press, and a key that is shown once."""

from __future__ import annotations

import re
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse

from bookings.backups import keys
from bookings.backups.archive import opened
from bookings.backups.errors import BackupError
from bookings.backups.making import backups_in, make_backup
from bookings.backups.schedule import due
from bookings.models import Site, Standstill, UpkeepRun, UpkeepWish
from tests.admin.conftest import logged_in
from tests.backups.test_schedule import BACKUP, DRILL, NIGHT, ended
from tests.setup.answers import ANSWERS, run_setup

pytestmark = pytest.mark.django_db
PAGE, NOW, KEY = (reverse(f"admin:bookings_site_{name}") for name in ("backups", "backup_now", "backup_key"))


def page(client: Client) -> str:
    answer = client.get(PAGE)
    assert answer.status_code == 200
    return unescape(answer.content.decode())


def test_it_says_where_how_many_how_old_and_whether_they_open_by_themselves(
    folder: Path, settings: Any
) -> None:
    settings.BACKUP_KEEP = 11
    ended(BACKUP, timedelta(days=1, hours=1))
    ended(DRILL, timedelta(days=4, hours=1))
    manager = logged_in("manager")
    said = page(manager)
    for words in (
        str(folder),
        "<dd>11</dd>",
        "The last backup is 1 day old.",
        "was 4 days ago",
        keys.fingerprint(),
    ):
        assert words in said
    assert "holds no secrets" in said
    settings.BACKUP_KEY = keys.new_pair().public
    said = page(manager)
    assert settings.BACKUP_KEY in said
    assert keys.fingerprint() not in said


def test_it_says_what_failed_and_that_both_lie_on_one_disk(folder: Path, settings: Any) -> None:
    settings.BACKUP_FOLDER = Path(settings.MEDIA_ROOT).parent
    ended(BACKUP, timedelta(0), good=False)
    said = page(logged_in("manager"))
    assert "It failed." in said
    assert "The disk is full" in said
    on_files = settings.DATABASES["default"]["ENGINE"].endswith("sqlite3")
    assert ("who loses one loses both" in said) is on_files


@pytest.mark.parametrize("role", ["desk", "designer"])
def test_who_may_not_change_the_site_sees_and_does_nothing(folder: Path, role: str) -> None:
    client = logged_in(role)
    assert [client.get(PAGE).status_code, client.post(NOW).status_code, client.post(KEY).status_code] == [
        403
    ] * 3
    assert not UpkeepWish.objects.exists()


def test_one_is_asked_for_by_a_press_and_one_worker_makes_it(folder: Path) -> None:
    manager = logged_in("manager")
    assert manager.get(NOW).status_code == 405
    for _press in range(2):
        assert manager.post(NOW).status_code == 302
    said = page(manager)
    assert "The worker begins it within a minute." in said
    assert NOW not in said
    before_the_hour = NIGHT - timedelta(hours=2)
    assert due(before_the_hour) == [["backup"]]
    assert due(before_the_hour) == []
    call_command("backup")
    assert UpkeepRun.objects.backups().filter(good=True).count() == 1
    assert len(backups_in(folder)) == 1
    assert NOW in page(manager)


def test_none_is_asked_for_where_none_can_be_made(settings: Any, folder: Path) -> None:
    settings.BACKUP_FOLDER = None
    manager = logged_in("manager")
    assert NOW not in page(manager)
    manager.post(NOW)
    assert not UpkeepWish.objects.exists()


def test_a_wish_waits_while_the_site_stands_still(folder: Path) -> None:
    Standstill.objects.create(pk=1, reason="restored")
    UpkeepWish.ask(BACKUP)
    assert due(NIGHT) == []
    assert "no backup is made until it goes on" in page(logged_in("manager"))
    assert UpkeepWish.objects.exists()


def test_a_superuser_makes_a_key_that_is_shown_once_and_opens_the_next_backup(
    folder: Path, tmp_path: Path
) -> None:
    Site.current()
    admin = logged_in("admin")
    shown = unescape(admin.post(KEY).content.decode())
    private = re.search(r"AGE-SECRET-KEY-\w+", shown)
    assert private
    file = tmp_path / "shown.key"
    file.write_text(private[0])
    assert private[0] not in page(admin)
    made = make_backup(folder, keep=7)
    with opened(made.path, str(file)) as backup:
        assert backup.manifest.whole
        assert backup.settings is not None
    with pytest.raises(BackupError), opened(made.path, ""):
        pass


def test_a_key_that_is_there_is_not_replaced_and_no_manager_makes_one(folder: Path, settings: Any) -> None:
    Site.current()
    manager, admin = logged_in("manager"), logged_in("admin")
    assert KEY not in page(manager)
    assert manager.post(KEY).status_code == 403
    admin.post(KEY)
    first = Site.current().backup_key
    assert keys.in_force() == first != ""
    assert admin.post(KEY).status_code == 302
    assert Site.current().backup_key == first
    assert KEY not in page(admin)
    settings.BACKUP_KEY = keys.new_pair().public
    assert keys.in_force() == settings.BACKUP_KEY


def test_the_first_questions_take_a_public_key_and_no_other_word(folder: Path) -> None:
    with pytest.raises(CommandError, match="--backup-key: This is no public key"):
        run_setup(**ANSWERS, **{"backup-key": "hunter2"})
    public = keys.new_pair().public
    run_setup(**ANSWERS, **{"backup-key": public})
    assert keys.in_force() == public
    run_setup(name="Other")
    assert keys.in_force() == public


def test_the_first_questions_make_a_key_and_keep_its_private_half_for_its_owner(
    folder: Path, tmp_path: Path
) -> None:
    path = tmp_path / "private.key"
    said = run_setup(f"--new-backup-key={path}", **ANSWERS)
    assert str(path) in said
    assert path.stat().st_mode & 0o777 == 0o600
    with opened(make_backup(folder, keep=7).path, str(path)) as backup:
        assert backup.manifest.whole


def test_a_key_file_that_is_there_changes_nothing(folder: Path, tmp_path: Path) -> None:
    path = tmp_path / "private.key"
    path.write_text("mine")
    with pytest.raises(CommandError, match="never written over"):
        run_setup(f"--new-backup-key={path}", **ANSWERS)
    assert (path.read_text(), keys.in_force(), Site.current().name) == ("mine", "", "Bookings")
    wrong = {name: value for name, value in ANSWERS.items() if name != "email"}
    with pytest.raises(CommandError, match="--email"):
        run_setup(f"--new-backup-key={tmp_path / 'other'}", **wrong)
    assert not (tmp_path / "other").exists()
