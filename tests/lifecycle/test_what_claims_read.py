"""How much of a resource's taken time a claim and its refusal read: as little of twenty thousand pieces as of one.

PostgreSQL tells the rows and the pages that a plan read, made with values and without them, with statistics and before
the first ANALYZE. SQLite tells the steps of its machine.
"""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction

from bookings.errors import SlotTaken
from bookings.models import Occupancy, Resource
from tests.shared import rows_of_many_tests
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
PIECES = 20_000
POSITIONS = {"first": 0, "middle": PIECES // 2, "last": PIECES - 1}
STEP, LENGTH = timedelta(minutes=20), timedelta(minutes=15)
GAP = timedelta(minutes=5)
MOST_PIECES = 50
MOST_STEPS = 1000
only_postgresql = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has plans of one kind")
only_sqlite = pytest.mark.skipif(connection.vendor != "sqlite", reason="PostgreSQL counts rows, not steps")


UNKNOWN, STALE, KNOWN = "before the first ANALYZE", "analysed when there was little", "after ANALYZE"


@pytest.fixture(scope="module", params=[UNKNOWN, STALE, KNOWN])
def doc(request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: Any) -> Iterator[Resource]:
    """Somebody with a quarter of an hour taken every twenty minutes, and with a few that doubled."""
    with rows_of_many_tests(django_db_blocker):
        begin_with_an_empty_table()
        resource = a_resource()
        owner = a_booking(resource, at(0, days=-100))
        for days in (-90, 100, 400):
            a_booking(resource, at(9, days=days), allow_double_bookings=True)
        if request.param == STALE:
            for _number in range(100):
                a_booking(a_resource(), at(0))
            analyse()
        Occupancy.objects.bulk_create(
            Occupancy(resource=resource, booking=owner, start=start, end=end, busy_start=start, busy_end=end)
            for start, end in (
                (at(0) + number * STEP, at(0) + number * STEP + LENGTH) for number in range(PIECES)
            )
        )
        if request.param == KNOWN:
            analyse()
        yield resource


def begin_with_an_empty_table() -> None:
    """As if PostgreSQL had never looked at the table, and what other tests took and rolled back were not in its way."""
    if connection.vendor != "postgresql":
        return
    table = Occupancy._meta.db_table
    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {table}")
        cursor.execute("SELECT usesuper FROM pg_user WHERE usename = current_user")
        if cursor.fetchone() == (True,):
            cursor.execute("DELETE FROM pg_statistic WHERE starelid = %s::regclass", [table])


def analyse() -> None:
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


Statement = tuple[str, Any]


@contextmanager
def statements_on_occupancy() -> Iterator[list[Statement]]:
    found: list[Statement] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if params and Occupancy._meta.db_table in sql:
            found.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        yield found


def free_after(number: int) -> Any:
    """Where five minutes are free behind the piece of that number."""
    return at(0) + number * STEP + LENGTH


def asked_by_a_booking(doc: Resource, number: int) -> list[Statement]:
    with statements_on_occupancy() as found, transaction.atomic():
        a_booking(doc, free_after(number), GAP)
        transaction.set_rollback(True)
    return found


def asked_by_a_refusal(doc: Resource, number: int) -> list[Statement]:
    with statements_on_occupancy() as found, pytest.raises(SlotTaken):
        a_booking(doc, at(0) + number * STEP, GAP)
    return found


ASKED = {"a booking": asked_by_a_booking, "a refusal": asked_by_a_refusal}


@only_postgresql
@pytest.mark.parametrize("plan", ["force_generic_plan", "force_custom_plan"])
@pytest.mark.parametrize("asked", ASKED)
def test_no_plan_reads_more_than_fifty_pieces(doc: Resource, asked: str, plan: str) -> None:
    for name, number in POSITIONS.items():
        for statement in ASKED[asked](doc, number):
            scans = list(scans_of_pieces(explained(statement, plan)))
            assert scans, statement
            assert not [in_short(scan) for scan in scans if most_read(scan) > MOST_PIECES], name


def explained(statement: Statement, plan: str) -> dict[str, Any]:
    """How PostgreSQL did a prepared statement, the plan of which is made without or with its values."""
    text, values = statement
    with transaction.atomic(), connection.cursor() as cursor:
        numbers = iter(range(1, len(values) + 1))
        numbered = re.sub("%s|%%", lambda mark: f"${next(numbers)}" if mark[0] == "%s" else "%", text)
        cursor.execute(f"PREPARE explained AS {numbered}")
        execution = f"EXECUTE explained ({', '.join(['%s'] * len(values))})"
        cursor.execute(f"SET LOCAL plan_cache_mode = {plan}")
        cursor.execute(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {execution}", values)
        (found,) = cursor.fetchone()
        cursor.execute("DEALLOCATE explained")
        transaction.set_rollback(True)
    (whole,) = json.loads(found) if isinstance(found, str) else found
    return whole["Plan"]


def scans_of_pieces(node: dict[str, Any]) -> Iterator[dict[str, Any]]:
    if node["Node Type"].endswith("Scan") and is_of_pieces(node):
        yield node
    for part in node.get("Plans", ()):
        yield from scans_of_pieces(part)


def is_of_pieces(node: dict[str, Any]) -> bool:
    indexes = {*(index.name for index in Occupancy._meta.indexes), "no_overlap"}
    return node.get("Relation Name") == Occupancy._meta.db_table or node.get("Index Name") in indexes


def in_short(scan: dict[str, Any]) -> str:
    return ", ".join(str(scan.get(name)) for name in ("Node Type", "Index Name", "Index Cond", "Filter"))


def most_read(scan: dict[str, Any]) -> int:
    """The rows that a scan met, or the pages, since it does not tell what it passed within an index."""
    rows = ("Actual Rows", "Rows Removed by Filter", "Rows Removed by Index Recheck")
    met = sum(scan.get(name, 0) for name in rows) * scan["Actual Loops"]
    return max(met, scan["Shared Hit Blocks"] + scan["Shared Read Blocks"])


@only_sqlite
@pytest.mark.parametrize("asked", ASKED)
def test_sqlite_takes_no_more_steps_among_many_pieces(doc: Resource, asked: str) -> None:
    for name, number in POSITIONS.items():
        for text, values in ASKED[asked](doc, number):
            assert steps(text, values) <= MOST_STEPS, (name, text)


def steps(text: str, values: Any) -> int:
    """How many instructions SQLite's machine ran for a statement, to the next ten."""
    counted = 0

    def count() -> int:
        nonlocal counted
        counted += 10
        return 0

    with transaction.atomic(), connection.cursor() as cursor:
        # SQLite reads its schema anew after ANALYZE, in steps of its own, with each table and index more.
        cursor.execute(f"SELECT 1 FROM {Occupancy._meta.db_table} LIMIT 0")
        connection.connection.set_progress_handler(count, 10)
        cursor.execute(text, values)
        cursor.fetchall()
        connection.connection.set_progress_handler(None, 10)
        transaction.set_rollback(True)
    return counted


@pytest.mark.parametrize("doc", [UNKNOWN], indirect=True)
def test_what_is_asked_of_a_resource_alone_finds_its_index(doc: Resource) -> None:
    other = a_resource()
    plan = Occupancy.objects.filter(resource=other).explain()
    assert "occupancy_by_resource" in plan or "occupancy_strict" in plan or "no_overlap" in plan, plan
