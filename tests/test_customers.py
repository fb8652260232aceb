"""Who booked is found by address, without a look at everybody else."""

from typing import Any

import pytest
from django.db import connection
from django.db.models import QuerySet

from bookings.effects.link_mail import coming_to
from bookings.models import Customer
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet[Any]) -> str:
    """How the database would find the rows, were the table too large to be read."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL enable_seqscan = off")
    return rows.explain()


def test_an_address_is_found_whatever_its_capitals_and_no_other_one() -> None:
    marty = a_booking(a_resource(), at(9)).customer
    marty.email = "Marty.McFly@example.com"
    marty.save()
    assert Customer.objects.addressed("marty.mcfly@EXAMPLE.com").get() == marty
    for other in ("marty_mcfly@example.com", "marty%@example.com", "arty.mcfly@example.com", ""):
        assert not Customer.objects.addressed(other).exists()


def test_what_public_pages_ask_of_an_address_goes_along_its_index() -> None:
    for rows in (Customer.objects.addressed("marty@example.com"), coming_to("marty@example.com")):
        assert "customer_by_email" in plan(rows)
