"""Operations of migrations that make and remove indexes while the site serves.

PostgreSQL does so outside of a transaction (``atomic = False``); a SQLite site is migrated before it starts.
"""

from contextlib import suppress
from typing import Any

from django.contrib.postgres.operations import AddIndexConcurrently, RemoveIndexConcurrently
from django.db import DatabaseError, migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps


class AddIndexOnline(AddIndexConcurrently):
    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = AddIndexConcurrently if _is_postgresql(schema_editor) else migrations.AddIndex
        kind.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = AddIndexConcurrently if _is_postgresql(schema_editor) else migrations.AddIndex
        kind.database_backwards(self, app_label, schema_editor, *states)


class RemoveIndexOnline(RemoveIndexConcurrently):
    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = RemoveIndexConcurrently if _is_postgresql(schema_editor) else migrations.RemoveIndex
        kind.database_forwards(self, app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = RemoveIndexConcurrently if _is_postgresql(schema_editor) else migrations.RemoveIndex
        kind.database_backwards(self, app_label, schema_editor, *states)


class AddIndexOfSQLite(migrations.AddIndex):
    """For what PostgreSQL finds along an index that Django cannot name; ``indexes_of_postgresql`` makes that one."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if not _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)

    def database_backwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if not _is_postgresql(schema_editor):
            super().database_backwards(app_label, schema_editor, *states)


def indexes_of_postgresql(**definitions: str) -> migrations.RunPython:
    """Indexes by their names, each as what follows ``ON`` in its definition; SQLite has none of these."""

    def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name, definition in definitions.items() if _is_postgresql(schema_editor) else ():
            schema_editor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {definition}")

    def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        for name in definitions if _is_postgresql(schema_editor) else ():
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    return migrations.RunPython(add, remove)


def trigram_index_of_postgresql(name: str, table: str, column: str) -> migrations.RunPython:
    """An index in which any part of a text is found, where ``pg_trgm`` is there or may be added; else none.

    ``manage.py doctor`` says where it is missing, and what makes it.
    """

    def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if _is_postgresql(schema_editor) and _has_trigrams(schema_editor):
            schema_editor.execute(trigram_index(name, table, column))

    def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if _is_postgresql(schema_editor):
            schema_editor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {name}")

    return migrations.RunPython(add, remove)


def trigram_index(name: str, table: str, column: str) -> str:
    """The statement that makes it while the site serves."""
    return f"CREATE INDEX CONCURRENTLY IF NOT EXISTS {name} ON {table} USING gin ({column} gin_trgm_ops)"


def _has_trigrams(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    """Whether the extension is there, after it was tried to add it: it may be missing or not permitted."""
    with suppress(DatabaseError):
        schema_editor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
    with schema_editor.connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_extension WHERE extname = 'pg_trgm'")
        return cursor.fetchone() is not None


def without_own_index(model: str, column: str) -> migrations.RunPython:
    """Remove the index that Django made for a column alone; the table is not made anew, as ``AlterField`` does it."""

    def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        online = "CONCURRENTLY " if _is_postgresql(schema_editor) else ""
        for name in _names(apps, schema_editor):
            schema_editor.execute(f"DROP INDEX {online}IF EXISTS {schema_editor.quote_name(name)}")

    def add(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        table = schema_editor.quote_name(apps.get_model("bookings", model)._meta.db_table)
        name, *_others = _names(apps, schema_editor)
        schema_editor.execute(f"CREATE INDEX {schema_editor.quote_name(name)} ON {table} ({column})")

    def _names(apps: StateApps, schema_editor: Any) -> list[str]:
        table = apps.get_model("bookings", model)._meta.db_table
        name = schema_editor._create_index_name  # noqa: SLF001  # as it was named when it was made
        return [name(table, [column], suffix) for suffix in ("", "_like")]

    return migrations.RunPython(remove, add)


def _is_postgresql(schema_editor: BaseDatabaseSchemaEditor) -> bool:
    return schema_editor.connection.vendor == "postgresql"
