"""A mail provider's webhook marks the address of a mail that will never arrive, and nobody else's word does."""

import base64
import json
import runpy

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse

from booking_site import bounce_webhooks, environment, urls
from bookings.models import Customer
from bookings.setup.missing import Lack, missing_but_mail
from tests.situations import a_booking, a_resource, at

pytestmark = pytest.mark.django_db
SECRET = "provider:a-long-password"
MARTY = "marty@example.com"


@pytest.fixture
def booked():
    return a_booking(a_resource(), at(9))


@pytest.fixture
def told(client, settings):
    """What a provider posts to a site that was started with its settings."""
    settings.ANYMAIL = {"WEBHOOK_SECRET": SECRET}
    settings.ROOT_URLCONF = tuple(runpy.run_path(urls.__file__)["urlpatterns"])

    def post(provider, body, secret=SECRET):
        known = {"Authorization": f"Basic {base64.b64encode(secret.encode()).decode()}"} if secret else {}
        return client.post(
            f"/anymail/{provider}/tracking/", json.dumps(body), content_type="application/json", headers=known
        )

    return post


def of_postmark(kind="HardBounce", email=MARTY, record="Bounce"):
    return {
        "RecordType": record,
        "Type": kind,
        "Email": email,
        "MessageID": "00000000-0000-0000-0000-000000000000",
        "Description": "The server was unable to deliver your message",
        "Details": "smtp;550 5.1.1 No such user",
        "BouncedAt": "2026-11-29T14:41:20Z",
    }


def test_a_mail_that_was_given_up_marks_its_address_and_staff_are_told(booked, told, admin_client):
    assert told("postmark", of_postmark()).status_code == 200
    customer = Customer.objects.get(booking=booked)
    assert customer.returned_email == MARTY
    assert "550 5.1.1 No such user" in customer.returned_words
    page = admin_client.get(reverse("admin:bookings_booking_change", args=[booked.pk])).content.decode()
    assert "Mails to this address come back" in page


def test_another_provider_is_heard_at_its_own_address(booked, told):
    assert told("brevo", {"event": "hard_bounce", "email": MARTY, "reason": "550 unknown"}).status_code == 200
    assert Customer.objects.get(booking=booked).returned_words == "550 unknown"


@pytest.mark.parametrize(
    "body", [of_postmark("Transient"), of_postmark(record="Open"), of_postmark(email="x@y.example")]
)
def test_what_is_late_was_read_or_is_a_strangers_marks_nothing(booked, told, body):
    assert told("postmark", body).status_code == 200
    assert Customer.objects.get(booking=booked).returned_email == ""


@pytest.mark.parametrize("secret", ["", "provider:another-password"])
def test_without_the_secret_nobody_is_believed(booked, told, secret):
    assert told("postmark", of_postmark(), secret).status_code == 400
    assert Customer.objects.get(booking=booked).returned_email == ""


def test_no_mails_are_taken_in():
    assert {str(one.name).rpartition("_")[0] for one in bounce_webhooks.urlpatterns} >= {"postmark_tracking"}
    assert not [one for one in bounce_webhooks.urlpatterns if "inbound" in str(one.pattern)]


def test_without_a_provider_the_address_is_not_there(client):
    assert client.post("/anymail/postmark/tracking/").status_code == 404


def test_the_desk_says_that_bounces_are_not_read_until_somebody_reads_them(settings):
    def said():
        return [one.is_wrong for one in missing_but_mail() if one.what == Lack.BOUNCES]

    settings.MAIL_IS_SET_UP, settings.BOUNCES_ARE_READ = True, False
    assert said() == [False]  # to be thought of
    settings.BOUNCES_ARE_READ = True
    assert said() == []
    settings.MAIL_IS_SET_UP, settings.BOUNCES_ARE_READ = False, False
    assert said() == []


@pytest.mark.parametrize(
    "text", ["x", "[]", '{"A": 1}', '{"WEBHOOK_SECRET": "short:one"}', '{"WEBHOOK_SECRET": 7}']
)
def test_a_secret_that_keeps_nobody_out_is_refused(text):
    with pytest.raises(ImproperlyConfigured, match="ANYMAIL"):
        environment.anymail(text)


def test_without_the_library_it_is_named(monkeypatch):
    text = json.dumps({"WEBHOOK_SECRET": SECRET})
    assert environment.anymail(text) == {"WEBHOOK_SECRET": SECRET}
    monkeypatch.setattr(environment, "find_spec", lambda name: None)
    with pytest.raises(ImproperlyConfigured, match="django-anymail is not installed"):
        environment.anymail(text)
