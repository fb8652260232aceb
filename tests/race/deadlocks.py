"""How often PostgreSQL had to end one of two transactions that waited for each other."""

from contextlib import contextmanager

from django.db import connection


@contextmanager
def no_deadlock():
    before = deadlocks()
    yield
    assert deadlocks() == before


def deadlocks() -> int:
    """How often PostgreSQL had to end one of two that waited for each other; SQLite lets one write at a time."""
    if connection.vendor != "postgresql":
        return 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()")
        return cursor.fetchone()[0]
