"""Operations of migrations that add constraints while the site serves.

PostgreSQL judges new rows from the first on, and reads those that are there already without keeping writers waiting; a
SQLite site is migrated before it starts.
"""

from typing import Any

from django.contrib.postgres.operations import AddConstraintNotValid, ValidateConstraint
from django.db import migrations


class AddConstraintOnline(AddConstraintNotValid):
    """A check of new rows alone, until `ValidateConstraintOnline` in a migration of its own has read the others."""

    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        kind = AddConstraintNotValid if _is_postgresql(schema_editor) else migrations.AddConstraint
        kind.database_forwards(self, app_label, schema_editor, *states)


class ValidateConstraintOnline(ValidateConstraint):
    def database_forwards(self, app_label: str, schema_editor: Any, *states: Any) -> None:
        if _is_postgresql(schema_editor):
            super().database_forwards(app_label, schema_editor, *states)


def _is_postgresql(schema_editor: Any) -> bool:
    return bool(schema_editor.connection.vendor == "postgresql")
