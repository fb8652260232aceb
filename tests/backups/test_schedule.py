"""The worker makes a backup each night and a drill each week, once, and tries again what failed."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.urls import reverse
from django.utils import timezone

from bookings.backups.making import backups_in
from bookings.backups.schedule import TRIED_AGAIN_AFTER, Upkeep, due
from bookings.models import Site, Standstill, UpkeepRun
from bookings.setup.missing import Lack, missing_but_mail
from tests.effects.conftest import until

pytestmark = pytest.mark.django_db
NIGHT = datetime(2027, 3, 1, 3, 5, tzinfo=UTC)
BACKUP, DRILL = UpkeepRun.Kind


def ended(kind: str, ago: timedelta, *, good: bool = True) -> UpkeepRun:
    """A run that ended so long ago."""
    run = UpkeepRun.objects.create(kind=kind)
    UpkeepRun.objects.filter(pk=run.pk).update(
        finished_at=timezone.now() - ago, good=good, words="The disk is full"
    )
    return run


def test_a_night_has_one_backup_whoever_asks(folder: Path) -> None:
    assert due(NIGHT - timedelta(hours=1)) == []
    assert due(NIGHT) == [["backup", "--day=2027-03-01"]]
    assert due(NIGHT + timedelta(minutes=1)) == []
    assert due(NIGHT + timedelta(days=1)) == [["backup", "--day=2027-03-02"]]


def test_where_no_place_is_set_none_is_made(settings: Any) -> None:
    settings.BACKUP_FOLDER = None
    assert due(NIGHT) == []


def test_none_is_made_while_the_site_stands_still(folder: Path) -> None:
    Standstill.objects.create(pk=1, reason="restored")
    assert due(NIGHT) == []


@pytest.mark.parametrize(("good", "again"), [(None, True), (False, True), (True, False)])
def test_what_died_or_failed_is_tried_again_after_a_while(
    folder: Path, good: bool | None, again: bool
) -> None:
    due(NIGHT)
    UpkeepRun.objects.update(started_at=NIGHT, good=good)
    assert due(NIGHT + TRIED_AGAIN_AFTER / 2) == []
    later = NIGHT + TRIED_AGAIN_AFTER + timedelta(minutes=1)
    assert (due(later) != []) is again
    assert due(later + timedelta(minutes=1)) == []


def test_a_drill_is_weekly_where_it_is_asked_for(folder: Path, settings: Any) -> None:
    ended(BACKUP, timedelta(0))
    due(NIGHT)
    assert due(NIGHT) == []
    settings.DRILL_WEEKLY = True
    assert due(NIGHT) == [["drill", "--day=2027-03-01"]]
    UpkeepRun.objects.drills().update(good=True, finished_at=NIGHT)
    for days in range(1, 7):
        due(NIGHT + timedelta(days=days))
        assert due(NIGHT + timedelta(days=days)) == []
    due(NIGHT + timedelta(days=7))
    assert due(NIGHT + timedelta(days=7)) == [["drill", "--day=2027-03-08"]]


@pytest.mark.django_db(transaction=True)
def test_the_worker_runs_the_command_beside_itself(
    folder: Path, database_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = {
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": "booking_site.settings",
        "SECRET_KEY": "x" * 50,
    }
    for name, value in (own | {"BACKUP_FOLDER": str(folder)}).items():
        monkeypatch.setenv(name, value)
    upkeep = Upkeep()
    upkeep.start_due(NIGHT)
    until(lambda: UpkeepRun.objects.backups().filter(good=True).exists())
    until(lambda: upkeep._running[0].poll() == 0)
    assert len(backups_in(folder)) == 1
    assert UpkeepRun.objects.get().day == NIGHT.date()


def doctor() -> Iterator[str]:
    out = StringIO()
    with suppress(CommandError):
        call_command("doctor", stdout=out)
    yield from out.getvalue().splitlines()


def said(pattern: str) -> bool:
    return any(re.search(pattern, line) for line in doctor())


def test_the_doctor_knows_their_age(folder: Path, settings: Any) -> None:
    assert said("^ok .*There is no backup yet")
    ended(BACKUP, timedelta(days=1, hours=1))
    assert said("^ok .*The last backup is 1 day old")
    UpkeepRun.objects.update(finished_at=timezone.now() - timedelta(days=3, minutes=1))
    assert said("^WRONG .*The last backup is 3 days old")
    assert said("^ok .*hold no secrets.*fingerprint")
    assert said("^ok .*No backup was ever tried")
    settings.DRILL_WEEKLY = True
    ended(DRILL, timedelta(days=10))
    assert said("^WRONG .*The last drill.*10 days ago")
    ended(DRILL, timedelta(0), good=False)
    assert said("^WRONG The last drill failed: The disk is full")


def test_the_desk_says_what_is_wrong_with_them(folder: Path) -> None:
    Site.current()
    assert Lack.BACKUPS not in {one.what for one in missing_but_mail() if one.is_wrong}
    ended(BACKUP, timedelta(days=5))
    assert [one.sentence for one in missing_but_mail() if one.what == Lack.BACKUPS and one.is_wrong] == [
        "The last backup is 5 days old."
    ]


def test_on_the_same_disk_the_desk_says_so(folder: Path, settings: Any) -> None:
    settings.BACKUP_FOLDER = Path(settings.MEDIA_ROOT).parent
    said = [one.sentence for one in missing_but_mail() if one.what == Lack.BACKUPS]
    same = "Backups lie on the same disk as the database: who loses one loses both."
    assert said == ([same] if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3") else [])


def test_the_page_of_the_site_tells_both_ages(folder: Path, admin_client: Any) -> None:
    ended(BACKUP, timedelta(days=1, hours=1))
    ended(DRILL, timedelta(days=4, hours=1))
    Site.current()
    page = admin_client.get(reverse("admin:bookings_site_change", args=[1])).content.decode()
    assert "The last backup is 1 day old." in page
    assert "was 4 days ago" in page


def test_what_was_made_today_is_not_nought_days_old(folder: Path, admin_client: Any) -> None:
    for kind in (BACKUP, DRILL):
        ended(kind, timedelta(hours=1))
    Site.current()
    page = admin_client.get(reverse("admin:bookings_site_change", args=[1])).content.decode()
    assert "The last backup is less than a day old." in page
    assert "was less than a day ago" in page
