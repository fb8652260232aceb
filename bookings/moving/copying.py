"""Copying the tables into an empty database of this release, and proving that nothing differs."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.color import no_style
from django.db import connections, transaction
from django.db.models import AutoField, Max, Model

from bookings.constraints import AppendOnly, TriggerConstraint, parts_that_raise_the_version
from bookings.models import Booking, HistoryEntry, Occupancy, Resource, Standstill
from bookings.moving.errors import CannotMove
from bookings.moving.tables import AT_ONCE, PASSING, Group, columns_of, groups, rows, sum_of

TARGET = "target"
SOURCE = "source"
"""A connection to our own database that reads and takes no lock from those who write."""
FILLING = "Being filled from a SQLite site."
MOVED = "Moved to PostgreSQL."
PASSES = 3
Tell = Callable[[str], object]


def prepare(url: str) -> None:
    """Bring an empty target to this release, or find the one that an earlier run has begun to fill."""
    tables = connections[TARGET].introspection.table_names()
    if Standstill._meta.db_table in tables:
        if Standstill.objects.using(TARGET).filter(reason=FILLING).exists():
            return
        if any(model._base_manager.using(TARGET).exists() for model in (Resource, Booking, get_user_model())):
            raise CannotMove("The target is not empty. Give an empty database.")
    elif tables:
        raise CannotMove("The target is not empty. Give an empty database.")
    else:
        _migrate(url)
    with transaction.atomic(using=TARGET):
        for group in reversed(groups()):
            for model in group:
                _empty(model)
        Standstill.objects.using(TARGET).create(pk=1, reason=FILLING)


def _migrate(url: str) -> None:
    """In a process of its own, whose only database it is: migrations fill rows, and must not meet ours."""
    command = [sys.executable, str(Path(settings.BASE_DIR) / "manage.py"), "migrate", "--verbosity=0"]
    done = subprocess.run(  # noqa: S603  # our own words
        command, env=os.environ | {"DATABASE_URL": url}, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise CannotMove(f"The target cannot be migrated: {done.stderr.strip()[-500:]}")


def copy_all(tell: Tell) -> None:
    """Copy what differs until nothing does.  Raises ``CannotMove`` where the source changes again and again."""
    for number in range(PASSES):
        kept_alike = groups(without=PASSING if number else ())
        with transaction.atomic(using=SOURCE):  # all tables as of one moment, whoever still writes
            wrong = [group for group in kept_alike if any(_differs(model) for model in group)]
            for group in wrong:
                _copy(group, tell)
        if not wrong:
            return
    raise CannotMove(
        "The site was changed while it was copied, again and again: end its web server and its worker."
    )


def finish(tell: Tell) -> None:
    """Set the sequences, look at the guarantee, and let the target's workers go on."""
    target = connections[TARGET]
    with transaction.atomic(using=TARGET), target.cursor() as cursor:
        for statement in target.ops.sequence_reset_sql(
            no_style(), [model for group in groups() for model in group]
        ):
            cursor.execute(statement)
        if wrong := [*_late_sequences(cursor), *_missing_promises(cursor)]:
            raise CannotMove("; ".join(wrong))
        _go_on_as_the_source()
    tell("Sequences are set, and all constraints and triggers are in place.")


def _go_on_as_the_source() -> None:
    """What stood still before it was moved, as after a restore, stands still there, too."""
    filling = Standstill.objects.using(TARGET).filter(reason=FILLING)
    before = Standstill.objects.using(SOURCE).exclude(reason=MOVED).first()
    if before is None:
        filling.delete()
    else:
        filling.update(reason=before.reason)


def _differs(model: type[Model]) -> bool:
    source, target = (model._base_manager.using(alias).count() for alias in (SOURCE, TARGET))
    return source != target or (source > 0 and sum_of(model, SOURCE) != sum_of(model, TARGET))


def _copy(group: Group, tell: Tell) -> None:
    """References are judged when the transaction ends, so that a circle and a second copy can be written at all."""
    with transaction.atomic(using=TARGET):
        for model in group:
            _empty(model)
        for model in group:
            _fill(model, tell)


def _empty(model: type[Model]) -> None:
    """Also what is never rewritten: nothing of it was anybody's yet."""
    table = connections[TARGET].ops.quote_name(model._meta.db_table)
    guarded = any(isinstance(one, AppendOnly) for one in model._meta.constraints)
    with connections[TARGET].cursor() as cursor:
        if guarded:
            cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER USER")
        cursor.execute(f"DELETE FROM {table}")
        if guarded:
            cursor.execute(f"ALTER TABLE {table} ENABLE TRIGGER USER")


def _fill(model: type[Model], tell: Tell) -> None:
    target, fields = connections[TARGET], columns_of(model)
    names = ", ".join(target.ops.quote_name(str(field.column)) for field in fields)
    table = target.ops.quote_name(model._meta.db_table)
    count = 0
    with target.cursor() as cursor, cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
        for row in rows(model, SOURCE):
            values = zip(fields, row, strict=True)
            copy.write_row([field.get_db_prep_save(value, target) for field, value in values])
            count += 1
            if count % (10 * AT_ONCE) == 0:
                tell(f"{model._meta.db_table}: {count} …")
    if count:
        tell(f"{model._meta.db_table}: {count} rows")


def _late_sequences(cursor: Any) -> Iterator[str]:
    for model in (model for group in groups() for model in group):
        key = model._meta.pk
        if not isinstance(key, AutoField) or not model._base_manager.using(TARGET).exists():
            continue
        highest = model._base_manager.using(TARGET).aggregate(highest=Max("pk"))["highest"]
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [model._meta.db_table, key.column])
        cursor.execute(f"SELECT last_value FROM {cursor.fetchone()[0]}")
        if cursor.fetchone()[0] < highest:
            yield f"the sequence of {model._meta.db_table} would give out numbers that are used"


def _missing_promises(cursor: Any) -> Iterator[str]:
    cursor.execute(
        "SELECT conname FROM pg_constraint WHERE convalidated UNION SELECT proname FROM pg_proc"
        " UNION SELECT tgname FROM pg_trigger WHERE tgenabled = 'O'"
    )
    found = {name for (name,) in cursor.fetchall()}
    editor = connections[TARGET].SchemaEditorClass(connections[TARGET])
    for model in (Occupancy, HistoryEntry):
        for constraint in model._meta.constraints:
            parts = (
                constraint.parts(model, editor)
                if isinstance(constraint, TriggerConstraint)
                else [constraint.name]
            )
            yield from (f"{part} is missing" for part in parts if part not in found)
    yield from (f"{part} is missing" for part in parts_that_raise_the_version(editor) if part not in found)
