"""Webhooks reach those who asked, signed, once; and never an address inside."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
from datetime import timedelta

import pytest
import standardwebhooks
from django.utils import timezone
from werkzeug import Response

from bookings.effects import safe_http, webhooks
from bookings.effects.outbox import Sender
from bookings.lifecycle import Actor, act, delete, reschedule, undo
from bookings.management.sending import HANDLERS
from bookings.models import OutboxMessage, Site, Webhook
from tests.effects.conftest import let_wait_end, work
from tests.situations import a_booking, a_project, a_resource, a_seat, a_session, at

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("loopback_may_be_called")]


def a_webhook(listener, path="/hook", **fields):
    return Webhook.objects.create(url=listener.url_for(path), **fields)


def deliveries():
    return OutboxMessage.objects.filter(kind="delivery")


def test_the_body_is_the_booking_itself_with_what_the_record_names(listener, heard):
    a_webhook(listener)
    resource = a_resource()
    booking = a_booking(resource, at(9), project=a_project(resource))
    work()
    (request,) = heard
    body = json.loads(request.get_data())
    assert (body["id"], body["state"], body["graph"]) == (str(booking.pk), "confirmed", "instant")
    named = {"event", "calendar", "customers", "attributes", "user", "project", "meta", "available_actions"}
    assert named | {"customer_action_links", "owner_booking", "completed"} <= body.keys()
    assert request.method == "POST"
    assert request.headers["Content-Type"] == "application/json"


def test_what_is_told_of_a_test_is_marked_and_told_to_webhooks_for_tests_alone(listener, heard):
    a_webhook(listener)
    own = a_webhook(listener, is_test=True)
    a_webhook(listener, is_test=True, method="get")
    booking = a_booking(a_resource(is_test=True), at(9))
    work()
    post, get = sorted(heard, key=lambda request: request.method, reverse=True)
    body = json.loads(post.get_data())
    assert (body["id"], body["test"]) == (str(booking.pk), True)
    assert (get.args["id"], get.args["test"]) == (str(booking.pk), "true")
    secret = Site.current().test_webhook_secret
    made = hmac.new(secret.encode(), post.get_data(), hashlib.sha256).hexdigest()
    assert post.headers["x-timekit-signature"] == made
    assert {request.headers["x-timekit-test"] for request in heard} == {"true"}
    heard.clear()
    Webhook.objects.exclude(pk=own.pk).filter(is_test=True).delete()
    a_booking(a_resource(), at(9))
    work()
    (live,) = heard
    assert "x-timekit-test" not in live.headers
    assert "test" not in json.loads(live.get_data())


def test_a_webhook_that_is_live_by_now_hears_nothing_of_a_test(listener, heard):
    own = a_webhook(listener, is_test=True)
    a_booking(a_resource(is_test=True), at(9))
    Sender({"test_webhook": webhooks.spread}).send_all()
    Webhook.objects.filter(pk=own.pk).update(is_test=False)
    work()
    assert heard == []


def test_the_signature_is_made_over_the_very_bytes_that_arrive(listener, heard):
    a_webhook(listener)
    a_booking(a_resource(), at(9), what="Blitz für Ärzte ⚡")
    work()
    (request,) = heard
    secret = Site.current().webhook_secret
    expected = hmac.new(secret.encode(), request.get_data(), hashlib.sha256).hexdigest()
    assert request.headers["x-timekit-signature"] == expected


def test_the_libraries_of_standard_webhooks_verify_it_too(listener, heard):
    a_webhook(listener)
    a_booking(a_resource(), at(9))
    work()
    (request,) = heard
    verifier = standardwebhooks.Webhook(webhooks.standard_secret(Site.current()))
    assert verifier.verify(request.get_data(), dict(request.headers))["graph"] == "instant"


def test_only_those_are_told_that_asked_for_the_state_and_graph(listener, heard):
    for fields in (
        {"state": "confirmed"},
        {"graph": "instant"},
        {"state": "tentative"},
        {"graph": "request"},
        {"state": "confirmed", "graph": "instant", "enabled": False},
    ):
        a_webhook(listener, **fields)
    a_booking(a_resource(), at(9))
    work()
    assert len(heard) == 2


def test_a_request_may_switch_single_webhooks_off(listener, heard):
    for _one in range(2):
        a_webhook(listener)
    a_booking(
        a_resource(), at(9), notifications={"webhooks": {"0": {"enabled": False}, "5": {"enabled": False}}}
    )
    work()
    assert len(heard) == 1


def test_a_webhook_by_get_names_the_booking_in_the_query(listener, heard):
    a_webhook(listener, path="/hook?key=s3cret", method="get")
    booking = a_booking(a_resource(), at(9))
    work()
    (request,) = heard
    assert request.method == "GET"
    assert request.args.to_dict() == {"key": "s3cret", "id": str(booking.pk), "state": "confirmed"}
    assert request.get_data() == b""


@pytest.mark.parametrize(("method", "more"), [("post", b""), ("get", b"&id=%s&state=confirmed")])
def test_the_query_of_its_own_address_is_sent_as_it_was_typed(listener, heard, method, more):
    a_webhook(listener, path="/hook?s3cret&code=ab%2Fc==&name=a%20b", method=method)
    booking = a_booking(a_resource(), at(9))
    work()
    (request,) = heard
    said = more % str(booking.pk).encode() if more else b""
    assert request.query_string == b"s3cret&code=ab%2Fc==&name=a%20b" + said


def test_a_seat_brings_its_session_and_tells_how_many_places_it_takes(listener, heard):
    session = a_session(a_resource(), at(9), seats=3)
    work()
    a_webhook(listener)
    a_seat(session, places=2)
    work()
    told = json.loads(heard[-1].get_data())
    assert (told["owner_booking"]["id"], told["places"]) == (str(session.pk), 2)


def test_one_that_fails_is_tried_again_under_the_same_id_and_the_others_are_not(listener, heard):
    ids = []

    def answer(request):
        ids.append(request.headers["webhook-id"])
        return Response(status=500 if len(ids) == 1 else 204)

    listener.expect_request("/flaky").respond_with_handler(answer)
    a_webhook(listener)
    a_webhook(listener, "/flaky")
    a_booking(a_resource(), at(9))
    work()
    assert deliveries().get(outcome="").last_error == "Answered 500."
    let_wait_end()
    work()
    assert len(heard) == 1
    assert len(ids) == 2
    assert len(set(ids)) == 1
    assert set(deliveries().values_list("outcome", flat=True)) == {"sent"}


@pytest.mark.parametrize("written", ["7200", "%a, %d %b %Y %H:%M:%S GMT"], ids=["in seconds", "as a date"])
def test_a_busy_listener_says_when_to_come_again(listener, heard, written):
    asked = (timezone.now() + timedelta(hours=2)).strftime(written)
    listener.expect_request("/busy").respond_with_data(status=503, headers={"Retry-After": asked})
    a_webhook(listener, "/busy")
    a_booking(a_resource(), at(9))
    work()
    assert deliveries().get().run_after > timezone.now() + timedelta(minutes=110)


def test_a_moment_that_no_calendar_has_is_no_time_to_come_again(listener, heard):
    never = "Mon, 01 Jan 99999999999999999999 00:00:00 GMT"
    listener.expect_request("/busy").respond_with_data(status=503, headers={"Retry-After": never})
    a_webhook(listener, "/busy")
    a_booking(a_resource(), at(9))
    work()
    assert deliveries().get().last_error == "Answered 503."


def test_a_listener_that_is_gone_is_given_up(listener, heard):
    listener.expect_request("/gone").respond_with_data(status=410)
    a_webhook(listener, "/gone")
    a_booking(a_resource(), at(9))
    work()
    assert deliveries().get().outcome == "failed"


def test_a_redirect_is_not_followed(listener, heard):
    listener.expect_request("/away").respond_with_data(
        status=307, headers={"Location": listener.url_for("/hook")}
    )
    a_webhook(listener, "/away")
    a_booking(a_resource(), at(9))
    work()
    assert heard == []
    assert "redirects" in deliveries().get().last_error


def test_a_listener_that_hangs_up_delays_only_itself(listener, heard, port):
    Webhook.objects.create(url=f"http://127.0.0.1:{port}/")
    a_webhook(listener)
    a_booking(a_resource(), at(9))
    work()
    assert len(heard) == 1
    assert deliveries().get(outcome="").last_error.startswith("ConnectError")


def test_news_that_is_old_by_now_is_not_told(listener, heard):
    a_webhook(listener)
    act(a_booking(a_resource(), at(9)), "cancel", by=Actor.owner())
    work()
    assert [json.loads(request.get_data())["state"] for request in heard] == ["cancelled"]


def bodies(heard):
    return [json.loads(request.get_data()) for request in heard]


def test_a_move_tells_the_end_of_the_old_booking_and_either_names_the_other(listener, heard):
    a_webhook(listener)
    old = a_booking(a_resource(), at(9))
    new = reschedule(old, by=Actor.customer(), start=at(11), end=at(12))
    work()
    told = {body["id"]: (body["state"], body["continues"], body["continued_by"]) for body in bodies(heard)}
    assert told == {
        str(old.pk): ("rescheduled_by_customer", None, str(new.pk)),
        str(new.pk): ("confirmed", str(old.pk), None),
    }


def test_who_wants_to_hear_of_the_end_of_a_moved_booking_hears_of_it(listener, heard):
    a_webhook(listener, state="rescheduled_by_customer")
    old = a_booking(a_resource(), at(9))
    reschedule(old, by=Actor.customer(), start=at(11), end=at(12))
    work()
    assert [body["id"] for body in bodies(heard)] == [str(old.pk)]


def test_a_cancellation_that_was_undone_is_told_with_what_continues_it(listener, heard):
    a_webhook(listener)
    old = act(a_booking(a_resource(), at(9)), "cancel_by_customer", by=Actor.customer())
    new = undo(old, by=Actor.customer())
    work()
    told = {body["id"]: (body["state"], body["continued_by"]) for body in bodies(heard)}
    assert told == {str(old.pk): ("cancelled_by_customer", str(new.pk)), str(new.pk): ("confirmed", None)}


def test_who_wants_to_hear_of_moves_is_called_once_for_a_visit(listener, heard):
    a_webhook(listener, state="moved")
    first = a_booking(a_resource(), at(9))
    second = reschedule(first, by=Actor.customer(), start=at(11), end=at(12))
    third = reschedule(second, by=Actor.customer(), start=at(13), end=at(14))
    work()
    assert [(body["id"], body["continues"]) for body in bodies(heard)] == [(str(third.pk), str(second.pk))]


def test_a_webhook_that_was_removed_meanwhile_is_not_called(listener, heard):
    webhook = a_webhook(listener)
    a_booking(a_resource(), at(9))
    let_wait_end()
    Sender({"webhook": HANDLERS["webhook"]}).send_all()
    webhook.delete()
    work()
    assert heard == []
    assert deliveries().get().outcome == "dropped"


def test_a_deleted_booking_is_told_to_nobody(listener, heard):
    a_webhook(listener)
    booking = act(a_booking(a_resource(), at(9)), "cancel", by=Actor.owner())
    rows = list(OutboxMessage.objects.filter(kind="webhook"))
    delete(booking, by=Actor.owner())
    OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
    work()
    assert heard == []


PRIVATE = [
    "http://127.0.0.1/",
    "http://localhost/",
    "http://10.1.2.3/",
    "http://192.168.0.1/",
    "http://172.16.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://100.64.0.1/",
    "http://0.0.0.0/",
    "http://224.0.0.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[64:ff9b::7f00:1]/",
    "http://[2002:7f00:1::]/",
    "http://[::7f00:1]/",
    "http://[::ffff:0:7f00:1]/",
    "http://[64:ff9b:1::7f00:1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    "http://[100::1]/",
    "http://[fec0::1]/",
    "http://192.0.0.192/",
    "http://192.0.0.170/",
    "http://192.88.99.1/",
    "http://198.18.0.1/",
    "http://203.0.113.1/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://[fd00::1]/",
    "http://[fe80::1]/",
    "http://2130706433/",
    "http://0x7f.1/",
]


@pytest.mark.parametrize("url", PRIVATE)
def test_an_address_inside_is_never_called(settings, url):
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    Webhook.objects.create(url=url)
    a_booking(a_resource(), at(9))
    work()
    message = deliveries().get()
    assert message.outcome == "failed"
    assert "private networks" in message.last_error


@pytest.mark.parametrize(
    "url",
    ["ftp://example.com/", "file:///etc/passwd", "http://", "nothing", "http://a..b/", "http://x:99999/"],
)
def test_what_is_no_web_address_is_given_up_or_waits_in_words(url):
    Webhook.objects.create(url=url)
    a_booking(a_resource(), at(9))
    work()
    message = deliveries().get()
    assert "fault" not in message.last_error
    assert message.last_error


def test_a_name_is_looked_up_once_and_the_address_that_was_checked_is_called(listener, heard, monkeypatch):
    """A name that points elsewhere at the second look gains nothing, since there is none."""
    looks = []
    real = socket.getaddrinfo

    def look(host, port, *args, **more):
        looks.append(host)
        return real("127.0.0.1" if host == "hook.example" else host, port, *args, **more)

    monkeypatch.setattr(socket, "getaddrinfo", look)
    Webhook.objects.create(url=f"http://hook.example:{listener.port}/hook")
    a_booking(a_resource(), at(9))
    work()
    assert looks.count("hook.example") == 1
    assert heard[0].headers["Host"] == f"hook.example:{listener.port}"


def test_a_name_with_one_private_address_among_others_is_refused(settings, monkeypatch):
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    found = [
        (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
        for address in ("93.184.215.14", "10.0.0.1")
    ]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **more: found)
    with pytest.raises(safe_http.Refused):
        safe_http.public_address("two.example", 80)


def test_a_public_address_may_be_called(settings):
    settings.WEBHOOK_PRIVATE_NETWORKS = []
    assert safe_http.public_address("93.184.215.14", 80) == "93.184.215.14"
    assert safe_http.public_address("64:ff9b::5db8:d70e", 80) == "64:ff9b::5db8:d70e"
    assert safe_http.public_address("2606:2800:21f:cb07:6820:80da:af6b:8b2c", 443).startswith("2606:")
