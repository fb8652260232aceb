"""A real mail server: there, away, refusing; mail is delayed, a booking never is."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from bookings.effects import mail
from bookings.effects.outbox import Sender
from bookings.models import OutboxMessage
from tests.effects.conftest import let_wait_end
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db


def send():
    let_wait_end()
    Sender({"mail": mail.deliver}).send_all()


def waiting():
    return OutboxMessage.objects.waiting().filter(kind="mail").order_by("pk")


def test_a_mail_arrives_whole_with_text_html_and_invitation(mail_server):
    postbox = mail_server()
    a_booking(a_resource(name="Dr. Ärztin"), at(9), what="Blitz für Ärzte ⚡")
    send()
    (letter,) = postbox.mails
    assert letter["Subject"].strip() == "Booked: Blitz für Ärzte ⚡, Monday 14 March, 09:00"
    assert letter["To"] == "marty@example.com"
    assert letter["Auto-Submitted"] == "auto-generated"
    kinds = [part.get_content_type() for part in letter.walk() if not part.is_multipart()]
    assert kinds == ["text/plain", "text/html", "text/calendar", "application/ics"]
    calendar = next(part for part in letter.walk() if part.get_content_type() == "text/calendar")
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert "Dr. Ärztin" in letter.get_body(("plain",)).get_content()


def test_a_server_that_is_down_delays_the_mail_and_never_the_booking(mail_server, smtp_settings):
    booking = a_booking(a_resource(email="doc@example.com"), at(9))
    assert booking.pk
    send()
    assert waiting().count() == 2
    assert waiting().filter(attempts=1).count() == 1, "the second one is not even tried"
    postbox = mail_server()
    send()
    assert len(postbox.mails) == 2
    assert not waiting().exists()


def test_an_address_that_the_server_does_not_know_is_given_up_with_its_words(mail_server):
    mail_server().recipient_answer = "550 5.1.1 Nobody of that name"
    a_booking(a_resource(), at(9))
    send()
    message = OutboxMessage.objects.get(kind="mail", payload__to="customer")
    assert (message.outcome, message.last_error) == ("failed", "550 5.1.1 Nobody of that name")


def test_a_server_that_is_busy_gets_the_mail_later(mail_server):
    postbox = mail_server()
    postbox.answer = "451 Come again"
    a_booking(a_resource(), at(9))
    send()
    assert waiting().get().last_error == "451 Come again"
    postbox.answer = "250 Fine"
    send()
    assert len(postbox.mails) == 1


def test_a_mail_that_the_server_will_not_have_is_given_up(mail_server):
    mail_server().answer = "554 Looks like spam"
    a_booking(a_resource(), at(9))
    send()
    assert OutboxMessage.objects.get(kind="mail", payload__to="customer").outcome == "failed"


def doctor(address):
    told = StringIO()
    call_command("doctor", mail=address, stdout=told)
    return told.getvalue()


def test_the_doctor_sends_one_and_repeats_what_the_server_said(mail_server):
    postbox = mail_server()
    told = doctor("me@example.com")
    assert "250 Kept under number 7" in told
    assert [letter["To"] for letter in postbox.mails] == ["me@example.com"]


def test_the_doctor_repeats_a_refusal(mail_server):
    mail_server().recipient_answer = "554 5.7.1 Relay access denied"
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", mail="me@example.com", stdout=told)
    assert "WRONG" in told.getvalue()
    assert "554 5.7.1 Relay access denied" in told.getvalue()


def test_the_doctor_says_that_no_server_answers(smtp_settings):
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", mail="me@example.com", stdout=told)
    assert "The server cannot be used" in told.getvalue()


def test_the_doctor_knows_what_is_no_address():
    told = StringIO()
    with pytest.raises(CommandError):
        call_command("doctor", mail="me@@example", stdout=told)
    assert "no e-mail address" in told.getvalue()
