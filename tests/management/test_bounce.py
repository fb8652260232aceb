"""A mail that came back marks its address: staff are told, and nobody marks another's by a made-up report."""

import io
import sys
from email.message import EmailMessage

import pytest
from django.core.management import call_command
from django.urls import reverse

from bookings.lifecycle import Actor, correct
from bookings.models import Customer
from tests.admin.conftest import logged_in, text_of
from tests.effects.conftest import work
from tests.effects.test_mail import customer, doc, mails_to
from tests.situations import a_booking, at

pytestmark = pytest.mark.django_db
MARTY = "marty@example.com"
COMES_BACK = "Mails to this address come back: 550 5.1.1 No such user"


@pytest.fixture(autouse=True)
def mail_is_set_up(settings):
    settings.MAIL_IS_SET_UP = True


def report(returned, action="failed", head_alone=False):
    """What a mail server writes to the sender, after RFC 3464."""
    whole = EmailMessage()
    whole["From"], whole["To"] = "MAILER-DAEMON@mx.example", "site@example.com"
    whole.set_content("It was not delivered.")
    status = (
        "Reporting-MTA: dns; mx.example\n\nFinal-Recipient: rfc822; marty@example.com\n"
        f"Action: {action}\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 No such user\n"
    )
    lines = [
        f"Content-Type: multipart/report; report-type=delivery-status; boundary=b\nFrom: {whole['From']}\n",
        "--b\nContent-Type: text/plain\n\nIt was not delivered.",
        f"--b\nContent-Type: message/delivery-status\n\n{status}",
    ]
    if head_alone:
        lines.append(f"--b\nContent-Type: text/rfc822-headers\n\n{returned.partition(chr(10) * 2)[0]}\n")
    else:
        lines.append(f"--b\nContent-Type: message/rfc822\n\n{returned}")
    return "\n".join([*lines, "--b--\n"]).encode()


def bounced(monkeypatch, capsys, whole):
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(whole)))
    call_command("bounce")
    return capsys.readouterr().out


def sent(mailoutbox):
    work()
    return mails_to(MARTY, mailoutbox)[-1].message().as_string()


@pytest.mark.parametrize("head_alone", [False, True])
def test_the_desk_tells_of_an_address_whose_mail_came_back(monkeypatch, capsys, mailoutbox, head_alone):
    booking = a_booking(doc(), at(9), customer=customer(email="Marty@Example.com"))
    other = a_booking(doc(), at(9), customer=customer(email="doc@example.org"))
    work()
    mail = mails_to("Marty@Example.com", mailoutbox)[-1].message().as_string()
    assert "have it: 1" in bounced(monkeypatch, capsys, report(mail, head_alone=head_alone))
    desk = logged_in("desk")
    assert COMES_BACK in text_of(desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])))
    assert "come back" not in text_of(desk.get(reverse("admin:bookings_booking_change", args=[other.pk])))
    index = text_of(desk.get(reverse("admin:index")))
    assert booking.reference in index
    assert other.reference not in index


def test_an_address_that_was_corrected_is_told_of_no_more(monkeypatch, capsys, mailoutbox):
    booking = a_booking(doc(), at(9))
    bounced(monkeypatch, capsys, report(sent(mailoutbox)))
    assert Customer.objects.unreached().exists()
    correct(booking, by=Actor("staff"), customer={"email": "mcfly@example.com"})
    assert not Customer.objects.unreached().exists()
    desk = logged_in("desk")
    assert "come back" not in text_of(desk.get(reverse("admin:bookings_booking_change", args=[booking.pk])))
    assert "come back" not in text_of(desk.get(reverse("admin:index")))


def test_a_mail_that_only_waits_a_made_up_one_and_junk_mark_nobody(monkeypatch, capsys, mailoutbox):
    a_booking(doc(), at(9))
    mail = sent(mailoutbox)
    made_up = "Message-ID: <0@example.com>\nTo: marty@example.com\n\nHello"
    for whole in (
        report(mail, action="delayed"),
        report(made_up),
        report(""),
        mail.encode(),
        b"",
        b"\xff\x00" * 99,
    ):
        assert "nothing was changed" in bounced(monkeypatch, capsys, whole)
    assert not Customer.objects.unreached().exists()


def test_who_sees_no_bookings_is_told_of_none(monkeypatch, capsys, mailoutbox):
    a_booking(doc(), at(9))
    bounced(monkeypatch, capsys, report(sent(mailoutbox)))
    assert "come back" not in text_of(logged_in("designer").get(reverse("admin:index")))
