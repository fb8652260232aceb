"""What is asked of the database must not lean on one connection: a pooler gives each transaction another."""

from unittest.mock import patch

import pytest
from django.db import connection

from booking_site import migrating
from bookings.models import Resource
from tests.situations import a_resource


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has no pooler")
@pytest.mark.django_db(transaction=True)
def test_reading_row_by_row_leaves_nothing_open_in_the_database() -> None:
    for _number in range(3):
        a_resource()
    rows = Resource.objects.order_by("pk").iterator(chunk_size=1)
    next(rows)
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_cursors WHERE name <> ''")
        assert cursor.fetchone() == (0,)
    assert len(list(rows)) == 2


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite's lock is a file")
@pytest.mark.django_db(transaction=True)
def test_machines_that_start_together_wait_by_the_lock_of_a_transaction() -> None:
    held = []
    with patch.object(migrating, "refuse_half_migrated", lambda _connection: held.extend(locks())):
        migrating.migrate_once()
    assert held == [("idle in transaction",)]
    assert locks() == []


def locks() -> list[tuple[str]]:
    """What each who holds the lock of a start is doing."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT state FROM pg_locks JOIN pg_stat_activity USING (pid) "
            "WHERE locktype = 'advisory' AND granted AND datname = current_database()"
        )
        rows: list[tuple[str]] = cursor.fetchall()
    return rows
