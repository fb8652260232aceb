"""Promises that the database itself keeps, declared once in ``Meta.constraints`` for both engines.

PostgreSQL has exclusion constraints; SQLite has triggers.  Triggers that a plain migration creates vanish when
Django rebuilds a SQLite table, so these constraints emit theirs from ``constraint_sql``, which every rebuild calls.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from django.apps import apps
from django.db import DEFAULT_DB_ALIAS, IntegrityError
from django.db.backends.ddl_references import Statement, Table
from django.db.models import BaseConstraint, Model, UniqueConstraint
from django.utils.translation import gettext_lazy as _

_CREATED = re.compile(
    r'(?:CREATE TRIGGER(?: IF NOT EXISTS)?|CREATE OR REPLACE (?:TRIGGER|FUNCTION)|ADD CONSTRAINT) "(\w+)"'
)


class TriggerConstraint(BaseConstraint):
    """A constraint that is a piece of SQL of its own rather than a clause of ``CREATE TABLE``.

    The statements of ``create_statements`` name their table as ``%(table)s``.
    """

    def validate(self, model: Any, instance: Any, exclude: Any = None, using: str = DEFAULT_DB_ALIAS) -> None:
        """Leave judging to the database: looking first and writing later proves nothing."""

    create_statements: Callable[[Any, Any], list[str]]
    drop_statements: Callable[[Any, Any], list[str]]

    def parts(self, model: Any, schema_editor: Any) -> list[str]:
        """The names of the constraints, triggers and functions that it is made of; all must be there."""
        statements = self.create_statements(model, schema_editor)
        return [name for one in statements for name in _CREATED.findall(one)]

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        # A rebuild on SQLite creates a table `new__…` and renames it before deferred statements run; a reference
        # to the table, unlike a string, is renamed along.
        table = Table(model._meta.db_table, schema_editor.quote_name)
        schema_editor.deferred_sql.extend(
            Statement(statement, table=table) for statement in self.create_statements(model, schema_editor)
        )

    def create_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        table = schema_editor.quote_name(model._meta.db_table)
        for statement in self.create_statements(model, schema_editor):
            schema_editor.execute(statement % {"table": table}, params=None)

    def remove_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]
        for statement in self.drop_statements(model, schema_editor):
            schema_editor.execute(statement, params=None)

    def __eq__(self, other: object) -> bool:
        if type(self) is type(other):
            return self.deconstruct() == other.deconstruct()
        return NotImplemented

    __hash__ = None  # type: ignore[assignment]


def columns(model: Any, *names: str) -> list[str]:
    return [model._meta.get_field(name).column for name in names]


class NoOverlap(TriggerConstraint):
    """No two rows of one ``resource`` with ``condition`` true may share an instant of ``[start, end)``.

    A violation surfaces as ``IntegrityError``, on both engines; ``violated`` tells it from others.
    """

    violation_error_code = "slot_taken"
    violation_error_message = _("This time is taken.")

    def __init__(self, *, name: str, resource: str, start: str, end: str, condition: str) -> None:
        super().__init__(name=name)
        self.resource, self.start, self.end, self.condition = resource, start, end, condition

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, str]]:
        path = f"{type(self).__module__}.{type(self).__name__}"
        fields = ("name", "resource", "start", "end", "condition")
        return path, (), {field: getattr(self, field) for field in fields}

    def create_statements(self, model: Any, schema_editor: Any) -> list[str]:
        resource, start, end, flag = columns(model, self.resource, self.start, self.end, self.condition)
        if schema_editor.connection.vendor == "postgresql":
            return [
                f'ALTER TABLE %(table)s ADD CONSTRAINT "{self.name}" EXCLUDE USING gist '
                f'("{resource}" WITH =, tstzrange("{start}", "{end}", \'[)\') WITH &&) WHERE ("{flag}")'
            ]
        # Strict pieces never overlap each other, so the last one that starts before the new end decides alone.
        before = f'SELECT "{end}" FROM %(table)s WHERE "{resource}" = NEW."{resource}" AND "{flag}"'
        last = f'ORDER BY "{start}" DESC LIMIT 1'
        clash = f'({before} AND "{start}" < NEW."{end}" {last}) > NEW."{start}"'
        clash_of_others = (
            f'({before} AND "{start}" < NEW."{end}" AND "id" <> OLD."id" {last}) > NEW."{start}"'
        )
        raised = f"BEGIN SELECT RAISE(ABORT, 'constraint failed: {self.name}'); END"
        # NEW.id is undefined before an automatic id is given, so only the update may look past its own row.
        return [
            f'CREATE TRIGGER "{self.name}_insert" BEFORE INSERT ON %(table)s '
            f'WHEN NEW."{flag}" AND {clash} {raised}',
            f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s '
            f'WHEN NEW."{flag}" AND {clash_of_others} {raised}',
        ]

    def drop_statements(self, model: Any, schema_editor: Any) -> list[str]:
        if schema_editor.connection.vendor == "postgresql":
            return [f'ALTER TABLE "{model._meta.db_table}" DROP CONSTRAINT IF EXISTS "{self.name}"']
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{event}"' for event in ("insert", "update")]


class AppendOnly(TriggerConstraint):
    """Rows are written once: UPDATE is refused always, DELETE unless the row's ``disposable`` flag is set.

    So is PostgreSQL's TRUNCATE, by a trigger: a revoked privilege would not bind whoever owns the table.  The
    triggers look at their own row only, so they cost nothing that grows with the table.
    """

    violation_error_message = _("History is never rewritten.")

    def __init__(self, *, name: str, disposable: str) -> None:
        super().__init__(name=name)
        self.disposable = disposable

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, str]]:
        path = f"{type(self).__module__}.{type(self).__name__}"
        return path, (), {"name": self.name, "disposable": self.disposable}

    def create_statements(self, model: Any, schema_editor: Any) -> list[str]:
        (flag,) = columns(model, self.disposable)
        if schema_editor.connection.vendor == "postgresql":
            return [
                f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f"RAISE EXCEPTION 'constraint failed: {self.name}' "
                f"USING ERRCODE = 'integrity_constraint_violation', CONSTRAINT = '{self.name}'; END $$",
                f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s '
                f'FOR EACH ROW EXECUTE FUNCTION "{self.name}"()',
                f'CREATE TRIGGER "{self.name}_delete" BEFORE DELETE ON %(table)s '
                f'FOR EACH ROW WHEN (NOT OLD."{flag}") EXECUTE FUNCTION "{self.name}"()',
                f'CREATE TRIGGER "{self.name}_truncate" BEFORE TRUNCATE ON %(table)s '
                f'FOR EACH STATEMENT EXECUTE FUNCTION "{self.name}"()',
            ]
        raised = f"BEGIN SELECT RAISE(ABORT, 'constraint failed: {self.name}'); END"
        return [
            f'CREATE TRIGGER "{self.name}_update" BEFORE UPDATE ON %(table)s {raised}',
            f'CREATE TRIGGER "{self.name}_delete" BEFORE DELETE ON %(table)s WHEN NOT OLD."{flag}" {raised}',
        ]

    def drop_statements(self, model: Any, schema_editor: Any) -> list[str]:
        if schema_editor.connection.vendor == "postgresql":
            table, events = model._meta.db_table, ("update", "delete", "truncate")
            triggers = [f'DROP TRIGGER IF EXISTS "{self.name}_{event}" ON "{table}"' for event in events]
            return [*triggers, f'DROP FUNCTION IF EXISTS "{self.name}"()']
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{event}"' for event in ("update", "delete")]


class RaisesConfigVersion(TriggerConstraint):
    """Whatever is written to the rows gives ``ConfigVersion`` a value that it never had.

    ``of`` are the fields whose change counts, all by default; ``links`` is a table of a relation to many whose rows
    count instead of the model's own.  PostgreSQL tells once for each statement; the row that it writes is of its
    process, one of ``SHARES``, so that those who set up a site at once seldom wait for each other.
    """

    SHARES = 32

    def __init__(self, *, name: str, of: Sequence[str] = (), links: str = "") -> None:
        super().__init__(name=name)
        self.of, self.links = tuple(of), links

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path = f"{type(self).__module__}.{type(self).__name__}"
        said = {"of": self.of, "links": self.links}
        return path, (), {"name": self.name} | {key: value for key, value in said.items() if value}

    def create_statements(self, model: Any, schema_editor: Any) -> list[str]:
        table = f'"{self.links}"' if self.links else "%(table)s"
        names = ", ".join(f'"{column}"' for column in columns(model, *self.of))
        update = f"UPDATE OF {names}" if names else "UPDATE"
        if schema_editor.connection.vendor == "postgresql":
            share, version = f"pg_backend_pid() %% {self.SHARES}", "gen_random_uuid()"
            return [
                f'CREATE OR REPLACE FUNCTION "{self.name}"() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN '
                f"{_raise_to(version, share)}; RETURN NULL; END $$",
                f'CREATE OR REPLACE TRIGGER "{self.name}" AFTER INSERT OR DELETE OR {update} OR TRUNCATE ON {table} '
                f'FOR EACH STATEMENT EXECUTE FUNCTION "{self.name}"()',
            ]
        raised = f"BEGIN {_raise_to('lower(hex(randomblob(16)))', '0')}; END"
        return [
            f'CREATE TRIGGER IF NOT EXISTS "{self.name}_{event}" AFTER {what} ON {table} {raised}'
            for event, what in (("insert", "INSERT"), ("update", update), ("delete", "DELETE"))
        ]

    def drop_statements(self, model: Any, schema_editor: Any) -> list[str]:
        if schema_editor.connection.vendor == "postgresql":
            table = self.links or model._meta.db_table
            return [
                f'DROP TRIGGER IF EXISTS "{self.name}" ON "{table}"',
                f'DROP FUNCTION IF EXISTS "{self.name}"()',
            ]
        return [f'DROP TRIGGER IF EXISTS "{self.name}_{event}"' for event in ("insert", "update", "delete")]


def parts_that_raise_the_version(schema_editor: Any) -> list[str]:
    """The names of all triggers and functions by which rows raise it; see ``parts``."""
    return [
        part
        for model in apps.get_models()
        for constraint in model._meta.constraints
        if isinstance(constraint, RaisesConfigVersion)
        for part in constraint.parts(model, schema_editor)
    ]


def _raise_to(version: str, share: str) -> str:
    return (
        f'INSERT INTO "bookings_configversion" ("id", "version") VALUES ({share}, {version}) '  # our own
        'ON CONFLICT ("id") DO UPDATE SET "version" = excluded."version"'
    )


def violated(error: IntegrityError, model: type[Model], name: str) -> bool:
    """Tell whether an error comes from the constraint of that name, or from the unique field of that name.

    PostgreSQL's driver tells the constraint; SQLite's tells it of a trigger or a check, and of what is unique the
    columns.
    """
    return _violated_constraint(error) in _spellings(model, name)


def _violated_constraint(error: IntegrityError) -> str:
    diagnosis = getattr(error.__cause__, "diag", None)
    if diagnosis is not None:
        return str(diagnosis.constraint_name or "")
    return str(error).partition("constraint failed: ")[2]


def _spellings(model: type[Model], name: str) -> set[str]:
    """The constraint's own name, with the columns of what it makes unique, or what the engines call a unique field."""
    table = model._meta.db_table
    for one in model._meta.constraints:
        if one.name == name:
            unique = columns(model, *one.fields) if isinstance(one, UniqueConstraint) else []
            return {name} | ({", ".join(f"{table}.{column}" for column in unique)} if unique else set())
    (column,) = columns(model, name)
    return {f"{table}_{column}_key", f"{table}.{column}"}


__all__ = ["AppendOnly", "NoOverlap", "RaisesConfigVersion", "violated"]
