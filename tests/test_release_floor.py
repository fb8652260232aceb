"""The floor: older code serves on, until a migration says that it no longer may."""

from __future__ import annotations

import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.db.migrations.loader import MigrationLoader

from booking_site import migrating
from bookings.migration_state import unknown
from bookings.models import ReleaseFloor
from bookings.release_floor import (
    LAST_MIGRATIONS,
    RELEASE,
    ReleaseTooOld,
    floor_of,
    oldest_release,
    parts,
    refuse_too_old,
    write_floor,
)

pytestmark = pytest.mark.django_db


class Said:
    oldest_release = "0.3.0"


@pytest.mark.parametrize(
    ("name", "migration", "oldest"),
    [
        ("0001_release_0_1_schema", object(), "0.1.0"),
        ("0002_release_0_1_seeds", object(), "0.1.0"),
        ("0003_history_names_its_constraint", object(), "0.1.0"),
        ("0020_sites_say_when_a_week_begins", Said(), "0.3.0"),
    ],
)
def test_a_migration_means_the_release_before_its_own_unless_it_says_another(
    name: str, migration: object, oldest: str
) -> None:
    assert oldest_release(name, migration) == oldest


def test_releases_are_compared_as_numbers() -> None:
    assert parts("0.10.0") > parts("0.9.1")


def test_every_release_names_a_last_migration_that_is_there() -> None:
    names = {name for app, name in MigrationLoader(None).disk_migrations if app == "bookings"}
    assert set(LAST_MIGRATIONS.values()) <= names
    assert re.fullmatch(r"\d+\.\d+\.\d+", RELEASE)
    assert parts(RELEASE) >= max(map(parts, LAST_MIGRATIONS))


def test_migrating_writes_the_floor_and_older_code_never_lowers_it() -> None:
    ReleaseFloor.objects.all().delete()
    call_command("migrate", verbosity=0)
    assert floor_of(connection) == "0.1.0"
    ReleaseFloor.objects.update(release="99.0.0")
    write_floor(connection)
    assert floor_of(connection) == "99.0.0"


def test_code_that_is_merely_older_serves_on() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO django_migrations (app, name, applied)"
            " VALUES ('bookings', '9999_of_a_newer_release', CURRENT_TIMESTAMP)"
        )
    assert unknown(connection) == ["9999_of_a_newer_release"]
    refuse_too_old(connection)
    call_command("migrate", verbosity=0)


@pytest.mark.parametrize("command", ["migrate", "worker"])
def test_code_below_the_floor_is_refused_with_the_release_it_takes(command: str) -> None:
    ReleaseFloor.objects.update_or_create(pk=1, defaults={"release": "99.1.0"})
    with pytest.raises(CommandError, match=r"release 99\.1\.0 or newer; this is") as refusal:
        call_command(command, stdout=StringIO())
    assert "restore the backup" in str(refusal.value)


def test_a_start_is_refused_below_the_floor() -> None:
    ReleaseFloor.objects.update_or_create(pk=1, defaults={"release": "99.1.0"})
    with pytest.raises(ReleaseTooOld):
        migrating.migrate_once()
