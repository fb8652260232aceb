"""Lists of many rows: an estimate where counting is dear, cursors beside pages, and no plan that reads the table."""

import json
from base64 import urlsafe_b64encode
from datetime import timedelta
from itertools import chain
from urllib.parse import urlsplit

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from bookings.api.requests import totals
from bookings.models import Booking, Customer
from tests.api.conftest import Door
from tests.situations import a_booking, a_resource, a_server_key, at

pytestmark = pytest.mark.django_db
MANY = 20_000
only_postgresql = pytest.mark.skipif(
    connection.vendor != "postgresql", reason="SQLite tells no rows of a plan"
)


@pytest.fixture
def server(client: Client) -> Door:
    return Door(client=client, key=a_server_key()[1])


@pytest.fixture
def seven() -> list[str]:
    """The ids of seven bookings, latest first; four of them were made in one moment."""
    doc = a_resource()
    made = [a_booking(doc, at(9, days=day)) for day in range(7)]
    moment = made[0].created_at
    Booking.objects.filter(pk__in=[one.pk for one in made[2:6]]).update(created_at=moment + timedelta(days=1))
    return [str(pk) for pk in Booking.objects.order_by("-created_at", "pk").values_list("pk", flat=True)]


def turned(server: Door, query: str) -> list[list[str]]:
    """The ids on every page from that query on, as ``next_page_url`` leads."""
    pages = []
    address: str | None = f"/bookings?{query}"
    while address:
        body = server.get(address).json()
        pages.append([row["id"] for row in body["data"]])
        following = body["next_page_url"]
        address = following and following.partition("/v2")[2]
    return pages


@pytest.mark.parametrize("order", ["", "&orderBy=start&sortedBy=desc", "&orderBy=created_at&sortedBy=asc"])
def test_cursors_lead_through_the_whole_list_in_its_order(server: Door, seven: list[str], order: str) -> None:
    whole = [row["id"] for row in server.read(f"/bookings?limit=100{order}")]
    pages = turned(server, f"limit=2&after={order}")
    assert [len(page) for page in pages] == [2, 2, 2, 1]
    assert [*chain(*pages)] == whole
    assert set(whole) == set(seven)


def test_what_is_made_meanwhile_moves_no_cursor(server: Door, seven: list[str]) -> None:
    first = server.get("/bookings?limit=3&after=").json()
    a_booking(a_resource(), at(12))
    Booking.objects.filter(continues=None).exclude(pk__in=seven).update(created_at=at(0))
    rest = [*chain(*turned(server, urlsplit(first["next_page_url"]).query))]
    assert [row["id"] for row in first["data"]] + rest == seven


def test_a_page_names_the_cursor_of_what_follows(server: Door, seven: list[str]) -> None:
    page = server.get("/bookings?limit=3")
    behind = server.get(f"/bookings?limit=100&after={page['Timekit-After']}")
    assert [row["id"] for row in behind.json()["data"]] == seven[3:]
    assert "Timekit-After" not in behind


def test_read_by_cursors_the_paginator_has_its_usual_keys(server: Door, seven: list[str]) -> None:
    by_page, by_cursor = (server.get(f"/bookings?limit=3{more}").json() for more in ("", "&after="))
    assert by_page.keys() == by_cursor.keys()
    assert by_cursor["total"] == 7
    assert by_cursor["prev_page_url"] is None


def sent(*parts: object) -> str:
    return urlsafe_b64encode(json.dumps(parts).encode()).decode()


PLACE = "2027-08-12T10:00:00+00:00"
SOMEBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize(
    "query",
    [
        "after=7",
        "after=%00",
        "after=%C3%A4",
        "after=" + "W1tb" * 5000,
        f"after={sent()}",
        f"after={sent('-created_at', PLACE, 'nobody')}",
        f"after={sent('-created_at', 'today', SOMEBODY)}",
        f"after={sent('-created_at', 7, SOMEBODY)}",
        f"after={sent('-created_at', PLACE[:-6], SOMEBODY)}",
        f"after={sent('-created_at', '0001-01-01T00:00:00+14:00', SOMEBODY)}",
        f"after={sent('-start', PLACE, SOMEBODY)}",
        f"after={sent('nonce', PLACE, SOMEBODY)}",
        "after=&page=2",
        "after=&orderBy=state",
    ],
)
def test_a_cursor_that_is_none_of_this_list_is_refused(server: Door, query: str) -> None:
    answer = server.get(f"/bookings?{query}")
    assert answer.status_code == 422
    assert [*answer.json()["errors"]] == ["after"]


@pytest.mark.parametrize(
    "address", ["/resources", "/projects", "/webhooks", "/calendars", "/events", "/bookings/groups"]
)
def test_every_list_by_time_is_read_by_cursors(server: Door, address: str) -> None:
    by = "start" if address == "/events" else "created_at"
    for _number in range(3):
        a_resource()
    assert server.get(f"{address}?after=&limit=2&orderBy={by}").status_code == 200


def test_a_long_lists_total_is_an_estimate_that_says_so(
    server: Door, seven: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert server.get("/bookings?limit=3")["Timekit-Total"] == "exact"
    monkeypatch.setattr(totals, "MOST_COUNTED", 4)
    told = {number: server.get(f"/bookings?limit=2&page={number}") for number in (1, 2, 3, 4, 9)}
    estimates = connection.vendor == "postgresql"
    assert told[1]["Timekit-Total"] == ("estimated" if estimates else "exact")
    for number in (1, 2, 3):
        body = told[number].json()
        assert body["last_page"] > number
        assert body["next_page_url"]
    last = told[4].json()
    assert (told[4]["Timekit-Total"], last["total"], last["next_page_url"]) == ("exact", 7, None)
    assert told[9].json()["data"] == []


def test_a_window_finds_a_stay_that_began_weeks_before(server: Door) -> None:
    doc, jules = a_resource(), a_resource()
    stay = a_booking(doc, at(0), timedelta(days=40))
    a_booking(jules, at(0, days=20), timedelta(hours=1))
    visit = a_booking(jules, at(9, days=30))
    a_booking(jules, at(0, days=31))
    start, end = (at(0, days=days).isoformat().replace("+", "%2B") for days in (30, 31))
    found = server.read(f"/bookings?start={start}&end={end}")
    assert {row["id"] for row in found} == {str(stay.pk), str(visit.pk)}
    assert {row["id"] for row in server.read(f"/bookings?start={start}")} >= {str(stay.pk), str(visit.pk)}


@pytest.mark.parametrize(
    ("kept", "asked"),
    [
        ("Ab", "aB"),
        (88, "88"),
        (1.5, "1.5"),
        (True, "TRUE"),
        ("true", "true"),
        ("88", "88"),
        ("ä\"'\\", "ä\"'\\"),
    ],
)
def test_meta_is_found_whatever_its_type(server: Door, kept: object, asked: str) -> None:
    booking = a_booking(a_resource(), at(9), meta={"Key": kept, "other": 1})
    a_booking(a_resource(), at(9), meta={"Key": "another"})
    assert [row["id"] for row in server.read(f"/bookings?search=meta.Key:{asked}")] == [str(booking.pk)]


@pytest.fixture
def many() -> None:
    """Twenty thousand bookings of as many days, each with a customer and something in ``meta``."""
    pattern = a_booking(a_resource(), at(9))
    person = Customer.objects.get(booking=pattern)
    bookings = []
    for number in range(MANY):
        fields = {field.attname: getattr(pattern, field.attname) for field in Booking._meta.concrete_fields}
        start = at(9, days=-number)
        own = {"id": None, "reference": f"N{number}", "start": start, "end": start + timedelta(hours=1)}
        bookings.append(Booking(**(fields | own | {"meta": {"order": number}})))
    for one in bookings:
        one.pk = Booking._meta.pk.get_default()
    Booking.objects.bulk_create(bookings, batch_size=2000)
    Customer.objects.bulk_create(
        (
            Customer(booking=one, name=person.name, email=f"customer{number}@example.com")
            for number, one in enumerate(bookings)
        ),
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


DAY = f"start={at(0, days=-9000):%Y-%m-%dT%H:%M:%SZ}&end={at(0, days=-8999):%Y-%m-%dT%H:%M:%SZ}"


@only_postgresql
def test_no_list_reads_the_table(server: Door, many: None) -> None:
    for query in (
        "search=customer.email:customer700@example.com",
        "search=meta.order:700",
        "search=state:tentative",
        "search=completed:true",
        DAY,
        f"{DAY}&search=state:confirmed",
        f"orderBy=start&{DAY}",
    ):
        with CaptureQueriesContext(connection) as asked:
            assert len(server.get(f"/bookings?limit=50&{query}").json()["data"]) <= 1
        for one in asked.captured_queries:
            if "bookings_booking" in one["sql"] and one["sql"].startswith("SELECT"):
                assert rows_read(one["sql"]) < 100, (query, one["sql"])


@only_postgresql
def test_of_many_rows_no_more_are_counted_than_a_total_tells(server: Door, many: None) -> None:
    year = f"start={at(0, days=-9365):%Y-%m-%dT%H:%M:%SZ}&end={at(0, days=-9000):%Y-%m-%dT%H:%M:%SZ}"
    for query, most in (("search=completed:false", totals.MOST_COUNTED + 1), (year, 500)):
        with CaptureQueriesContext(connection) as asked:
            assert len(server.read(f"/bookings?limit=50&{query}")) == 50
        (count,) = (one["sql"] for one in asked.captured_queries if "SELECT COUNT(*)" in one["sql"])
        assert 50 < rows_read(count) <= most, query


@pytest.mark.parametrize("number", [1, 3, 9])
def test_a_page_of_a_far_longer_list_has_its_rows_in_order(
    server: Door, seven: list[str], number: int
) -> None:
    found = server.read(f"/bookings?limit=1&page={number}&include=customers")
    assert [row["id"] for row in found] == seven[number - 1 : number]


def rows_read(statement: str) -> int:
    """The most rows of bookings or customers that one scan of the statement met."""
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN (ANALYZE, FORMAT JSON) {statement}")
        (found,) = cursor.fetchone()
    (whole,) = json.loads(found) if isinstance(found, str) else found
    return max([0, *met(whole["Plan"])])


def met(node: dict) -> list[int]:
    own = []
    if node.get("Relation Name") in {"bookings_booking", "bookings_customer"}:
        rows = node["Actual Rows"] + node.get("Rows Removed by Filter", 0)
        own.append(rows * node["Actual Loops"])
    return own + [one for part in node.get("Plans", ()) for one in met(part)]
