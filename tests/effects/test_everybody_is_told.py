"""Everybody whose time a booking takes is told, and a request is told at once."""

from __future__ import annotations

import pytest
from django.utils import timezone

from bookings.effects.links import manage_url
from bookings.lifecycle import Actor, act, book, reschedule, undo
from bookings.models import OutboxMessage
from tests.effects.conftest import work
from tests.situations import SERVER, a_booking, a_draft, a_project, a_resource, at, marty

pytestmark = pytest.mark.django_db
ANNA, BEN = "anna@example.com", "ben@example.com"


def together(*, graph="instant", anna=None, ben=None, **fields):
    """A booking that takes Anna's time and Ben's, by a project in which one visit takes all."""
    first = a_resource(name="Anna", **({"email": ANNA} | (anna or {})))
    second = a_resource(name="Ben", **({"email": BEN} | (ben or {})))
    project = a_project(first, second, graph=graph, availability={"mode": "mutual"}, **fields)
    draft = a_draft(first, at(9), project=project, option=project.options.get())
    return book(draft, graph=graph, by=SERVER, customer=marty(), companions=[second])


def told(mailoutbox):
    """To whom what was mailed, since the last time."""
    work()
    sent = sorted((letter.to[0], letter.subject.split(":")[0]) for letter in mailoutbox)
    mailoutbox.clear()
    return [one for one in sent if not one[0].startswith("marty")]


def test_each_of_several_is_told_of_all_that_happens(mailoutbox):
    booking = together()
    assert told(mailoutbox) == [(ANNA, "New booking"), (BEN, "New booking")]
    moved = reschedule(booking, start=at(11), end=at(12), by=SERVER)
    assert told(mailoutbox) == [(ANNA, "New time"), (BEN, "New time")]
    act(moved, "cancel", by=SERVER)
    assert told(mailoutbox) == [(ANNA, "Cancelled"), (BEN, "Cancelled")]


def test_each_gets_it_once_however_often_the_worker_runs_and_whoever_shares_an_address(mailoutbox):
    together(ben={"email": ANNA.upper()})
    assert told(mailoutbox) == [(ANNA, "New booking")]
    assert told(mailoutbox) == []


def test_who_wants_no_mails_gets_none_and_the_others_do(mailoutbox):
    together(anna={"sends_mail": False})
    assert told(mailoutbox) == [(BEN, "New booking")]
    together(ben={"sends_mail": False})
    assert told(mailoutbox) == [(ANNA, "New booking")]


def test_a_project_that_sends_no_mails_tells_nobody(mailoutbox):
    together(sends_mail=False)
    assert told(mailoutbox) == []


def test_one_who_is_alone_with_the_customer_is_told_alone(mailoutbox):
    a_booking(a_resource(email=ANNA), at(9))
    assert told(mailoutbox) == [(ANNA, "New booking")]


def test_each_has_the_owners_link_and_an_invitation(mailoutbox):
    together(graph="request")
    work()
    letters = [letter for letter in mailoutbox if letter.to[0] in {ANNA, BEN}]
    assert len(letters) == 2
    assert all("/o/" in letter.body for letter in letters)


def test_the_page_names_everybody(client):
    booking = together()
    page = client.get(manage_url(booking)).content.decode()
    assert "Anna, Ben" in page


@pytest.mark.parametrize("graph", ["confirm_decline", "request"])
def test_a_request_is_mailed_at_once(graph, mailoutbox):
    a_booking(a_resource(email=ANNA), at(9), graph=graph, by=Actor.customer())
    waiting = OutboxMessage.objects.filter(kind="mail")
    assert {one.payload["to"] for one in waiting} == {"customer", "owner"}
    assert all(one.run_after <= timezone.now() for one in waiting)


def test_an_answer_by_staff_goes_at_once_and_only_what_can_be_undone_waits():
    request = a_booking(a_resource(email=ANNA), at(9), graph="confirm_decline", by=Actor.customer())
    OutboxMessage.objects.all().delete()
    booking = act(request, "confirm", by=Actor.owner())
    assert all(one.run_after <= timezone.now() for one in OutboxMessage.objects.filter(kind="mail"))
    OutboxMessage.objects.all().delete()
    cancelled = act(booking, "cancel_by_customer", by=Actor.customer())
    assert all(one.run_after > timezone.now() for one in OutboxMessage.objects.filter(kind="mail"))
    OutboxMessage.objects.all().delete()
    undo(cancelled, by=Actor.customer())
    assert all(one.run_after <= timezone.now() for one in OutboxMessage.objects.filter(kind="mail"))
