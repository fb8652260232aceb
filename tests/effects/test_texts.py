"""Text messages: through any gateway, to whom no mail reaches and who asked for them, and never more than a day's."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from ipaddress import ip_network
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.utils import timezone
from werkzeug import Response

from booking_site import text_gateway
from bookings import texting
from bookings.effects import sms_words
from bookings.effects.link_texts import ask_for_link
from bookings.effects.outbox import NotNow, Sender
from bookings.lifecycle import act, reschedule
from bookings.management.sending import HANDLERS
from bookings.models import Booking, Customer, OutboxMessage, Site, TextCount
from bookings.models.text_counts import ALL
from tests.effects.conftest import let_wait_end, work
from tests.situations import SERVER, a_booking, a_resource, at
from tests.threads import in_threads

pytestmark = pytest.mark.django_db
JSON_BODY = '{"messages": [{"to": "{to}", "text": "{text}"}], "from": "Salon"}'
DAY_BEFORE = {
    "type": "email",
    "settings": {"recipient": "customer"},
    "when": {"type": "before", "unit": "days", "time": 1},
}


@pytest.fixture
def gateway(settings, listener, heard):
    """A stand-in that takes every text; ``settings`` lead to it."""
    settings.SMS_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    settings.SMS_GATEWAY = text_gateway.gateway(
        listener.url_for("/hook"), '{"Authorization": "Bearer s3cret"}', JSON_BODY, ""
    )
    return heard


def texts(heard):
    return [json.loads(request.get_data())["messages"][0] for request in heard]


def doc(**fields):
    usual = {"name": "Doc Brown", "phone": "+49 30 901820", "phone_e164": "+4930901820", "wants_texts": True}
    return Customer(**(usual | fields))


def a_visit(start=None, resource=None, **fields):
    customer = fields.pop("customer", None) or doc()
    return a_booking(resource or a_resource(), start or at(9), customer=customer, **fields)


def work_on():
    """Let a worker send what waits, also what was tried before."""
    let_wait_end()
    Sender(HANDLERS).send_all()


def outcomes(kind):
    return list(
        OutboxMessage.objects.filter(kind=kind, payload__to="customer").values_list("outcome", "last_error")
    )


def test_who_gave_a_number_alone_gets_a_text_with_the_link(gateway, mailoutbox):
    booking = a_visit()
    work()
    (sent,) = texts(gateway)
    assert sent["to"] == "+4930901820"
    assert sent["text"].startswith("Booked: ")
    assert "/b/b" in sent["text"]
    assert "Catch the lightning" in sent["text"]
    assert gateway[0].headers["Authorization"] == "Bearer s3cret"
    assert [one.to for one in mailoutbox if "doc" in one.to[0]] == []
    work()
    assert len(gateway) == 1
    assert booking.customer.email == ""


def test_each_thing_that_happens_is_told_in_a_line(gateway):
    anna, ben = a_resource(name="Anna"), a_resource(name="Ben")
    booking = a_visit(resource=anna)
    work()
    moved = reschedule(booking, start=at(11), end=at(12), by=SERVER)
    work()
    there = reschedule(moved, start=at(11), end=at(12), resource=ben, by=SERVER)
    work()
    act(there, "cancel", by=SERVER)
    work()
    begins = [one["text"].split(",")[0] for one in texts(gateway)]
    assert [begin.split(":")[0] for begin in begins] == ["Booked", "New time", "New", "Cancelled"]
    assert "with Ben instead of Anna" in texts(gateway)[2]["text"]


def test_a_decline_is_told_too(gateway):
    request = a_visit(graph="confirm_decline")
    act(request, "decline", by=SERVER)
    work()
    assert [one["text"].split(":")[0] for one in texts(gateway)] == ["Declined"]


@pytest.mark.parametrize("customer", [{"wants_texts": False}, {"phone": "", "phone_e164": ""}])
def test_who_did_not_ask_gets_none_and_stands_in_the_list_of_whom_nobody_told(gateway, customer):
    booking = a_visit(customer=doc(**customer))
    work()
    assert gateway == []
    assert [one.booking_id for one in OutboxMessage.objects.untold()] == [booking.pk]


def test_who_has_an_address_gets_mail_and_the_reminder_by_text(gateway, mailoutbox):
    a_visit(customer=doc(email="doc@example.com"), reminders=[DAY_BEFORE])
    work()
    assert [one.subject.split(":")[0] for one in mailoutbox if one.to == ["doc@example.com"]] == ["Booked"]
    assert [one["text"].split(":")[0] for one in texts(gateway)] == ["Reminder"]


def test_a_number_without_its_country_is_one_of_the_sites(gateway):
    site = Site.current()
    site.country = "DE"
    site.save()
    a_visit(customer=doc(phone="030 901820", phone_e164=""))
    work()
    assert texts(gateway)[0]["to"] == "+4930901820"


def test_at_the_days_end_of_texts_mail_goes_where_it_can_and_managers_hear_once(
    gateway, mailoutbox, settings
):
    site = Site.current()
    site.email = "boss@example.com"
    site.save()
    settings.TEXTS_A_DAY = 1
    a_visit()
    work()
    with_mail = doc(email="emmett@example.com", phone="+49 30 1", phone_e164="+49301")
    a_visit(at(11), customer=with_mail, reminders=[DAY_BEFORE])
    mute = a_visit(at(13), customer=doc(phone="+49 30 2", phone_e164="+49302"))
    work()
    work()
    assert len(gateway) == 1
    reminded = [one.subject.split(":")[0] for one in mailoutbox if one.to == ["emmett@example.com"]]
    assert reminded == ["Booked", "Reminder"]
    assert [one.booking_id for one in OutboxMessage.objects.untold()] == [mute.pk]
    told = [one for one in mailoutbox if one.subject == "The day’s text messages are used up"]
    assert [one.to for one in told] == [["boss@example.com"]]


def test_one_number_gets_no_more_than_its_own_share(gateway, settings):
    settings.TEXTS_A_DAY_PER_NUMBER = 2
    for hour in (9, 11, 13):
        a_visit(at(hour))
    work()
    assert len(gateway) == 2


@pytest.fixture
def answering(gateway, listener, settings):
    """Sets what the gateway answers, which takes nothing until then; ``settings`` lead to it."""
    statuses = [503]
    listener.expect_request("/moody").respond_with_handler(
        lambda request: (statuses[-1] == 200 and gateway.append(request)) or Response(status=statuses[-1])
    )
    settings.SMS_GATEWAY = text_gateway.gateway(listener.url_for("/moody"), "", JSON_BODY, "")
    return statuses.append


def counted(who=ALL):
    return list(TextCount.objects.filter(who=who).values_list("count", flat=True))


def test_a_text_counts_once_however_often_a_gateway_that_is_down_does_not_take_it(
    answering, gateway, settings
):
    settings.TEXTS_A_DAY = settings.TEXTS_A_DAY_PER_NUMBER = 2
    booking = a_visit()
    for _try in range(5):
        work_on()
    ask_for_link("+49 30 901820", language="en", asked_from="", now=timezone.now())
    for _try in range(3):
        work_on()
    assert counted() == [2]
    answering(200)
    work_on()
    assert [one["text"].split(":")[0] for one in texts(gateway)] == ["Booked", "Your booking"]
    act(booking, "cancel", by=SERVER)
    work()
    assert len(gateway) == 2
    assert outcomes("sms")[0] == ("nobody", "The day’s text messages are used up.")


def test_a_text_that_the_gateway_refuses_counts_no_more(answering, gateway, settings):
    settings.TEXTS_A_DAY = settings.TEXTS_A_DAY_PER_NUMBER = 1
    booking = a_visit()
    answering(400)
    work()
    assert counted() == [0]
    answering(200)
    OutboxMessage.objects.filter(kind="sms").try_again()
    work_on()
    assert len(gateway) == 1
    assert counted() == [1]
    act(booking, "cancel", by=SERVER)
    work()
    assert len(gateway) == 1


def test_what_the_day_has_no_room_for_takes_nothing_from_the_numbers_share(gateway, settings):
    settings.TEXTS_A_DAY = 1
    a_visit()
    work()
    a_visit(at(11), customer=doc(phone="+49 30 2", phone_e164="+49302"))
    work()
    assert sorted(TextCount.objects.exclude(who=ALL).values_list("count", flat=True)) == [0, 1]


@pytest.mark.django_db(transaction=True)
def test_one_text_that_several_workers_have_at_once_counts_once(answering):
    a_visit()
    Sender({"mail": HANDLERS["mail"]}).send_all()
    message = OutboxMessage.objects.get(kind="sms")

    def run():
        with pytest.raises(NotNow):
            HANDLERS["sms"](message)

    in_threads(4, run)
    assert counted() == [1]


@pytest.mark.django_db(transaction=True)
def test_workers_beside_each_other_send_no_more_than_the_days_texts(gateway, settings):
    settings.TEXTS_A_DAY = 3
    resource = a_resource()
    for hour in range(8, 16):
        a_visit(at(hour), resource=resource)
    Sender({"mail": HANDLERS["mail"]}).send_all()

    in_threads(3, lambda: Sender({"sms": HANDLERS["sms"]}).send_all())
    work()
    assert len(gateway) == 3
    assert counted() == [3]


def test_the_list_forgets_who_was_told_after_all(gateway):
    booking = a_visit(customer=doc(wants_texts=False))
    work()
    assert OutboxMessage.objects.untold().count() == 1
    Customer.objects.update(wants_texts=True)
    act(booking, "cancel", by=SERVER)
    work()
    assert not OutboxMessage.objects.untold().exists()


def test_the_list_holds_the_last_news_of_each_booking_to_come():
    booking = a_visit()
    work()
    act(booking, "cancel", by=SERVER)
    work()
    assert OutboxMessage.objects.untold().count() == 1
    Booking.objects.update(start=timezone.now() - timedelta(hours=2), end=timezone.now() - timedelta(hours=1))
    assert not OutboxMessage.objects.untold().exists()


@pytest.mark.parametrize(
    ("status", "body", "outcome"),
    [
        (500, "", ""),
        (401, "", ""),
        (400, "", "failed"),
        (200, "status=9", "failed"),
        (200, "status=0", "sent"),
    ],
)
def test_what_the_gateway_answers_decides(gateway, listener, settings, status, body, outcome):
    listener.expect_request("/gate").respond_with_handler(lambda request: Response(body, status=status))
    settings.SMS_GATEWAY = text_gateway.gateway(
        listener.url_for("/gate"), "", "to={to}&text={text}", "status=0" if status == 200 else ""
    )
    a_visit()
    work()
    assert [one for one, _why in outcomes("sms")] == [outcome]


def test_a_private_address_is_called_only_where_the_operator_says_so(gateway, settings):
    settings.SMS_PRIVATE_NETWORKS = []
    settings.WEBHOOK_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    a_visit()
    work()
    assert gateway == []
    assert "SMS_PRIVATE_NETWORKS" in outcomes("sms")[0][1]


NASTY = 'A "b" \\ & text={to}\n{text} é=1;</script>'


@pytest.mark.parametrize("body", [JSON_BODY, "to={to}&text={text}&key=a%26b"], ids=["JSON", "a form"])
def test_what_stands_in_a_text_never_leaves_its_place(body):
    gateway = text_gateway.gateway("https://gateway.example/", "", body, "")
    content = gateway.content("+491", NASTY)
    if gateway.is_json:
        assert json.loads(content) == {"messages": [{"to": "+491", "text": NASTY}], "from": "Salon"}
    else:
        assert parse_qs(content, strict_parsing=True) == {"to": ["+491"], "text": [NASTY], "key": ["a&b"]}


@pytest.mark.parametrize(
    "wrong",
    [
        ("ftp://x/", "", JSON_BODY),
        ("https://x/", "", "to={to}"),
        ("https://x/", "", '{"to": "{to}", "text": "{text}"'),
        ("https://x/", "Authorization: x", JSON_BODY),
        ("https://x/", '{"A": "b\\nc"}', JSON_BODY),
    ],
)
def test_a_gateway_that_cannot_work_is_refused_at_the_start(wrong):
    with pytest.raises(ImproperlyConfigured):
        text_gateway.gateway(*wrong, "")


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("thing", ["Catch\nthe lightning \u202e" * 20, "Łódź ⚡" * 30, ""])
def test_a_text_is_one_line_of_two_segments_at_most(gateway, language, thing):
    a_visit(customer=doc(language=language), what=thing)
    a_visit(at(11), resource=a_resource(name="Ä" * 150 + "\n"), customer=doc(language=language), what=thing)
    work()
    for one in texts(gateway):
        assert one["text"].isprintable()
        assert sms_words.segments(one["text"]) <= 2
        assert " http" in one["text"]


def test_segments_are_counted_as_gateways_charge_them():
    cases = {"a" * 160: 1, "a" * 161: 2, "ä" * 160: 1, "€" * 81: 2, "ł" * 70: 1, "ł" * 71: 2, "⚡😀" * 23: 1}
    assert {text: sms_words.segments(text) for text in cases} == cases


@pytest.mark.parametrize(
    ("due", "sent"),
    [
        ("2033-03-14T20:59+01:00", "2033-03-14T20:59+01:00"),
        ("2033-03-14T21:00+01:00", "2033-03-14T20:59+01:00"),
        ("2033-03-14T23:30+01:00", "2033-03-14T20:59+01:00"),
        ("2033-03-15T07:59+01:00", "2033-03-14T20:59+01:00"),
        ("2033-03-15T08:00+01:00", "2033-03-15T08:00+01:00"),
        ("2033-03-27T07:00+02:00", "2033-03-26T20:59+01:00"),  # the clocks changed in that night
    ],
)
def test_quiet_hours_send_earlier(settings, due, sent):
    settings.SMS_QUIET_HOURS = text_gateway.quiet_hours("21-8")
    moment = datetime.fromisoformat(due).astimezone(UTC)
    assert texting.before_quiet_hours(moment, ZoneInfo("Europe/Berlin")) == datetime.fromisoformat(sent)


def test_a_reminder_by_text_comes_before_the_customers_night_and_a_mail_when_it_was_due(gateway, settings):
    settings.SMS_QUIET_HOURS = (21, 8)
    a_visit(at(9), customer=doc(timezone="America/New_York"), reminders=[DAY_BEFORE])  # 05:00 there
    a_visit(at(11), customer=doc(wants_texts=False, email="x@example.com"), reminders=[DAY_BEFORE])
    first, second = OutboxMessage.objects.filter(kind="reminder").order_by("pk")
    assert first.run_after == datetime(2033, 3, 12, 20, 59, tzinfo=ZoneInfo("America/New_York"))
    assert second.run_after == at(11, days=-1)


def test_a_reminder_whose_evening_is_past_still_comes(gateway, settings):
    settings.SMS_QUIET_HOURS = ((timezone.now().hour - 1) % 24, (timezone.now().hour + 12) % 24)
    soon = timezone.now() + timedelta(hours=2)
    hour_before = DAY_BEFORE | {"when": {"type": "before", "unit": "hours", "time": 1}}
    a_visit(soon, reminders=[hour_before])
    assert OutboxMessage.objects.get(kind="reminder").run_after == soon - timedelta(hours=1)


def test_what_is_no_longer_true_is_not_texted(gateway):
    booking = a_visit()
    let_wait_end()
    Sender({"mail": HANDLERS["mail"]}).send_all()
    act(booking, "cancel", by=SERVER)
    work()
    assert [one["text"].split(":")[0] for one in texts(gateway)] == ["Cancelled"]
