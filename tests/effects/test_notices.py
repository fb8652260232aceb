"""What a request says of mails: which are sent, and the words that stand in them."""

import pytest

from bookings.lifecycle import Actor, act, delete
from bookings.models import Booking, OutboxMessage, Remark
from tests.api.conftest import MARTY, hour, outsider
from tests.effects.conftest import work
from tests.situations import SERVER, a_booking, a_project, a_resource, a_server_key, a_widget_key, at

pytestmark = pytest.mark.django_db
DOC, CUSTOMER = "doc@example.com", "marty@example.com"


def letters(mailoutbox):
    """What was mailed, by address and the first word of the subject, text and HTML together."""
    work()
    sent = {}
    for one in mailoutbox:
        html = next(content for content, kind in one.alternatives if kind == "text/html")
        sent[one.to[0], one.subject.split(":")[0]] = (one.body, html)
    mailoutbox.clear()
    return sent


def booked(graph="instant", **notices):
    return a_booking(a_resource(email=DOC), at(9), graph=graph, notifications=notices)


def test_a_message_of_the_request_stands_in_the_mail_that_it_is_for(mailoutbox):
    booked(
        notify_customer_by_email={"message": "Bring <plutonium>\nand a coat"},
        notify_owner_by_email={"message": "He pays cash"},
    )
    sent = letters(mailoutbox)
    text, html = sent[CUSTOMER, "Booked"]
    assert "Message: Bring <plutonium>\nand a coat" in text
    assert "Bring &lt;plutonium&gt;<br>and a coat" in html
    assert all("He pays cash" in part for part in sent[DOC, "New booking"])
    assert not any("cash" in part for part in sent[CUSTOMER, "Booked"])


def test_a_message_for_one_mail_stands_in_that_one_alone(mailoutbox):
    words = {"notify_customer_declined_by_email": {"message": "Try Tuesday"}}
    request = booked("confirm_decline", notify_customer_by_email={"message": "Until then"}, **words)
    assert not any("Tuesday" in part for parts in letters(mailoutbox).values() for part in parts)
    act(request, "decline", by=SERVER)
    (parts,) = letters(mailoutbox).values()
    for part in parts:
        assert "Try Tuesday" in part
        assert "Until then" not in part


def test_a_message_for_all_is_in_none_that_calls_the_booking_off(mailoutbox):
    booking = booked(notify_customer_by_email={"message": "See you"})
    letters(mailoutbox)
    act(booking, "cancel", by=SERVER)
    assert "See you" not in letters(mailoutbox)[CUSTOMER, "Cancelled"][0]


@pytest.mark.parametrize(
    ("notices", "stopped"),
    [
        ({"notify_customer_by_email": {"enabled": False}}, {(CUSTOMER, "Booked"), (CUSTOMER, "Cancelled")}),
        ({"notify_owner_by_email": {"enabled": False}}, {(DOC, "New booking"), (DOC, "Cancelled")}),
        ({"notify_customer_cancelled_by_email": {"enabled": False}}, {(CUSTOMER, "Cancelled")}),
        (
            {
                "notify_customer_by_email": {"enabled": False},
                "notify_customer_cancelled_by_email": {"enabled": True},
            },
            {(CUSTOMER, "Booked")},
        ),
    ],
)
def test_what_is_switched_off_is_not_sent(mailoutbox, notices, stopped):
    every = {(CUSTOMER, "Booked"), (DOC, "New booking"), (CUSTOMER, "Cancelled"), (DOC, "Cancelled")}
    booking = booked(**notices)
    sent = set(letters(mailoutbox))
    act(booking, "cancel_by_customer", by=Actor.customer())
    assert every - (sent | set(letters(mailoutbox))) == stopped


@pytest.fixture
def project():
    return a_project(a_resource(email=DOC), booking={"graph": "confirm_decline"})


@pytest.fixture
def wish(project):
    return {
        "project_id": str(project.pk),
        "resource_id": str(project.resources.get().pk),
        "customer": MARTY | {"email": CUSTOMER},
    } | hour(days=3)


@pytest.fixture
def server():
    return outsider(a_server_key()[1])


def test_a_message_beside_an_action_stands_in_its_mail_alone(mailoutbox, server, wish):
    booking = server.made("/bookings", wish)
    letters(mailoutbox)
    said = {
        "notify_customer_by_email": {"message": "Ring twice"},
        "notify_owner_by_email": {"enabled": False},
    }
    assert server.put(f"/bookings/{booking['id']}/confirm", said).status_code == 200
    sent = letters(mailoutbox)
    assert all("Ring twice" in part for part in sent[CUSTOMER, "Booked"])
    assert not [address for address, _subject in sent if address == DOC]
    server.put(f"/bookings/{booking['id']}/cancel_by_customer")
    sent = letters(mailoutbox)
    assert {address for address, _subject in sent} == {CUSTOMER, DOC}
    assert "Ring twice" not in sent[CUSTOMER, "Cancelled"][0]


def test_a_decline_may_say_why_in_either_way_of_the_record(mailoutbox, server, wish):
    for said in (
        {"decline": {"message": "No lightning"}},
        {"notify_customer_declined_by_email": {"message": "No lightning"}},
    ):
        booking = server.made("/bookings", wish)
        letters(mailoutbox)
        server.put(f"/bookings/{booking['id']}/decline", said)
        assert "No lightning" in letters(mailoutbox)[CUSTOMER, "Declined"][0]


def test_what_a_project_says_holds_for_its_bookings(mailoutbox, server, wish, project):
    project.booking |= {"notify_customer_by_email": {"message": "Second floor"}}
    project.save()
    server.made("/bookings", wish)
    assert "Second floor" in letters(mailoutbox)[CUSTOMER, "Request sent"][0]


def test_a_widget_key_changes_no_mail(server, wish):
    widget = outsider(a_widget_key()[1])
    booking = server.made("/bookings", wish)
    said = {"notify_owner_by_email": {"enabled": False}}
    answer = widget.put(f"/bookings/{booking['id']}/cancel_by_customer", said)
    assert (answer.status_code, answer.json()["field"]) == (403, "notify_owner_by_email")
    assert Booking.objects.get().state.name == "tentative"


@pytest.mark.parametrize(
    ("said", "field"),
    [
        ({"notify_customer_by_email": "yes"}, "notify_customer_by_email"),
        ({"notify_customer_by_email": {"enabled": 1}}, "notify_customer_by_email.enabled"),
        ({"notify_customer_by_email": {"message": "x" * 5001}}, "notify_customer_by_email.message"),
        ({"notify_customer_by_email": {"message": None}}, "notify_customer_by_email.message"),
    ],
    ids=lambda one: str(one)[:40],
)
def test_what_cannot_be_said_of_a_mail_is_refused_by_name(server, wish, said, field):
    booking = server.made("/bookings", wish)
    for answer in (
        server.put(f"/bookings/{booking['id']}/confirm", said),
        server.post("/bookings", wish | said),
    ):
        assert (answer.status_code, list(answer.json()["errors"])) == (422, [field])


def test_deleting_a_booking_erases_what_was_said(server, wish):
    said = {"notify_customer_by_email": {"message": "Marty's mother is Lorraine"}}
    booking = server.made("/bookings", wish | said)
    server.put(f"/bookings/{booking['id']}/decline", said)
    delete(Booking.objects.get(), by=SERVER)
    assert Booking.objects.get().notifications == {}
    assert not Remark.objects.exists()
    assert not OutboxMessage.objects.filter(payload__icontains="Lorraine").exists()
