"""The list of bookings: found in every way that people say whom they mean, by index; taken away as a file."""

import csv
import io
import json
import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from icalendar import Calendar

from bookings.admin.booking import exports, search
from bookings.admin.booking import waiting as waiting_in_the_bar
from bookings.admin.booking.waiting import BY_DEADLINE, how_many_wait, waiting
from bookings.lifecycle import Actor, reschedule
from bookings.models import Booking, Customer, Site
from tests.admin.conftest import text_of
from tests.situations import a_booking, a_project, a_resource, at, copies

pytestmark = pytest.mark.django_db
LIST = reverse("admin:bookings_booking_changelist")
TABLE = reverse("admin:bookings_booking_export", args=["csv"])
CALENDAR = reverse("admin:bookings_booking_export", args=["ics"])


def known(name, email="", phone="", hour=9):
    customer = Customer(name=name, email=email, phone=phone)
    return a_booking(a_resource(), at(hour), customer=customer)


def references(client, term, **more):
    return set(
        client.get(LIST, {"q": term, **more}).context["cl"].queryset.values_list("reference", flat=True)
    )


@pytest.mark.parametrize(
    "term",
    ["anna nov", "Novak", "NOVAK", "novák@example.org", "anna.novak@ex", "+49 151 5550 1234", "0151 55501234",
     "0049-151-55501234", "(0151) 5550/1234"],
)  # fmt: skip
def test_somebody_is_found_by_whatever_they_say(desk, term):
    Site.objects.update_or_create(pk=1, defaults={"country": "DE"})
    anna = known("Anna Novak", "anna.novak@example.org", "+49 151 55501234")
    home = known("Anna Novak", "novák@example.org", "0151 / 5550-1234")
    known("Marty McFly", "marty@example.com", "(916) 555-4385")
    found = references(desk, term)
    assert found
    assert found <= {anna.reference, home.reference}
    if any(sign.isdigit() for sign in term) or "@" not in term:
        assert found == {anna.reference, home.reference}


def test_a_booking_is_found_by_the_beginning_of_its_reference_also_once_it_moved(desk):
    booking = a_booking(a_resource(), at(9))
    reschedule(booking, by=Actor.customer(), start=at(10), end=at(11))
    Booking.objects.filter(reference=booking.reference).update(reference="ACDEFGH")
    assert references(desk, "acde") == {"ACDEFGH"}
    assert references(desk, "ACDEFGH") == {"ACDEFGH"}
    assert references(desk, "ACDEFGJ") == set()


@pytest.mark.parametrize("term", ["%", "_", "a", "'", "\\", ":*", "& |", "!", "x" * 5000, "+", "()", "٣٤٥٦٧"])
def test_whatever_is_typed_finds_nothing_rather_than_everything_or_a_fault(desk, term):
    known("Marty McFly", "marty@example.com")
    answer = desk.get(LIST, {"q": term})
    assert answer.status_code == 200
    assert answer.context["cl"].queryset.count() == 0


def test_a_search_keeps_the_filters(desk):
    anna, _other = known("Anna Novak"), known("Anna Novak", hour=11)
    assert references(desk, "anna", resource__id__exact=str(anna.resource_id)) == {anna.reference}


@pytest.mark.parametrize("term", ["ACDEF", "marty@exam", "McFly", "+1 916 555 4385"])
def test_no_way_to_search_reads_a_table_through(term):
    known("Marty McFly", "marty@example.com", "+1 916 555 4385")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as asked:
            search.found(term, "US")
        assert asked.captured_queries
        for one in asked.captured_queries:
            assert_by_index(cursor, one["sql"])


def assert_by_index(cursor, statement):
    if connection.vendor == "postgresql":
        cursor.execute(f"EXPLAIN (FORMAT JSON) {statement}")
        (plan,) = cursor.fetchone()
        words = plan if isinstance(plan, str) else json.dumps(plan)
        assert "Seq Scan" not in words, statement
        assert "Index Cond" in words, words
    else:
        cursor.execute(f"EXPLAIN QUERY PLAN {statement}")
        for *_ids, words in cursor.fetchall():
            assert words.startswith("SEARCH"), (statement, words)


def test_what_waits_is_found_by_index_where_most_bookings_are_of_one_state(monkeypatch):
    """A planner that is told of a state by a subquery takes each for as frequent as the only one it knows of."""
    Booking.objects.bulk_create(copies(a_booking(a_resource(), at(9)), 3000))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    monkeypatch.setattr(waiting_in_the_bar, "MOST_COUNTED", 10)
    with connection.cursor() as cursor, CaptureQueriesContext(connection) as asked:
        assert how_many_wait().get()["number"] == 0
        if connection.vendor == "sqlite":  # of three thousand rows PostgreSQL rather reads them all
            assert not waiting(Booking.objects.live()).order_by(*BY_DEADLINE)
        for one in [query["sql"] for query in asked.captured_queries]:
            cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{one}")
            plan = "\n".join(str(row[-1]) for row in cursor.fetchall())
            assert "booking_live_by_state" in plan, plan
            assert "Seq Scan on bookings_booking" not in plan
            assert "SCAN bookings_booking" not in plan


def test_of_many_that_wait_no_more_are_counted_than_a_bar_tells(monkeypatch):
    resource = a_resource()
    for hour in range(9, 13):
        a_booking(resource, at(hour), graph="confirm_decline")
    assert how_many_wait().get()["number"] == 4
    monkeypatch.setattr(waiting_in_the_bar, "MOST_COUNTED", 3)
    assert how_many_wait().get()["number"] == 3


def test_the_list_takes_few_queries_and_counts_no_further_than_it_must(desk, monkeypatch):
    project = a_project(a_resource())
    for hour in range(9, 15):
        known("Marty McFly", hour=hour)
    a_booking(project.links.get().resource, at(9), project=project)
    monkeypatch.setattr(search, "MOST_COUNTED", 3)
    with CaptureQueriesContext(connection) as asked:
        shown = desk.get(LIST)
    assert shown.context["cl"].result_count == 3
    assert len(asked.captured_queries) <= 15
    for one in asked.captured_queries:
        if "COUNT(" in one["sql"] and "FROM (SELECT" in one["sql"]:
            assert "LIMIT 3" in one["sql"]
        assert "DISTINCT" not in one["sql"] or "bookings_booking" not in one["sql"], one["sql"]


def written(answer):
    return b"".join(answer.streaming_content).decode("utf-8-sig")


def test_the_filtered_list_is_taken_away_as_a_table(desk):
    anna = known("Anna Novak", "anna@example.org", "+49 151 55501234")
    known("Marty McFly")
    link = f'href="{TABLE}?q=anna"'
    assert link in text_of(desk.get(LIST, {"q": "anna"}))
    answer = desk.get(TABLE, {"q": "anna"})
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert "attachment" in answer["Content-Disposition"]
    (row,) = csv.DictReader(io.StringIO(written(answer)))
    assert (row["reference"], row["name"], row["start"]) == (anna.reference, "Anna Novak", "2033-03-14 09:00")


@pytest.mark.parametrize("name", ["=1+1", "+1", "-1", "@SUM(A1)", "  =1", "\t=1", "\uff1d1"])
def test_a_name_that_a_table_would_reckon_with_is_harmless(desk, name):
    booking = known("Marty McFly")
    Customer.objects.filter(booking=booking).update(name=name)
    (row,) = csv.DictReader(io.StringIO(written(desk.get(TABLE))))
    assert row["name"] == f"'{name.strip()}"


@pytest.mark.parametrize(
    "note", ["Marty;=1+1", "Marty; @SUM(A1)", "Marty\n=1+1", "Marty\t-1;+1", 'Marty;"=1+1']
)
def test_a_formula_behind_what_a_table_may_take_for_the_end_of_a_cell_is_harmless(desk, note):
    """A German table splits lines at semicolons, and knows no quotes that begin within a cell of its own."""
    booking = known("Marty McFly")
    Booking.objects.filter(pk=booking.pk).update(staff_note=note)
    cells = re.split(r"[;,\t\r\n]", written(desk.get(TABLE)))
    assert not [cell for cell in cells if cell.strip('" ').startswith(("=", "@", "-", "+"))]


def test_blanks_alone_are_passed_over_once():
    blanks = "\n" * 200_000  # looked at from each of them anew, this takes minutes
    assert exports.harmless(f"Marty{blanks}x") == f"Marty{blanks}x"
    assert exports.harmless(f"Marty{blanks}=1") == f"Marty{blanks}'=1"


def test_a_calendar_takes_what_the_list_shows_once_moved_once(desk):
    booking = a_booking(a_resource(name="Clara"), at(9), what="Lesson\r\nEND:VCALENDAR")
    reschedule(booking, by=Actor.customer(), start=at(10), end=at(11))
    calendar = Calendar.from_ical(written(desk.get(CALENDAR)))
    (event,) = calendar.walk("VEVENT")
    assert event.start == at(10)
    assert str(event["SUMMARY"]).startswith("Marty McFly · Lesson")


def test_too_much_to_take_away_is_said_and_leads_back_to_the_list(desk, monkeypatch):
    known("Anna Novak")
    known("Anna Novak", hour=11)
    monkeypatch.setattr(exports, "MOST", 1)
    answer = desk.get(TABLE, {"q": "anna"}, follow=True)
    assert answer.redirect_chain == [(f"{LIST}?q=anna", 302)]
    assert "filter the list first" in text_of(answer)


def test_whoever_sees_no_bookings_takes_none_away(designer):
    for url in (TABLE, CALENDAR):
        assert designer.get(url).status_code == 403


def test_an_export_of_what_cannot_be_filtered_leads_to_the_list(desk):
    assert desk.get(TABLE, {"zzz": "1"}).status_code == 302
