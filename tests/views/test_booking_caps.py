"""Bookings are capped by network address, and by e-mail address while nobody has read a mail to it."""

from datetime import timedelta

import pytest

from bookings.effects.links import MAILED, mailed_url, manage_url
from bookings.models import Booking, Customer, RequestCount
from bookings.rate_limits import BOOKED
from tests.api.conftest import Door
from tests.situations import HOUR, a_project, a_resource, a_widget_key
from tests.views.conftest import MARTY, Visitor


def book(project, start, **answers):
    """Somebody new holds and sends the form; the answer to that."""
    visitor = Visitor()
    return visitor.send(visitor.hold(project, start), **answers)


@pytest.fixture
def mail_is_sent(settings) -> None:
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def three(project, tomorrow, mail_is_sent):
    """Three bookings with an address that nobody has proven."""
    for number in range(3):
        assert book(project, tomorrow + HOUR * number).status_code == 302
    return tomorrow + HOUR * 3


def test_a_fourth_booking_with_an_unproven_address_is_asked_to_phone(project, three):
    answer = book(project, three, email="MARTY@example.com", name="Biff")
    assert answer.status_code == 409
    page = answer.content.decode()
    assert "This cannot be booked online. Please phone us." in page
    assert "Biff" in page, "what was typed is kept"
    assert Booking.objects.count() == 3


def test_a_link_that_was_opened_from_a_mail_proves_the_address(project, three):
    Visitor().see(mailed_url(Booking.objects.first()).removeprefix("http://testserver"))
    assert book(project, three).status_code == 302


def test_the_page_after_a_booking_and_a_made_up_link_prove_nothing(project, three):
    url = manage_url(Booking.objects.first()).removeprefix("http://testserver")
    for opened in (url, f"{url}?{MAILED}=", f"{url}?{MAILED}=made-up"):
        assert Visitor().see(opened).status_code == 200
    assert not Customer.objects.exclude(mail_opened_at=None).exists()
    assert book(project, three).status_code == 409


def test_another_address_and_bookings_that_are_cancelled_or_over_do_not_count(project, three):
    assert book(project, three, email="doc@example.com").status_code == 302
    Booking.objects.filter(customer__email=MARTY["email"]).update(
        start=three - timedelta(days=9, hours=1), end=three - timedelta(days=9)
    )
    assert book(project, three + HOUR).status_code == 302


def test_where_no_mail_is_sent_nobody_is_asked_to_prove_an_address(project, three, settings):
    settings.MAIL_IS_SET_UP = False
    assert book(project, three).status_code == 302


def test_a_network_address_books_so_often_an_hour_and_then_reads_how_long(project, tomorrow, settings):
    settings.BOOKINGS_AN_HOUR_PER_ADDRESS = 2
    answers = [book(project, tomorrow + HOUR * number) for number in range(3)]
    assert [answer.status_code for answer in answers] == [302, 302, 429]
    assert 3500 < int(answers[2]["Retry-After"]) <= 3600
    for row in RequestCount.objects.filter(who__startswith=BOOKED):
        row.window -= HOUR
        row.save()
    assert book(project, tomorrow + HOUR * 3).status_code == 302


def test_a_widgets_bookings_are_counted_alike(client, settings, tomorrow, db):
    settings.BOOKINGS_AN_HOUR_PER_ADDRESS = 1
    resource = a_resource()
    project = a_project(resource)
    page = Door(client=client, key=a_widget_key(project)[1])
    wanted = {"project_id": str(project.pk), "resource_id": str(resource.pk), "customer": MARTY}

    def at(number: int) -> dict:
        return {
            "start": (tomorrow + HOUR * number).isoformat(),
            "end": (tomorrow + HOUR * (number + 1)).isoformat(),
        }

    assert page.post("/bookings", wanted | at(0)).status_code == 201
    answer = page.post("/bookings", wanted | at(1))
    assert answer.status_code == 429
    assert answer["Retry-After"] in answer.json()["error"]


def test_staff_are_never_capped(project, tomorrow, settings, admin_client):
    settings.BOOKINGS_AN_HOUR_PER_ADDRESS = 1
    for number in range(2):
        visitor = Visitor()
        visitor.client = admin_client
        assert visitor.send(visitor.hold(project, tomorrow + HOUR * number)).status_code == 302
