"""What webhooks were told and what they said is kept; it can be sent again; an address that is dead is paused."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import standardwebhooks
from django.utils import timezone
from werkzeug import Response

from bookings import housekeeping
from bookings.effects import outbox, webhook_log, webhooks
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, delete
from bookings.management.sending import HANDLERS
from bookings.models import OutboxMessage, Site, Webhook, WebhookCall
from tests.effects.conftest import let_wait_end, work
from tests.situations import SERVER, a_booking, a_resource, at
from tests.threads import in_threads

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_may_be_called")]


def a_webhook(listener, path="/hook", **fields):
    return Webhook.objects.create(url=listener.url_for(path), **fields)


def deliveries():
    return OutboxMessage.objects.filter(kind="delivery")


def calls():
    return WebhookCall.objects.order_by("pk")


def test_each_attempt_is_kept_with_what_was_sent_and_what_came_back(listener, heard):
    answers = iter([Response("Come later", status=503), Response("Thank you", status=200)])
    listener.expect_request("/twice").respond_with_handler(
        lambda request: heard.append(request) or next(answers)
    )
    webhook = a_webhook(listener, "/twice")
    booking = a_booking(a_resource(), at(9))
    work()
    let_wait_end()
    work()
    first, second = calls()
    assert (first.status, first.answer, first.error) == (503, "Come later", "Answered 503.")
    assert (second.status, second.answer, second.error) == (200, "Thank you", "")
    assert {(one.webhook, one.booking_id, one.call_id) for one in calls()} == {
        (webhook, booking.pk, heard[0].headers["webhook-id"])
    }
    assert first.payload == heard[0].get_data().decode()


def test_what_is_kept_of_a_call_is_bounded(listener, heard):
    listener.expect_request("/long").respond_with_data("x" * 1_000_000 + "\0")
    a_webhook(listener, "/long")
    a_booking(a_resource(), at(9), description="y" * 50_000)
    work()
    call = calls().get()
    assert (len(call.payload), call.answer) == (WebhookCall.LONGEST_PAYLOAD, "x" * WebhookCall.LONGEST_ANSWER)
    assert call.error == ""


def test_an_answer_with_a_null_byte_is_kept_without_it(listener, heard):
    listener.expect_request("/null").respond_with_data(b"a\0b\xff")
    a_webhook(listener, "/null")
    a_booking(a_resource(), at(9))
    work()
    assert calls().get().answer == "ab\ufffd"


def test_a_call_that_was_taken_is_sent_again_under_its_id_and_tells_how_the_booking_stands_now(
    listener, heard
):
    a_webhook(listener, state="confirmed")
    booking = a_booking(a_resource(), at(9))
    work()
    act(booking, "cancel", by=Actor.owner())
    call = calls().get()
    for _press in range(2):
        webhook_log.send_again(call)
    work()
    first, again = heard
    assert first.headers["webhook-id"] == again.headers["webhook-id"]
    assert json.loads(again.get_data())["state"] == "cancelled"
    verifier = standardwebhooks.Webhook(webhooks.standard_secret(Site.current()))
    assert verifier.verify(again.get_data(), dict(again.headers))["id"] == str(booking.pk)
    webhook_log.send_again(call)
    work()
    assert len(heard) == 3


def test_what_still_waits_is_sent_sooner_and_not_twice(listener, heard):
    listener.expect_ordered_request("/flaky").respond_with_data(status=500)
    listener.expect_ordered_request("/flaky").respond_with_handler(
        lambda request: heard.append(request) or Response()
    )
    a_webhook(listener, "/flaky")
    a_booking(a_resource(), at(9))
    work()
    webhook_log.send_again(calls().get())
    Sender(HANDLERS).send_all()
    assert deliveries().get().outcome == "sent"
    assert len(heard) == 1


def test_nothing_of_a_deleted_booking_is_sent_again(listener, heard):
    a_webhook(listener)
    booking = a_booking(a_resource(), at(9))
    work()
    act(booking, "cancel", by=Actor.owner())
    delete(booking, by=Actor.owner())
    count = len(heard)
    webhook_log.send_again(calls().first())
    work()
    assert len(heard) == count
    assert set(calls().values_list("payload", "answer", "error")) == {("", "", "")}


def test_a_test_says_that_it_is_one_and_goes_to_a_webhook_that_is_off_too(listener, heard):
    webhook = a_webhook(listener, state="confirmed", enabled=False)
    webhook_log.send_test(webhook)
    webhook_log.send_test(webhook)
    work()
    (request,) = heard
    assert json.loads(request.get_data()) == {"test": True, "state": "confirmed", "graph": None}
    verifier = standardwebhooks.Webhook(webhooks.standard_secret(Site.current()))
    assert verifier.verify(request.get_data(), dict(request.headers))
    assert calls().get().is_test


def test_an_address_that_takes_nothing_for_days_is_paused_and_managers_are_told_once(
    listener, heard, mailoutbox, settings
):
    settings.MAIL_IS_SET_UP = True
    site = Site.current()
    site.email = "boss@example.com"
    site.save()
    listener.expect_request("/dead").respond_with_data(status=500)
    webhook = a_webhook(listener, "/dead")
    a_booking(a_resource(), at(9))
    a_booking(a_resource(), at(11))
    work()
    webhook.refresh_from_db()
    assert webhook.paused_at is None
    assert webhook.failing_since is not None
    days = timedelta(hours=settings.WEBHOOK_PAUSE_HOURS, minutes=1)
    Webhook.objects.update(failing_since=timezone.now() - days)
    mailoutbox.clear()
    let_wait_end()
    work()
    webhook.refresh_from_db()
    assert webhook.paused_at
    told = [letter for letter in mailoutbox if letter.subject.startswith("A webhook is paused")]
    assert [letter.to for letter in told] == [["boss@example.com"]]
    assert "127.0.0.1 did not take what it was sent" in told[0].body
    count = calls().count()
    a_booking(a_resource(), at(9))
    let_wait_end()
    work()
    assert calls().count() == count


def test_a_paused_webhook_that_is_resumed_gets_what_is_still_true_of_what_it_missed(listener, heard):
    webhook = a_webhook(listener)
    Webhook.objects.update(paused_at=timezone.now(), failing_since=timezone.now())
    kept = a_booking(a_resource(), at(9))
    gone = a_booking(a_resource(), at(11))
    work()
    act(gone, "cancel", by=SERVER)
    work()
    assert heard == []
    assert webhook_log.resume(webhook) == 3
    work()
    told = {(one["id"], one["state"]) for one in (json.loads(request.get_data()) for request in heard)}
    assert told == {(str(kept.pk), "confirmed"), (str(gone.pk), "cancelled")}
    assert len(heard) == 2


def test_a_webhook_that_is_resumed_gets_what_it_did_not_take_before_the_pause(listener, heard, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1)
    answers = iter([200, 500, 410])
    listener.expect_request("/dying").respond_with_handler(
        lambda request: heard.append(request) or Response(status=next(answers, 200))
    )
    webhook = a_webhook(listener, "/dying")
    resource = a_resource()
    a_booking(resource, at(8))
    work()
    OutboxMessage.objects.create(
        kind="delivery",
        dedupe_key="long ago",
        target=webhook_log.target_of(webhook.pk),
        payload=deliveries().get().payload,
        run_after=timezone.now(),
        outcome="failed",
        done_at=timezone.now() - timedelta(days=40),
    )
    missed = []
    for hour in (9, 11, 13):  # given up after its tries, ended the calls, came while it was paused
        missed.append(str(a_booking(resource, at(hour)).pk))
        work()
    webhook.refresh_from_db()
    assert webhook.paused_at
    assert deliveries().filter(outcome="failed").count() == 4
    heard.clear()
    assert webhook_log.resume(webhook) == 3
    work()
    assert [json.loads(request.get_data())["id"] for request in heard] == missed


def test_what_staff_pressed_is_not_pressed_again_by_resuming(listener, heard, monkeypatch):
    monkeypatch.setattr(outbox, "MOST_ATTEMPTS", 1)
    listener.expect_request("/dead").respond_with_data(status=500)
    webhook = a_webhook(listener, "/dead")
    a_booking(a_resource(), at(9))
    work()
    webhook_log.send_test(webhook)
    webhook_log.send_again(calls().first())
    work()
    Webhook.objects.update(paused_at=timezone.now())
    assert deliveries().filter(outcome="failed").count() == 3
    assert webhook_log.resume(webhook) == 1


def test_a_press_is_heard_also_where_its_older_calls_were_swept(listener, heard, monkeypatch):
    webhook = a_webhook(listener)
    a_booking(a_resource(), at(9))
    work()
    for _time in range(3):
        webhook_log.send_again(calls().last())
        webhook_log.send_test(webhook)
        work()
        newest = calls().filter(is_test=False).last()
        calls().exclude(pk=newest.pk).delete()
    assert len(heard) == 7


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("press", ["send_again", "send_test"])
def test_two_presses_at_once_are_one(listener, heard, press):
    webhook = a_webhook(listener)
    a_booking(a_resource(), at(9))
    work()
    of = calls().get() if press == "send_again" else webhook
    in_threads(4, lambda: getattr(webhook_log, press)(of))
    work()
    assert len(heard) == 2


def test_one_call_that_is_taken_ends_the_count_of_failures(listener, heard):
    webhook = a_webhook(listener, failing_since=timezone.now() - timedelta(days=2))
    a_booking(a_resource(), at(9))
    work()
    webhook.refresh_from_db()
    assert (webhook.failing_since, webhook.paused_at) == (None, None)


def test_where_the_operator_wants_none_no_webhook_is_paused_by_time(listener, heard, settings):
    settings.WEBHOOK_PAUSE_HOURS = 0
    listener.expect_request("/dead").respond_with_data(status=500)
    webhook = a_webhook(listener, "/dead", failing_since=timezone.now() - timedelta(days=300))
    a_booking(a_resource(), at(9))
    work()
    webhook.refresh_from_db()
    assert webhook.paused_at is None


def test_the_log_goes_by_age_and_by_number(listener, heard, monkeypatch):
    monkeypatch.setattr(housekeeping, "CALLS_OF_A_WEBHOOK", 2)
    a_webhook(listener)
    for hour in (9, 11, 13, 15):
        a_booking(a_resource(), at(hour))
        work()
    newest = [call.pk for call in calls()][2:]
    housekeeping.sweep()
    assert [call.pk for call in calls()] == newest
    calls().filter(pk=newest[0]).update(at=timezone.now() - timedelta(days=15))
    housekeeping.sweep()
    assert [call.pk for call in calls()] == newest[1:]
