"""Text messages on the customer's pages: asked for beside the number, promised only where some are sent."""

from datetime import timedelta
from html import unescape
from ipaddress import ip_network

import pytest
from django.utils import timezone
from pytest_httpserver import HTTPServer

from booking_site import text_gateway
from bookings.effects.outbox import Sender
from bookings.forms import Contact
from bookings.forms.customers import CustomerForm
from bookings.lifecycle import Actor, act
from bookings.management.sending import HANDLERS
from bookings.models import Customer, OutboxMessage
from tests.situations import a_booking, a_project, a_resource, at

pytestmark = pytest.mark.django_db
WISH = 'name="wants_texts"'
NUMBER = "+49 30 901820"


def text(answer):
    return unescape(answer.content.decode())


@pytest.fixture
def texts_are_sent(settings):
    settings.SMS_GATEWAY = text_gateway.gateway("https://gateway.example/", "", "to={to}&text={text}", "")


@pytest.fixture
def project():
    return a_project(a_resource(), customer_fields={"name": {}, "email": {}, "phone": {}})


@pytest.fixture
def start():
    day = timezone.now() + timedelta(days=2)
    return day.replace(hour=10, minute=0, second=0, microsecond=0)


def doc(**fields):
    return Customer(
        **({"name": "Doc", "phone": NUMBER, "phone_e164": "+4930901820", "wants_texts": True} | fields)
    )


@pytest.mark.usefixtures("texts_are_sent")
def test_texts_are_asked_for_beside_the_number_and_begin_unticked(visitor, project, start):
    page = text(visitor.see(visitor.hold(project, start)))
    assert WISH in page
    assert page.index('name="phone"') < page.index(WISH)
    ticked = page[page.index(WISH) - 200 : page.index(WISH) + 200]
    assert "checked" not in ticked


def test_without_a_gateway_nobody_is_asked_and_the_link_is_to_be_kept(visitor, project, start):
    assert WISH not in text(visitor.see(visitor.hold(project, start)))
    page = visitor.book(project, start, email="", phone=NUMBER, wants_texts="on")
    assert "We cannot write to you about this booking." in text(visitor.see(page))
    assert not Customer.objects.get().wants_texts


@pytest.mark.usefixtures("texts_are_sent")
def test_who_asked_for_texts_need_not_keep_the_link_and_who_did_not_must(visitor, another, project, start):
    said = text(visitor.see(visitor.book(project, start, email="", phone=NUMBER, wants_texts="on")))
    assert "We cannot write to you" not in said
    later = start + timedelta(hours=2)
    said = text(another.see(another.book(project, later, email="", phone=NUMBER)))
    assert "We cannot write to you about this booking." in said
    assert list(Customer.objects.order_by("booking__start").values_list("wants_texts", flat=True)) == [
        True,
        False,
    ]


@pytest.mark.usefixtures("texts_are_sent")
def test_a_project_that_asks_for_no_number_asks_for_no_texts(visitor, start):
    project = a_project(a_resource(), customer_fields={"name": {}, "email": {}})
    assert WISH not in text(visitor.see(visitor.hold(project, start)))


def test_texts_without_a_number_are_refused_at_the_number():
    form = CustomerForm(
        {"name": "Doc", "email": "doc@example.com", "wants_texts": True},
        open_ended=True,
        contact=Contact.EITHER,
    )
    assert list(form.errors) == ["phone"]


def test_a_program_may_say_so_and_it_is_no_answer():
    form = CustomerForm({"name": "Doc", "phone": NUMBER, "wants_texts": True}, open_ended=True)
    assert form.is_valid()
    assert form.customer().wants_texts
    assert form.customer().answers == {}
    assert not CustomerForm({"name": "Doc", "phone": NUMBER}, open_ended=True).customer().wants_texts


def find(visitor, **typed):
    return visitor.client.post("/find/", {"email": "", "phone": ""} | typed)


@pytest.mark.usefixtures("texts_are_sent")
def test_a_number_is_sent_the_link_of_its_next_booking_and_the_answer_is_the_same_for_everyone(
    visitor, settings, httpserver: HTTPServer
):
    sent = []
    httpserver.expect_request("/").respond_with_handler(lambda request: sent.append(request.form) or "")
    settings.SMS_GATEWAY = text_gateway.gateway(httpserver.url_for("/"), "", "to={to}&text={text}", "")
    settings.SMS_PRIVATE_NETWORKS = [ip_network("127.0.0.0/8")]
    a_booking(a_resource(), at(11), customer=doc())
    first = a_booking(a_resource(), at(9), customer=doc())
    act(a_booking(a_resource(), at(8), customer=doc()), "cancel", by=Actor.owner())
    OutboxMessage.objects.all().delete()
    answers = [find(visitor, phone=phone) for phone in ("0049 30 901820", "+49 30 555")]
    assert len({(answer.status_code, answer["Location"]) for answer in answers}) == 1
    find(visitor, phone=NUMBER)
    Sender({"link_text": HANDLERS["link_text"]}).send_all()
    (one,) = sent
    assert one["to"] == "+4930901820"
    assert (
        visitor.client.get("/b/" + one["text"].rsplit("/b/")[1]).context["booking"]["reference"]
        == first.reference
    )
    assert set(OutboxMessage.objects.values_list("outcome", flat=True)) == {"sent", "dropped"}
    assert not any(OutboxMessage.objects.values_list("payload", flat=True))


@pytest.mark.usefixtures("texts_are_sent")
def test_one_address_asks_for_few_texts_and_is_answered_like_before(visitor, settings):
    settings.TEXT_LINKS_AN_HOUR_PER_ADDRESS = 2
    answers = {find(visitor, phone=f"+49 30 90182{number}")["Location"] for number in range(4)}
    assert len(answers) == 1
    assert OutboxMessage.objects.filter(kind="link_text").count() == 2


@pytest.mark.usefixtures("texts_are_sent")
def test_who_types_neither_address_nor_number_is_told(visitor):
    assert "Type the address or the number you booked with." in text(find(visitor))


def test_without_a_gateway_no_number_is_asked_for(visitor, settings):
    settings.MAIL_IS_SET_UP = True
    assert 'name="phone"' not in text(visitor.see("/find/"))
    assert find(visitor, phone=NUMBER).status_code == 200
    assert not OutboxMessage.objects.exists()
