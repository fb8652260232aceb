"""Claiming, leases, back-off: each message once, none lost, none sent that is not true."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.db.models.functions import Now
from django.utils import timezone

from bookings.effects import outbox
from bookings.effects.outbox import GivenUp, NoLongerTrue, NotNow, Sender, Unreachable, claim, enqueue
from bookings.management.sending import send
from bookings.models import OutboxMessage
from tests.effects.conftest import let_wait_end
from tests.situations import a_booking, a_resource, at
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


class Clock:
    """Monotonic seconds that pass when told to."""

    def __init__(self):
        self.seconds = 0.0

    def __call__(self):
        return self.seconds


class Handler:
    """Keeps what it was given and says what it is told to."""

    def __init__(self, *reasons):
        self.reasons = list(reasons)
        self.seen = []

    def __call__(self, message):
        self.seen.append(message.pk)
        reason = self.reasons.pop(0) if self.reasons else None
        if reason:
            raise reason


def a_message(key="one", kind="mail", **fields):
    message = enqueue(kind, dedupe_key=key, payload={}, **fields)
    let_wait_end(pk=message.pk) if "run_after" not in fields else None
    message.refresh_from_db()
    return message


def state_of(message):
    message.refresh_from_db()
    return message.outcome, message.last_error


def test_what_is_asked_for_twice_is_one_message():
    assert a_message("same") == a_message("same")
    assert OutboxMessage.objects.count() == 1


def test_a_sent_message_is_done():
    message = a_message()
    assert Sender({"mail": Handler()}).send_all() == 1
    assert state_of(message) == ("sent", "")
    assert message.done_at
    assert message.lease_until is None


def test_what_is_no_longer_true_is_dropped_and_says_why():
    message = a_message()
    Sender({"mail": Handler(NoLongerTrue("It is over."))}).send_all()
    assert state_of(message) == ("dropped", "It is over.")


def test_what_the_other_side_will_never_take_is_given_up():
    message = a_message()
    Sender({"mail": Handler(GivenUp("550 Unknown"))}).send_all()
    assert state_of(message) == ("failed", "550 Unknown")


def test_nothing_is_sent_before_its_time():
    a_message(run_after=timezone.now() + timedelta(minutes=2))
    assert Sender({"mail": Handler()}).send_all() == 0


def test_the_waits_between_attempts_double():
    message = a_message()
    waits = []
    for _attempt in range(4):
        Sender({"mail": Handler(NotNow("busy"))}).send_all()
        message.refresh_from_db()
        waits.append(round((message.run_after - timezone.now()).total_seconds()))
        let_wait_end()
    assert waits == pytest.approx([15, 30, 60, 120], abs=2)
    assert state_of(message) == ("", "busy")


def test_a_longer_wait_that_the_other_side_asks_for_is_kept():
    message = a_message()
    Sender({"mail": Handler(NotNow("busy", retry_after=timedelta(hours=1)))}).send_all()
    message.refresh_from_db()
    assert message.run_after > timezone.now() + timedelta(minutes=59)


def test_after_the_last_attempt_it_is_given_up():
    message = a_message()
    OutboxMessage.objects.update(attempts=outbox.MOST_ATTEMPTS - 1)
    Sender({"mail": Handler(NotNow("still busy"))}).send_all()
    assert state_of(message) == ("failed", "still busy")


def test_a_server_that_is_down_makes_its_kind_rest_and_no_other():
    clock = Clock()
    mail, call = Handler(*[Unreachable("refused")] * 2), Handler()
    for number in range(3):
        a_message(f"mail {number}")
    a_message("call", kind="delivery")
    sender = Sender({"mail": mail, "delivery": call}, clock)
    sender.send_all()
    assert (len(mail.seen), len(call.seen)) == (1, 1)
    clock.seconds += 5.1
    sender.send_all()
    assert len(mail.seen) == 2
    clock.seconds += 5.1
    assert sender.send_all() == 0, "the second rest is longer"
    clock.seconds += 5.1
    let_wait_end()
    sender.send_all()
    assert OutboxMessage.objects.filter(outcome="sent", kind="mail").count() == 3


def test_a_server_that_is_down_for_long_makes_nothing_given_up():
    message = a_message()
    OutboxMessage.objects.update(attempts=outbox.MOST_ATTEMPTS + 5)
    Sender({"mail": Handler(Unreachable("refused"))}).send_all()
    assert state_of(message) == ("", "refused")


def test_tries_while_a_server_is_down_are_not_the_messages():
    message, clock = a_message(), Clock()
    sender = Sender({"mail": Handler(*[Unreachable("refused")] * 3)}, clock)
    for _try in range(3):
        let_wait_end()
        sender.send_all()
        clock.seconds += 1000
    message.refresh_from_db()
    assert (message.attempts, message.last_error) == (1, "refused")


def test_a_fault_in_one_handler_keeps_no_other_message_back():
    bad, good = a_message("bad"), a_message("good", kind="delivery")
    Sender({"mail": Handler(ZeroDivisionError("secret")), "delivery": Handler()}).send_all()
    assert state_of(bad) == ("", "A fault of this site: ZeroDivisionError")
    assert state_of(good) == ("sent", "")


def test_a_message_that_is_being_sent_is_nobody_elses():
    a_message()
    assert claim(["mail"]) is not None
    assert claim(["mail"]) is None


def test_one_may_be_sent_by_its_id_whenever_a_worker_might():
    first, second = a_message("first"), a_message("second")
    later = a_message("later", run_after=timezone.now() + timedelta(hours=1))
    handler = Handler()
    sender = Sender({"mail": handler})
    assert [sender.send_one(one.pk) for one in (second, second, later)] == [True, False, False]
    assert claim(["mail"]) == first
    assert sender.send_one(first.pk) is False  # it is somebody else's
    assert handler.seen == [second.pk]
    assert state_of(second) == ("sent", "")


def test_a_plain_function_of_an_id_sends_as_a_worker_does(mailoutbox):
    a_booking(a_resource(), at(9))
    mail = OutboxMessage.objects.get(kind="mail", payload__to="customer")
    let_wait_end(pk=mail.pk)
    assert [send(mail.pk), send(mail.pk)] == [True, False]
    assert state_of(mail) == ("sent", "")
    assert [letter.to for letter in mailoutbox] == [["marty@example.com"]]


def test_a_worker_that_died_leaves_a_lease_that_ends():
    message = a_message()
    claim(["mail"])
    OutboxMessage.objects.update(lease_until=Now() - timedelta(seconds=1))
    again = claim(["mail"])
    assert (again.pk, again.attempts) == (message.pk, 2)


def test_whoever_comes_back_after_the_lease_changes_nothing():
    message = a_message()

    def slow(mine):
        OutboxMessage.objects.update(lease_until=Now() - timedelta(seconds=1))
        assert claim(["mail"]).pk == mine.pk

    Sender({"mail": slow}).send_next()
    assert state_of(message) == ("", "")
    assert message.lease_until > timezone.now(), "the other worker's lease"


def test_kinds_that_nobody_handles_wait():
    message = a_message(kind="unheard of")
    assert Sender({"mail": Handler()}).send_all() == 0
    assert state_of(message) == ("", "")


@pytest.mark.django_db(transaction=True)
def test_four_workers_send_each_of_forty_messages_once():
    for number in range(40):
        a_message(f"message {number}")
    sent = []
    in_threads(4, lambda: Sender({"mail": lambda message: sent.append(message.pk)}).send_all())
    while Sender({"mail": lambda message: sent.append(message.pk)}).send_all():
        pass
    assert sorted(sent) == sorted(OutboxMessage.objects.values_list("pk", flat=True))
    assert not OutboxMessage.objects.exclude(outcome="sent").exists()


@pytest.mark.django_db(transaction=True)
def test_no_transaction_is_open_while_a_handler_talks():
    a_message()
    seen = []
    Sender({"mail": lambda message: seen.append(connection.in_atomic_block)}).send_all()
    assert seen == [False]
