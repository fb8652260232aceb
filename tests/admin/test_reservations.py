"""The list of holds, of which a busy site has as many as bookings."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.admin.booking import search
from bookings.models import Reservation
from tests.situations import a_hold, a_resource, at, copies

pytestmark = pytest.mark.django_db


def test_of_many_holds_the_newest_are_found_by_index_and_no_more_are_counted_than_told(desk, monkeypatch):
    made = copies(a_hold(a_resource(), at(9)), 1500)
    for age, hold in enumerate(made):
        hold.created_at -= timedelta(minutes=age)
    Reservation.objects.bulk_create(made)
    monkeypatch.setattr(search, "MOST_COUNTED", 200)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    with CaptureQueriesContext(connection) as asked:
        shown = desk.get(reverse("admin:bookings_reservation_changelist"))
    assert shown.context["cl"].result_count == 200
    of_holds = [one["sql"] for one in asked if 'FROM "bookings_reservation"' in one["sql"]]
    assert len(of_holds) == 2, "the count and the page, and nothing for the choice of a resource"
    assert all("LIMIT 200" in one for one in of_holds if "COUNT(" in one)
    (page,) = [one for one in of_holds if one.startswith('SELECT "bookings_reservation"')]
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {'QUERY PLAN ' * (connection.vendor == 'sqlite')}{page}")
        assert "reservation_by_age" in "\n".join(str(row[-1]) for row in cursor.fetchall())
