"""One command backs up, checks, migrates and starts anew; an embedded database is never migrated without a copy."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.core.checks import Error, register
from django.core.checks.registry import registry
from django.core.management import call_command
from django.db import connection

from booking_site import launch, migrating, together, upgrading
from bookings.backups.archive import opened
from bookings.backups.drilling import throw_away_database
from bookings.backups.making import backups_in, engine
from bookings.backups.restoring import Consent, restore
from bookings.models import Graph, Standstill
from bookings.release_floor import RELEASE, ReleaseTooOld, floor_of

OLDER = "0020_sites_say_when_a_week_begins"  # of the schema before floors were known


@pytest.fixture(scope="module")
def older(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where a dump of a database of before the last migrations is, once a test has made one."""
    return tmp_path_factory.mktemp("older")


@pytest.fixture
def older_database(transactional_db: None, older: Path, settings: Any, tmp_path: Path) -> Any:
    """This process uses a database of before the last migrations."""
    settings.BACKUP_FOLDER, settings.MEDIA_ROOT = tmp_path / "backups", tmp_path / "media"
    with throw_away_database():
        if found := [*older.iterdir()]:
            engine().load(connection, found[0], "A copy")
        else:
            call_command("migrate", "bookings", OLDER, verbosity=0)
            engine().dump(connection, older)
        yield


@pytest.fixture(autouse=True)
def no_supervisor(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(together, "PID_FILE", tmp_path / "run.pid")
    monkeypatch.setattr(upgrading, "collect_once", lambda: None)


def test_the_database_is_backed_up_as_it_was_and_migrated(
    older_database: None, settings: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    upgrading.upgrade()
    told = capsys.readouterr().out
    assert f"at release {RELEASE}" in told
    assert "docs/upgrading.md" in told
    assert floor_of(connection) == "0.1.0"
    (backup,) = backups_in(settings.BACKUP_FOLDER)
    with opened(backup) as content:
        assert "bookings_standstill" not in content.manifest.tables
    upgrading.upgrade()
    assert len(backups_in(settings.BACKUP_FOLDER)) == 1, "where no migration waits nothing is copied"


def test_one_goes_back_to_the_backup_of_an_upgrade_and_it_stands_still(
    older_database: None, settings: Any
) -> None:
    upgrading.upgrade()
    (backup,) = backups_in(settings.BACKUP_FOLDER)
    Graph.objects.filter(name="instant").update(name="changed")
    with opened(backup) as content:
        restore(content, Consent(replace=True))
    assert not Graph.objects.filter(name="changed").exists()
    assert Standstill.objects.exists()


def test_a_start_on_the_embedded_database_copies_it_before_it_migrates(
    older_database: None, settings: Any
) -> None:
    settings.EMBEDDED_DATABASE = connection.settings_dict["NAME"]
    migrating.migrate_once()
    assert len(backups_in(settings.BACKUP_FOLDER)) == 1
    migrating.migrate_once()
    assert len(backups_in(settings.BACKUP_FOLDER)) == 1


def test_another_database_is_its_operators_to_back_up(older_database: None, settings: Any) -> None:
    migrating.migrate_once()
    assert backups_in(settings.BACKUP_FOLDER) == []


@pytest.mark.django_db
def test_below_the_floor_nothing_is_touched(settings: Any, tmp_path: Path) -> None:
    settings.BACKUP_FOLDER = tmp_path
    call_command("migrate", verbosity=0)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE bookings_releasefloor SET release = '99.0.0'")
    with pytest.raises(ReleaseTooOld):
        upgrading.upgrade()
    assert backups_in(tmp_path) == []


def test_what_runs_is_told_to_start_anew_and_nobody_else_is() -> None:
    program = "import signal; signal.signal(signal.SIGUSR1, lambda *_: exit(7)); print('up', flush=True)"
    program += "; signal.pause()"
    words = [sys.executable, "-c", program, "booking_site.together"]
    with subprocess.Popen(words, stdout=subprocess.PIPE) as supervisor:
        assert supervisor.stdout
        supervisor.stdout.readline()
        together.PID_FILE.write_text(str(supervisor.pid))
        assert upgrading.restart()
        assert supervisor.wait(timeout=30) == 7
    together.PID_FILE.write_text(str(os.getpid()))
    signal.signal(signal.SIGUSR1, signal.SIG_DFL)
    assert not upgrading.restart()
    together.PID_FILE.unlink()
    assert not upgrading.restart()


@pytest.mark.django_db(transaction=True)
def test_what_the_checks_refuse_is_told_in_words(
    monkeypatch: pytest.MonkeyPatch, settings: Any, tmp_path: Path
) -> None:
    settings.VAR_DIR = tmp_path

    @register
    def refusing(**_given: Any) -> list[Error]:
        return [Error("The clock stands still.")]

    try:
        with pytest.raises(launch.TO_MEND) as refused:
            upgrading.upgrade()
    finally:
        registry.registered_checks.discard(refusing)
    assert "The clock stands still." in launch.in_words(refused.value)
