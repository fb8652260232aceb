"""Webhooks at the desk: chosen from lists, looked at call by call, sent again, tried, resumed."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from bookings.models import OutboxMessage, Site, Webhook, WebhookCall
from tests.admin.conftest import text_of, values_of
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
ADD = reverse("admin:bookings_webhook_add")
LIST = reverse("admin:bookings_webhook_changelist")
CALLS = reverse("admin:bookings_webhookcall_changelist")
URL = "https://you.example/hook"


def page(name: str, row: Any, model: str = "webhook") -> str:
    return reverse(f"admin:bookings_{model}_{name}", args=[row.pk])


def add(client: Client, **typed: Any) -> Any:
    return client.post(ADD, values_of(client.get(ADD)) | {"url": URL} | typed)


def a_call(**fields: Any) -> WebhookCall:
    usual = {
        "webhook": Webhook.objects.first() or Webhook.objects.create(url=URL),
        "message_id": 7,
        "call_id": "msg_7",
        "at": timezone.now(),
        "url": URL,
        "method": "post",
        "payload": '{"id": "1"}',
        "status": 500,
        "answer": "<b>Broken</b>",
        "error": "Answered 500.",
        "milliseconds": 12,
    }
    return WebhookCall.objects.create(**(usual | fields))


def test_graph_and_state_are_chosen_by_the_words_that_staff_know(manager):
    form = manager.get(ADD).context["adminform"].form
    graphs, states = (dict(form.fields[name].choices) for name in ("graph", "state"))
    assert graphs["instant"] == "Booked at once"
    assert (states[""], states["moved"], states["confirmed"]) == (
        "any",
        "A booking has a new time",
        "Confirmed",
    )
    assert add(manager, graph="instant", state="confirmed").status_code == 302
    assert Webhook.objects.values_list("graph", "state").get() == ("instant", "confirmed")


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"graph": "nothing"}, "graph"),
        ({"state": "nothing"}, "state"),
        ({"graph": "instant", "state": "declined"}, "state"),
        ({"url": "ftp://you.example/"}, "url"),
    ],
)
def test_what_is_never_told_is_refused(manager, typed, field):
    answer = add(manager, **typed)
    assert list(answer.context["adminform"].form.errors) == [field]
    assert not Webhook.objects.exists()


def test_a_state_that_is_gone_by_now_stays_when_the_page_is_saved(manager):
    webhook = Webhook.objects.create(url=URL, graph="old_graph", state="old_state")
    change = page("change", webhook)
    assert manager.post(change, values_of(manager.get(change)) | {"method": "get"}).status_code == 302
    webhook.refresh_from_db()
    assert (webhook.graph, webhook.state, webhook.method) == ("old_graph", "old_state", "get")


def test_a_test_is_sent_by_a_press_and_never_by_looking(manager):
    webhook = Webhook.objects.create(url=URL)
    assert manager.get(page("test", webhook)).status_code == 405
    assert not OutboxMessage.objects.exists()
    assert "A test is on its way" in text_of(manager.post(page("test", webhook), follow=True))
    assert OutboxMessage.objects.get(kind="delivery").payload == {"webhook": str(webhook.pk), "test": True}


def test_a_paused_one_says_so_on_its_page_and_the_first_and_is_resumed_by_a_press(manager):
    Site.objects.update_or_create(pk=1)
    webhook = Webhook.objects.create(url=URL, paused_at=timezone.now(), failing_since=timezone.now())
    first = reverse("admin:index")
    assert "1 webhook is paused" in text_of(manager.get(first))
    assert "Paused: its address did not take" in text_of(manager.get(page("change", webhook)))
    assert "paused: its address takes nothing" in text_of(manager.get(LIST))
    assert "It is called again" in text_of(manager.post(page("resume", webhook), follow=True))
    webhook.refresh_from_db()
    assert (webhook.paused_at, webhook.failing_since) == (None, None)
    assert "webhook is paused" not in text_of(manager.get(first))


def test_a_call_shows_what_was_sent_and_what_came_back_and_runs_none_of_it(manager):
    call = a_call(booking_id=a_booking(a_resource(), at(9)).pk)
    shown = manager.get(page("change", call, "webhookcall"))
    assert "&lt;b&gt;Broken&lt;/b&gt;" in shown.content.decode()
    text = text_of(shown)
    assert all(words in text for words in ("Answered 500.", "msg_7", "&quot;id&quot;", "Send again"))
    listed = text_of(manager.get(CALLS, {"taken": "no"}))
    assert "Answered 500." in listed
    assert "Answered 500." not in text_of(manager.get(CALLS, {"taken": "yes"}))


def test_a_call_is_made_again_from_its_page_and_from_the_list(manager):
    call = a_call()
    for address, sent in (
        (page("again", call, "webhookcall"), {}),
        (CALLS, {"action": "send_again", "_selected_action": [call.pk]}),
    ):
        OutboxMessage.objects.all().delete()
        assert "1 call is made again." in text_of(manager.post(address, sent, follow=True))
        assert OutboxMessage.objects.get(kind="delivery").payload["again"] == "msg_7"


def test_whoever_may_not_change_webhooks_presses_nothing_and_the_desk_sees_none(desk, manager):
    call = a_call()
    assert desk.get(CALLS).status_code == 403
    assert desk.get(page("change", call, "webhookcall")).status_code == 403
    for name, row, model in (
        ("test", call.webhook, "webhook"),
        ("resume", call.webhook, "webhook"),
        ("again", call, "webhookcall"),
    ):
        assert desk.post(page(name, row, model)).status_code == 403
    assert not OutboxMessage.objects.exists()
    for address in (page("change", call, "webhookcall"), page("delete", call, "webhookcall")):
        assert manager.post(address, {"post": "yes"}).status_code == 403


def test_many_calls_are_listed_by_few_queries(manager):
    for number in range(60):
        a_call(call_id=f"msg_{number}")
    with CaptureQueriesContext(connection) as queries:
        manager.get(CALLS)
    assert len(queries) <= 10
