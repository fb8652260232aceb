"""What PostgreSQL is asked to keep prepared, on connections that lead straight to it."""

import json
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from psycopg.types.json import Jsonb

from bookings import prepared
from bookings.models import Booking
from tests.situations import a_booking, a_resource, at

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.skipif(
        connection.vendor != "postgresql", reason="SQLite's driver keeps statements by itself"
    ),
]
TEXT = "SELECT %s::integer + 1, '100 %%'"


@pytest.fixture
def cursor() -> Any:
    """Of a connection that was just opened."""
    connection.close()
    with connection.cursor() as opened:
        if not prepared.is_direct():
            pytest.skip("a pooler stands before this server, and nothing is prepared")
        yield opened


def kept(cursor: Any) -> list[str]:
    cursor.execute("SELECT statement FROM pg_prepared_statements")
    return [text for (text,) in cursor.fetchall()]


def test_a_statement_is_prepared_from_its_second_time_on(cursor: Any) -> None:
    for number, amount in enumerate((0, 1, 1)):
        assert prepared.run(TEXT, [number]).first == (number + 1, "100 %")
        assert len(kept(cursor)) == amount


def test_so_many_are_prepared_and_no_more(cursor: Any) -> None:
    for number in range(prepared.MOST + 5):
        for _time in range(3):
            assert prepared.run(f"SELECT {number}, %s::integer", [number]).rows == [(number, number)]
    assert len(kept(cursor)) == prepared.MOST


def test_a_connection_that_is_opened_anew_is_asked_anew(cursor: Any) -> None:
    for _time in range(3):
        prepared.run(TEXT, [1])
    connection.close()
    with CaptureQueriesContext(connection) as captured, connection.cursor() as anew:
        for _time in range(3):
            prepared.run(TEXT, [1])
        assert len(kept(anew)) == 1
    assert sum("pg_backend_pid" in query["sql"] for query in captured.captured_queries) == 1


def test_bookings_are_written_by_what_was_prepared_and_nothing_is_set_for_it(cursor: Any) -> None:
    settings = "SELECT name, setting FROM pg_settings WHERE source = 'session' ORDER BY name"
    cursor.execute(settings)
    before, doc = cursor.fetchall(), a_resource()
    with CaptureQueriesContext(connection) as captured:
        for hour in range(4):
            a_booking(doc, at(hour))
    told = [query["sql"] for query in captured.captured_queries]
    written = [text for text in told if "occupancy" in text]
    assert [text.split()[0] for text in written] == ["WITH", "PREPARE", "WITH", "WITH", "WITH"]
    cursor.execute(
        "SELECT generic_plans + custom_plans FROM pg_prepared_statements WHERE statement LIKE '%occupancy%'"
    )
    assert cursor.fetchall() == [(3,)]
    cursor.execute(settings)
    assert cursor.fetchall() == before


def test_a_booking_is_made_though_somebody_deallocated_what_was_prepared(cursor: Any) -> None:
    doc = a_resource()
    for hour in range(3):
        a_booking(doc, at(hour))
    cursor.execute("DEALLOCATE ALL")
    a_booking(doc, at(10))
    assert Booking.objects.filter(start=at(10)).count() == 1


def test_what_somebody_deallocated_runs_unprepared_outside_of_a_transaction(cursor: Any) -> None:
    for number in range(3):
        prepared.run(TEXT, [number])
    cursor.execute("DEALLOCATE ALL")
    for number, amount in enumerate((0, 1)):
        assert prepared.run(TEXT, [number]).first == (number + 1, "100 %")
        assert len(kept(cursor)) == amount


@pytest.mark.parametrize("value", ["it's \\ 100 % ␀ %s $1 ;--", "", "ü🙂"])
def test_texts_arrive_as_they_are(cursor: Any, value: str) -> None:
    for _time in range(3):
        asked = [value, Jsonb({"a": value}), None]
        ((text, kept_as_json, nothing),) = prepared.run("SELECT %s::text, %s::jsonb, %s::uuid", asked).rows
        assert (text, json.loads(kept_as_json), nothing) == (value, {"a": value}, None)


def test_what_is_prepared_may_be_altered_under_it(cursor: Any) -> None:
    """As a migration does while the site runs."""
    asked = "SELECT name FROM short_names WHERE name <> %s"
    cursor.execute("CREATE TEMPORARY TABLE short_names AS SELECT 'Doc'::varchar(3) AS name")
    for kind in ("varchar(3)", "text"):
        cursor.execute(f"ALTER TABLE short_names ALTER name TYPE {kind}")
        for _time in range(3):
            assert prepared.run(asked, ["Biff"]).rows == [("Doc",)]
