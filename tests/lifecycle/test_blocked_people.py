"""A blocked person is asked to phone, in the one sentence for every such refusal; server keys alone are told more."""

import base64
import json

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from bookings.errors import PleaseCall, PleasePhone
from bookings.lifecycle import Actor, join_people
from bookings.models import Block, Booking, Customer, HistoryEntry, Person, Site
from tests.situations import (
    SERVER,
    a_booking,
    a_hold,
    a_project,
    a_resource,
    a_server_key,
    a_widget_key,
    at,
    marty,
)

pytestmark = pytest.mark.django_db
CUSTOMER, STAFF = Actor.customer(), Actor("staff", "1")
WIDGET = Actor("widget", "00000000-0000-0000-0000-000000000002")


@pytest.fixture
def doc():
    return a_resource()


@pytest.fixture
def blocked(doc):
    a_booking(
        doc, at(1), customer=Customer(name="Marty McFly", email="marty@example.com", phone="+19165554385")
    )
    join_people()
    return Block.objects.create(person=Person.objects.get(), reason="owes")


def statements_of(doc, hour, by=SERVER):
    customer = Customer(name="Doc Brown", email="doc@example.com")
    with CaptureQueriesContext(connection) as captured:
        a_booking(doc, at(hour), by=by, customer=customer)
    texts = [one["sql"] for one in captured]
    return [text for text in texts if "SAVEPOINT" not in text and not text.startswith("PREPARE")]


@pytest.mark.parametrize(
    "by", [CUSTOMER, WIDGET, CUSTOMER.through_an_agent(), SERVER.through_an_agent()], ids=str
)
def test_whoever_books_for_a_blocked_person_is_asked_to_phone_and_told_no_more(by, doc, blocked):
    with pytest.raises(PleasePhone) as refused:
        a_booking(doc, at(9), by=by, customer=marty(email="MARTY@example.com"))
    assert refused.value.code == "please_phone"
    assert Booking.objects.count() == 1
    assert HistoryEntry.objects.count() == 1


def test_a_telephone_is_enough_under_whatever_name(doc, blocked):
    for phone in ("+1 916 555-4385", "001 (916) 5554385"):
        with pytest.raises(PleasePhone):
            a_booking(doc, at(9), by=CUSTOMER, customer=Customer(name="Calvin Klein", phone=phone))
    Site.objects.filter(pk=Site.current().pk).update(country="US")
    with pytest.raises(PleasePhone):
        a_booking(doc, at(9), by=CUSTOMER, customer=Customer(name="Calvin Klein", phone="916 555 4385"))


def test_a_server_key_is_told_by_name(doc, blocked):
    with pytest.raises(PleaseCall):
        a_booking(doc, at(9), by=SERVER)


def test_staff_book_for_whom_they_like_and_others_book_as_ever(doc, blocked):
    a_booking(doc, at(9), by=STAFF)
    a_booking(doc, at(11), by=CUSTOMER, customer=Customer(name="Doc Brown", email="doc@example.com"))


def test_a_held_time_is_no_way_round(doc, blocked):
    held = a_hold(doc, at(9), by=CUSTOMER)
    with pytest.raises(PleasePhone):
        a_booking(doc, at(9), by=CUSTOMER, reservation=held)


def test_nothing_more_is_asked_where_nobody_is_blocked_and_one_probe_where_somebody_is(doc):
    for hour in range(5):
        a_booking(doc, at(hour))
    before = statements_of(doc, 9)
    join_people()
    block = Block.objects.create(person=Person.objects.get(name="Marty McFly"))
    during = statements_of(doc, 11)
    assert len(during) == len(before) + 1
    assert sum("bookings_personaddress" in one for one in during) == 1
    block.delete()
    assert len(statements_of(doc, 13)) == len(before)


def asked(client, value, body):
    headers = {"Authorization": "Basic " + base64.b64encode(f":{value}".encode()).decode()}
    return client.post("/v2/bookings", json.dumps(body), content_type="application/json", headers=headers)


def test_a_widget_key_cannot_tell_a_blocked_person_from_one_with_many_bookings(
    client, doc, blocked, settings
):
    settings.MAIL_IS_SET_UP, settings.BOOKINGS_PER_UNPROVEN_EMAIL = True, 1
    project = a_project(doc)
    a_booking(doc, at(3), project=project, customer=Customer(name="Busy Bee", email="busy@example.com"))
    _key, value = a_widget_key(project)
    body = {"project_id": str(project.pk), "resource_id": str(doc.pk), "graph": "instant"}
    body |= {"start": at(9).isoformat(), "end": at(10).isoformat()}
    answers = [
        asked(client, value, body | {"customer": {"name": "Anybody", "email": email}})
        for email in ("marty@example.com", "busy@example.com")
    ]
    assert [one.status_code for one in answers] == [409, 409]
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["code"] == "please_phone"
    assert "address" not in answers[0].content.decode()
    differing = {"X-Request-Id", "Date"}
    assert set(answers[0].headers) - differing == set(answers[1].headers) - differing


def test_staff_see_what_was_tried_and_how_often(client, doc, blocked):
    project = a_project(doc, name="Portrait")
    _key, value = a_server_key()
    body = {"project_id": str(project.pk), "resource_id": str(doc.pk), "graph": "instant"}
    body |= {"start": at(9).isoformat(), "end": at(10).isoformat()}
    person = {"name": "Marty McFly", "email": "marty@example.com"}
    for _try in range(2):
        answer = asked(client, value, body | {"customer": person})
        assert (answer.status_code, answer.json()["code"]) == (409, "please_call")
    blocked.refresh_from_db()
    assert (blocked.tries, blocked.tried_for) == (2, "Portrait")
    assert blocked.tried_at is not None
