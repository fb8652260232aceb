"""Who booked is found by address, without a look at everybody else."""

from copy import copy
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from bookings.effects.link_mail import coming_to
from bookings.models import Booking, Customer
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def plan(rows: QuerySet[Any]) -> str:
    """How the database would find the rows among those of a house with some customers."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("ANALYZE bookings_booking, bookings_customer")
    return rows.explain()


def strangers(count: int) -> None:
    """Bookings of others, each with an address of its own."""
    one = a_booking(a_resource(), at(9))
    copied = [copy(one) for _number in range(count)]
    for number, booking in enumerate(copied):
        booking.pk, booking.reference = uuid4(), f"S{number}"
    Booking.objects.bulk_create(copied)
    Customer.objects.bulk_create(
        Customer(booking=booking, name="Biff", email=f"{booking.reference}@example.com") for booking in copied
    )


def test_an_address_is_found_whatever_its_capitals_and_no_other_one() -> None:
    marty = a_booking(a_resource(), at(9)).customer
    marty.email = "Marty.McFly@example.com"
    marty.save()
    assert Customer.objects.addressed("marty.mcfly@EXAMPLE.com").get() == marty
    for other in ("marty_mcfly@example.com", "marty%@example.com", "arty.mcfly@example.com", ""):
        assert not Customer.objects.addressed(other).exists()


def test_what_public_pages_ask_of_an_address_goes_along_its_index() -> None:
    strangers(500)
    for rows in (Customer.objects.addressed("marty@example.com"), coming_to("marty@example.com")):
        assert "customer_by_email" in plan(rows)
