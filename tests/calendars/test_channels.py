"""Providers that call when a calendar changes: they make reading sooner, and whoever else calls makes nothing."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db.models.functions import Now
from django.test import Client
from django.utils import timezone

from bookings.calendars import channels, reading
from bookings.calendars.connecting import Choice, choose, disconnect, settle_calendars
from bookings.calendars.kinds import provider_of
from bookings.models import Channel, Connection
from tests.calendars.conftest import soon
from tests.calendars.google import Google
from tests.calendars.stand_in import Fault
from tests.calendars.worlds import busy, let_in, read_all, write_all
from tests.situations import a_booking, a_resource

pytestmark = pytest.mark.django_db


@pytest.fixture
def anna():
    return a_resource(name="Anna")


@pytest.fixture
def public(settings):
    settings.SITE_URL = "https://book.example.org"
    settings.SECURE_SSL_REDIRECT = False


def opened(there) -> list[dict]:
    """The channels that are open over there, each as it was asked for."""
    return list((there.channels if isinstance(there, Google) else there.subscriptions).values())


def address_of(one: dict) -> str:
    return str(one.get("address") or one["notificationUrl"]).removeprefix("https://book.example.org")


def calls(there, one: dict, secret: str = "", **more):
    """As the provider calls, with the secret of the channel or another."""
    if isinstance(there, Google):
        headers = {"X-Goog-Channel-Token": secret or one["token"], "X-Goog-Resource-State": "exists"}
        return Client(enforce_csrf_checks=True).post(address_of(one), headers=headers)
    value = [{"subscriptionId": "S1", "clientState": secret or one["clientState"], **more}]
    client = Client(enforce_csrf_checks=True)
    return client.post(address_of(one), {"value": value}, content_type="application/json")


def is_due() -> bool:
    return Connection.objects.due().exists()


def test_a_call_has_the_calendar_read_now_and_no_other_caller_has(anna, kind, there, public):
    let_in(anna, kind, there)
    read_all()
    (one,) = opened(there)
    assert not is_due()
    assert calls(there, one, "another").status_code == 404
    assert Client().post(address_of(one)).status_code == 404
    assert not is_due()
    ending = "Z" if isinstance(there, Google) else ""
    there.person_puts(f"{soon(10):%Y-%m-%dT%H:%M:%S}{ending}", f"{soon(11):%Y-%m-%dT%H:%M:%S}{ending}")
    assert calls(there, one).status_code == 202
    assert is_due()
    read_all()
    assert busy(anna) == [(soon(10), soon(11))]
    assert opened(there) == [one]  # it lasts


def test_microsofts_question_is_answered_in_its_own_words_by_a_known_channel_alone(anna, microsoft, public):
    let_in(anna, "microsoft", microsoft)
    read_all()
    address = address_of(opened(microsoft)[0])
    answer = Client().post(f"{address}?validationToken=a%20<b>")
    assert (answer.status_code, answer.content, answer["Content-Type"]) == (200, b"a <b>", "text/plain")
    assert Client().post(f"{address}?validationToken={'a' * 2000}").status_code == 404
    Channel.objects.update(until=Now() - timedelta(seconds=1))
    assert Client().post(f"{address}?validationToken=a").status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        "",
        "[]",
        "{",
        '{"value": 3}',
        '{"value": [3]}',
        '{"value": [{}]}',
        "[" * 50_000,
        f'{{"value": ["{"a" * 70_000}"]}}',
    ],
)
def test_what_nobody_can_read_is_refused_and_does_nothing(anna, microsoft, public, body):
    let_in(anna, "microsoft", microsoft)
    read_all()
    address = address_of(opened(microsoft)[0])
    assert Client().post(address, body, content_type="application/json").status_code == 404
    assert Client().get(address).status_code == 405
    assert not is_due()


def test_a_channel_is_followed_by_another_a_day_before_it_ends(anna, kind, there, public):
    let_in(anna, kind, there)
    read_all()
    (first,) = opened(there)
    Channel.objects.update(until=timezone.now() + timedelta(hours=23))
    read_all()
    (second,) = opened(there)
    assert address_of(first) != address_of(second)
    assert calls(there, first).status_code == 404
    assert calls(there, second).status_code == 202


def test_one_that_microsoft_says_is_gone_is_opened_anew(anna, microsoft, public):
    let_in(anna, "microsoft", microsoft)
    read_all()
    (first,) = opened(microsoft)
    microsoft.subscriptions.clear()
    assert calls(microsoft, first, lifecycleEvent="subscriptionRemoved").status_code == 202
    read_all()
    (second,) = opened(microsoft)
    assert address_of(first) != address_of(second)


def test_a_calendar_that_is_used_no_more_is_watched_no_more(anna, kind, there, public):
    connection = let_in(anna, kind, there)
    read_all()
    choose(connection, Choice(read=frozenset(), write=frozenset()))
    read_all()
    assert (opened(there), Channel.objects.count()) == ([], 0)


def test_without_https_nobody_is_asked_to_call(anna, kind, there, settings):
    settings.SITE_URL = "http://book.example.org"
    let_in(anna, kind, there)
    read_all()
    assert (opened(there), Channel.objects.count()) == ([], 0)


def test_a_provider_that_opens_none_is_polled_and_left_alone_for_an_hour(anna, kind, there, public):
    let_in(anna, kind, there)
    path = "/watch" if isinstance(there, Google) else "/subscriptions"
    there.faults = [Fault(status=403, reason="forbidden", path=path)]
    read_all()
    assert Connection.objects.get().state == Connection.State.WORKS
    read_all()
    assert (opened(there), len(there.calls("POST", path))) == ([], 1)
    Channel.objects.update(until=timezone.now() + channels.EARLY - timedelta(seconds=1))
    read_all()
    assert len(opened(there)) == 1


def test_a_call_while_the_calendar_is_being_read_has_it_read_again(anna, kind, there, public, monkeypatch):
    let_in(anna, kind, there)
    read_all()
    (one,) = opened(there)
    really = channels.keep_open

    def called_meanwhile(*given):
        calls(there, one)
        really(*given)

    monkeypatch.setattr(channels, "keep_open", called_meanwhile)
    read_once = Connection.objects.update(next_due_at=Now() - timedelta(seconds=1))
    assert read_once == 1
    assert reading.read_next()
    assert is_due()


@pytest.mark.parametrize("keep_events", [True, False])
def test_disconnecting_closes_each_channel_before_the_access_ends(anna, kind, there, public, keep_events):
    connection = let_in(anna, kind, there)
    a_booking(anna, soon(10))
    write_all()
    read_all()
    assert len(opened(there)) == 1
    disconnect(connection, keep_events=keep_events)
    assert (opened(there), Channel.objects.count()) == ([], 0)
    seen = [one.path for one in there.seen]
    closed = next(n for n, path in enumerate(seen) if "/channels/stop" in path or "/subscriptions/" in path)
    assert not any("revoke" in path for path in seen[:closed])
    write_all()
    read_all()
    assert (opened(there), Connection.objects.count()) == ([], 0)


def test_a_provider_that_closes_none_is_disconnected_all_the_same_and_asked_once(anna, kind, there, public):
    connection = let_in(anna, kind, there)
    there.has_another("Another")
    read_all()
    settle_calendars(connection, provider_of(connection).calendars())
    rows = frozenset(connection.calendars.values_list("pk", flat=True))
    choose(connection, Choice(read=rows, write=frozenset()))
    read_all()
    path = "/channels/stop" if isinstance(there, Google) else "/subscriptions/"
    there.faults = [Fault(path=path) for _channel in range(3)]
    disconnect(connection, keep_events=True)
    assert not Connection.objects.exists()
    assert len([one for one in there.seen if path in one.path]) == 1


def test_one_whose_secret_is_lost_is_disconnected_all_the_same(anna, kind, there, public):
    connection = let_in(anna, kind, there)
    read_all()
    Connection.objects.update(secret="another key's")
    disconnect(Connection.objects.get(pk=connection.pk), keep_events=True)
    assert not Channel.objects.exists()
    assert not Connection.objects.exists()


def test_whoever_is_disconnected_while_being_read_opens_no_channel(anna, kind, there, public):
    connection = let_in(anna, kind, there)
    Connection.objects.update(state=Connection.State.LEAVING)
    channels.keep_open(connection, provider_of(connection))
    assert opened(there) == []


def test_one_calendar_that_fails_keeps_the_others_from_no_channel(anna, google, public):
    connection = let_in(anna, "google", google)
    google.has_another("Another")
    settle_calendars(connection, provider_of(connection).calendars())
    choose(
        connection,
        Choice(read=frozenset(connection.calendars.values_list("pk", flat=True)), write=frozenset()),
    )
    del google.events["Another"]
    read_all()
    assert [one["calendar"] for one in opened(google)] == [google.owner]


@pytest.mark.parametrize(
    "said", [{"clientState": "\ud800"}, {"clientState": "a", "lifecycleEvent": "\ud800"}]
)
def test_a_secret_that_is_no_text_opens_nothing(anna, microsoft, public, said):
    let_in(anna, "microsoft", microsoft)
    read_all()
    [one] = opened(microsoft)
    nobodys = "/calendars/told/00000000-0000-4000-8000-000000000000/"
    for address in (address_of(one), nobodys):
        body = json.dumps({"value": [said]})
        assert Client().post(address, body, content_type="application/json").status_code == 404
    assert not is_due()
