"""Whom nobody could tell: listed at the desk, called by staff, ticked off."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.effects.outbox import Sender
from bookings.management.sending import HANDLERS
from bookings.models import Booking, Customer, OutboxMessage
from tests.admin.conftest import text_of
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
LIST = reverse("admin:bookings_outboxmessage_untold")
FIRST = reverse("admin:index")


@pytest.fixture(autouse=True)
def mail_is_set_up(settings: Any) -> None:
    settings.MAIL_IS_SET_UP = True


def untold(name: str = "Doc Brown", hour: int = 9) -> Booking:
    """Somebody who gave a number alone, and whom the worker could not tell."""
    customer = Customer(name=name, phone="030 901820")
    booking = a_booking(a_resource(), at(hour), customer=customer)
    Sender(HANDLERS).send_all()
    return booking


def test_the_first_page_leads_to_whom_nobody_could_tell(desk):
    assert "Nobody could tell" not in text_of(desk.get(FIRST))
    untold()
    assert LIST in text_of(desk.get(FIRST))
    assert "Nobody could tell 1 customer" in text_of(desk.get(FIRST))
    shown = text_of(desk.get(LIST))
    for words in (
        "Doc Brown",
        "tel:030 901820",
        "the booking stands",
        "No address is known.",
        "Monday 14 March",
    ):
        assert words in shown


def test_who_was_called_is_ticked_off(desk):
    untold()
    other = untold("Clara", hour=11)
    row = OutboxMessage.objects.untold().exclude(booking_id=other.pk).get()
    assert "1 is ticked off." in text_of(desk.post(LIST, {"told": [row.pk, "x", "9" * 30]}, follow=True))
    assert [one.booking_id for one in OutboxMessage.objects.untold()] == [other.pk]


def test_who_may_not_see_messages_sees_none_and_ticks_nothing_off(designer, desk):
    untold()
    row = OutboxMessage.objects.untold().get()
    assert designer.get(LIST).status_code == 403
    assert designer.post(LIST, {"told": [row.pk]}).status_code == 403
    assert "Nobody could tell" not in text_of(designer.get(FIRST))
    assert OutboxMessage.objects.untold().exists()


def test_what_was_typed_is_shown_and_runs_not(desk):
    untold("<script>alert(1)</script>")
    assert "<script>alert(1)" not in text_of(desk.get(LIST))


def test_a_long_list_comes_in_pages_by_few_queries(desk):
    for number in range(12):
        untold(f"Doc {number}", hour=number)
    with CaptureQueriesContext(connection) as queries:
        shown = text_of(desk.get(LIST))
    assert "Doc 11" in shown
    assert len(queries) <= 10


def test_the_list_is_read_along_its_index():
    untold()
    told = {"kind": "mail", "outcome": "sent", "run_after": at(9)}
    OutboxMessage.objects.bulk_create(
        OutboxMessage(**told, dedupe_key=f"mail:{number}") for number in range(3000)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert "outbox_untold" in OutboxMessage.objects.untold().order_by("untold_at").explain()
