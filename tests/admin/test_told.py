"""What the customer was told stands at the booking with how it went; and can be sent again, to the right address."""

import re

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from bookings.effects.again import send_again
from bookings.effects.mail import deliver
from bookings.effects.outbox import Sender
from bookings.models import Booking, OutboxMessage, Site
from tests.admin.conftest import text_of, values_of
from tests.situations import a_booking, a_resource, at, long_ago
from tests.threads import in_threads

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


def again(booking):
    return reverse("admin:bookings_booking_again", args=[booking.pk])


def test_an_address_is_corrected_and_the_confirmation_sent_again_to_it(desk, page):
    booking = a_booking(a_resource(), at(9))
    OutboxMessage.objects.update(outcome="failed", done_at=timezone.now(), last_error="550 no such user")
    assert "The booking stands: given up" in text_of(desk.get(page(booking)))
    correct = page(booking, "correct")
    values = values_of(desk.get(correct)) | {"customer-email": "marty@right.example"}
    shown = text_of(desk.post(correct, values, follow=True))
    offered = "“the booking stands” to marty@right.example, in this language: English"
    assert offered in shown
    shown = text_of(desk.post(again(booking), follow=True))
    assert f"It is on its way: {offered}" in shown
    assert "The booking stands: waiting" in shown
    Sender({"mail": deliver}).send_all()
    (letter,) = mail.outbox
    assert letter.to == ["marty@right.example"]
    assert "The booking stands: sent" in text_of(desk.get(page(booking)))


def test_what_waits_is_not_doubled_and_what_went_is_sent_once_more_by_each_press(desk):
    booking = a_booking(a_resource(), at(9))
    before = OutboxMessage.objects.count()
    desk.post(again(booking))
    assert OutboxMessage.objects.count() == before
    for more in (1, 2):
        OutboxMessage.objects.update(outcome="sent", done_at=timezone.now())
        desk.post(again(booking))
        desk.post(again(booking))
        assert OutboxMessage.objects.count() == before + more


def test_a_press_is_heard_also_where_older_messages_were_swept(desk):
    booking = a_booking(a_resource(), at(9))
    for _press in range(3):
        OutboxMessage.objects.update(outcome="sent", done_at=timezone.now())
        desk.post(again(booking))
        newest = OutboxMessage.objects.waiting().get(kind="mail", booking_id=booking.pk)
        OutboxMessage.objects.exclude(pk=newest.pk).filter(kind="mail").first().delete()


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_once_are_one():
    booking = a_booking(a_resource(), at(9))
    OutboxMessage.objects.update(outcome="sent", done_at=timezone.now())

    in_threads(4, lambda: send_again(booking, Site.current()))
    assert OutboxMessage.objects.waiting().filter(kind="mail").count() == 1


def test_what_is_over_or_has_no_address_is_not_offered_and_refused_in_words(desk, page):
    booking = a_booking(a_resource(), at(9))
    booking.customer.email = ""
    booking.customer.save()
    over = long_ago(a_booking(a_resource(), at(9)), at(9) - timezone.now().replace(year=2020))
    before = OutboxMessage.objects.count()
    for one in (booking, over):
        assert again(one) not in text_of(desk.get(page(one)))
        assert "nothing that could be sent" in text_of(desk.post(again(one), follow=True))
    assert OutboxMessage.objects.count() == before


def test_it_is_for_whoever_may_decide_and_for_posts_alone(desk, designer):
    booking = a_booking(a_resource(), at(9))
    before = OutboxMessage.objects.count()
    assert designer.post(again(booking)).status_code == 403
    assert desk.get(again(booking)).status_code == 405
    assert OutboxMessage.objects.count() == before
    assert Booking.objects.count() == 1
    assert re.search(
        r"/again/", text_of(desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])))
    )
