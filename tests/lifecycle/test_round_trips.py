"""How often the hot paths ask the database; BEGIN and COMMIT (here a savepoint and its release) not counted."""

from contextlib import contextmanager

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.errors import SlotTaken
from bookings.lifecycle import act, reschedule
from tests.situations import SERVER, a_booking, a_hold, a_resource, at

pytestmark = pytest.mark.django_db


@contextmanager
def statements(most: int):
    """What is prepared is prepared once a connection, whichever test comes first."""
    with CaptureQueriesContext(connection) as captured:
        yield
    texts = [query["sql"] for query in captured.captured_queries]
    asked = [text for text in texts if "SAVEPOINT" not in text and not text.startswith("PREPARE")]
    assert len(asked) <= most, "\n".join(asked)


SAVED = 4 if connection.vendor == "postgresql" else 0
"""PostgreSQL writes time, booking, customer, history and messages by one statement instead of five."""


def test_a_booking_takes_two_statements_and_six_where_no_server_is_far():
    doc = a_resource()
    for hour in range(5):
        a_booking(doc, at(hour))
    with statements(6 - SAVED):
        a_booking(doc, at(10))


def test_a_refusal_takes_three_and_writes_nothing():
    doc = a_resource()
    a_booking(doc, at(10))
    with statements(3), pytest.raises(SlotTaken):
        a_booking(doc, at(10))


def test_a_hold_takes_one_or_two_and_its_conversion_six_or_nine():
    doc = a_resource()
    a_booking(doc, at(8))
    with statements(1 if SAVED else 2):
        hold = a_hold(doc, at(10))
    with statements(9 - SAVED + 1):
        a_booking(doc, at(10), reservation=hold)


def test_confirming_takes_nine_and_moving_twelve_however_often_the_graph_is_asked():
    doc = a_resource()
    for hour in range(3):
        act(a_booking(doc, at(hour), graph="confirm_decline"), "confirm", by=SERVER)
        reschedule(a_booking(doc, at(hour + 5)), by=SERVER, start=at(hour + 15), end=at(hour + 16))
    asked, booked = a_booking(doc, at(10), graph="confirm_decline"), a_booking(doc, at(12))
    with statements(9 if SAVED else 10):
        act(asked, "confirm", by=SERVER)
    with statements(12 if SAVED else 17):
        reschedule(booked, by=SERVER, start=at(13), end=at(14))
