"""Reminders come when they should, only if what they remind of is still to be."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from bookings.effects import mail, reminders
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, note_attendance, reschedule
from bookings.management.sending import HANDLERS
from bookings.models import Booking, OutboxMessage, State
from tests.effects.conftest import let_wait_end
from tests.situations import HOUR, a_booking, a_resource, at

pytestmark = pytest.mark.django_db
DAY_BEFORE = {"type": "before", "unit": "hours", "time": 24}
AFTER = {"type": "after", "unit": "hours", "time": 3}


def by_mail(when=DAY_BEFORE, **chosen):
    return {"type": "email", "settings": {"recipient": "customer"} | chosen, "when": when}


def work():
    """Let the reminders come due, and their mails leave."""
    let_wait_end(kind="reminder")
    Sender({"reminder": reminders.deliver}).send_all()
    let_wait_end(kind="mail", payload__reminder__isnull=False)
    OutboxMessage.objects.filter(kind="mail", payload__reminder__isnull=True).delete()
    Sender({"mail": mail.deliver}).send_all()


def subjects(mailoutbox):
    return [letter.subject for letter in mailoutbox]


def begun(booking, ago=2 * HOUR):
    """A booking whose start, and whole story, lies in the past."""
    back = booking.start - timezone.now() + ago
    Booking.objects.filter(pk=booking.pk).update(start=booking.start - back, end=booking.end - back)
    booking.refresh_from_db()
    return booking


def test_a_reminder_waits_for_its_time():
    a_booking(a_resource(), at(9), reminders=[by_mail()])
    row = OutboxMessage.objects.get(kind="reminder")
    assert row.run_after == at(9, days=-1)


def test_the_customer_is_reminded(mailoutbox):
    a_booking(a_resource(), at(9), reminders=[by_mail()])
    work()
    assert subjects(mailoutbox) == ["Reminder: Catch the lightning, Monday 14 March, 09:00"]
    assert mailoutbox[0].to == ["marty@example.com"]


def test_staff_choose_the_subject_and_the_owner_may_be_reminded(mailoutbox):
    a_booking(
        a_resource(email="doc@example.com"),
        at(9),
        reminders=[by_mail(subject="Plutonium!", recipient="owner")],
    )
    work()
    assert subjects(mailoutbox) == ["Plutonium!"]
    assert mailoutbox[0].to == ["doc@example.com"]
    assert "/o/" in mailoutbox[0].body


def test_a_reminder_is_sent_once(mailoutbox):
    a_booking(a_resource(), at(9), reminders=[by_mail()])
    work()
    OutboxMessage.objects.filter(kind="reminder").update(done_at=None, outcome="")
    work()
    assert len(mailoutbox) == 1


def test_a_cancelled_booking_reminds_nobody(mailoutbox):
    act(a_booking(a_resource(), at(9), reminders=[by_mail()]), "cancel", by=Actor.owner())
    work()
    assert mailoutbox == []


def test_a_reminder_that_was_due_is_asked_again_when_it_is_sent(mailoutbox):
    booking = a_booking(a_resource(), at(9), reminders=[by_mail()])
    let_wait_end(kind="reminder")
    Sender({"reminder": reminders.deliver}).send_all()
    act(booking, "cancel", by=Actor.owner())
    work()
    assert mailoutbox == []


def test_after_a_move_the_new_time_alone_reminds(mailoutbox):
    booking = a_booking(a_resource(), at(9), reminders=[by_mail()])
    reschedule(booking, start=at(9, days=7), end=at(10, days=7), by=Actor.customer())
    work()
    assert subjects(mailoutbox) == ["Reminder: Catch the lightning, Monday 21 March, 09:00"]


@pytest.mark.parametrize("side", ["before", "after"])
@pytest.mark.parametrize("unit", ["secs", "mins", "hours", "days"])
def test_a_reminder_of_no_time_comes_at_the_start(mailoutbox, side, unit):
    booking = a_booking(a_resource(), at(9), reminders=[by_mail({"type": side, "unit": unit, "time": 0})])
    assert OutboxMessage.objects.get(kind="reminder").run_after == at(9)
    begun(booking, ago=timedelta(seconds=5))
    work()
    assert [letter.to for letter in mailoutbox] == [["marty@example.com"]]


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_reminder_at_the_start_comes_neither_after_the_end_nor_of_what_does_not_stand(mailoutbox, side):
    at_start = by_mail({"type": side, "unit": "mins", "time": 0})
    over = a_booking(a_resource(), at(9), reminders=[at_start])
    begun(over, ago=over.end - over.start + timedelta(seconds=5))
    cancelled = a_booking(a_resource(), at(9), reminders=[at_start])
    act(cancelled, "cancel", by=Actor.owner())
    begun(cancelled, ago=timedelta(seconds=5))
    work()
    assert mailoutbox == []


def test_what_has_begun_needs_no_reminder(mailoutbox):
    begun(a_booking(a_resource(), at(9), reminders=[by_mail()]), ago=timedelta(minutes=5))
    work()
    assert mailoutbox == []


def test_a_request_that_waits_reminds_nobody_and_does_once_it_is_accepted(mailoutbox):
    booking = a_booking(a_resource(), at(9), graph="request", reminders=[by_mail()])
    work()
    assert mailoutbox == []
    act(booking, "confirm", by=Actor.owner())
    work()
    assert len(mailoutbox) == 1


def test_what_follows_a_visit_is_sent_also_once_it_is_complete(mailoutbox):
    booking = a_booking(a_resource(), timezone.now() + HOUR, reminders=[by_mail(AFTER)])
    Booking.objects.filter(pk=booking.pk).update(auto_complete=False)
    act(begun(booking), "complete", by=Actor.owner())
    work()
    assert subjects(mailoutbox)[0].startswith("About your booking:")


@pytest.mark.parametrize(
    "end", ["cancelled before", "cancelled without a mail", "cancelled after", "did not come"]
)
def test_what_did_not_take_place_is_followed_by_nothing(mailoutbox, end):
    booking = a_booking(a_resource(), timezone.now() + HOUR, reminders=[by_mail(AFTER)])
    if end == "cancelled without a mail":
        State.objects.filter(name="cancelled").update(mail_to_customer="")
    if end in {"cancelled before", "cancelled without a mail"}:
        act(booking, "cancel", by=Actor.owner())
    elif end == "cancelled after":
        act(begun(booking), "cancel", by=Actor.owner())
    else:
        note_attendance(begun(booking), "no_show", by=Actor("key"))
    work()
    assert mailoutbox == []


@pytest.mark.usefixtures("loopback_may_be_called")
def test_a_reminder_may_call_an_address_that_must_answer_as_it_should():
    with HTTPServer(host="127.0.0.1") as server:
        server.expect_oneshot_request("/remind", method="POST").respond_with_data(status=200)
        server.expect_oneshot_request("/remind", method="POST").respond_with_data(status=201)
        hook = {"type": "webhook", "when": DAY_BEFORE}
        chosen = {"url": server.url_for("/remind"), "method": "post", "expected_response_code": 201}
        a_booking(a_resource(), at(9), reminders=[hook | {"settings": chosen}])
        work()
        row = OutboxMessage.objects.get(kind="delivery")
        for outcome in ("", "sent"):
            let_wait_end(kind="delivery")
            Sender({"delivery": HANDLERS["delivery"]}).send_next()
            row.refresh_from_db()
            assert row.outcome == outcome
        server.check()
