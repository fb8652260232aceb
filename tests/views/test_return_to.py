"""Back to the page that a link names, where its site is allowed, with the reference and without a word of anybody."""

import re
from html import unescape
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
from django.test import override_settings

from bookings.models import Booking, Project
from tests.views.conftest import MARTY
from tests.views.test_booking_flow import text
from tests.views.test_frames import Framed
from tests.views.test_named_times import carried, link

pytestmark = pytest.mark.django_db
THANKS = "https://shop.example/thanks?order=7&reference=none#top"


@pytest.fixture(autouse=True)
def mail(settings):
    settings.MAIL_IS_SET_UP = True


@pytest.fixture
def shop(project):
    Project.objects.update(return_origins=["https://shop.example", "http://localhost:3000"])
    return project


def times(visitor, start, **query):
    return visitor.see("/book/lightning/", day=start.date().isoformat(), **query)


def press(visitor, page, start):
    """Press the time on that page; the URL of the form."""
    hidden = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(page))
    sent = {name: unescape(value) for name, value in hidden}
    return visitor.client.post("/book/lightning/hold/", sent | {"start": start.isoformat()})["Location"]


def booked_through(visitor, start, **query):
    """Choose, fill in, send; the answer to that."""
    return visitor.send(press(visitor, times(visitor, start, **query), start))


def test_after_the_booking_it_leads_back_with_the_reference_and_nothing_else(visitor, shop, tomorrow):
    answer = booked_through(visitor, tomorrow, return_to=THANKS)
    reference = Booking.objects.get().reference
    assert answer["Location"] == f"https://shop.example/thanks?order=7&reference={reference}#top"


def test_the_policy_of_the_form_lets_the_browser_go_there_and_nowhere_else(visitor, shop, tomorrow):
    form = press(visitor, times(visitor, tomorrow, return_to=THANKS), tomorrow)
    assert "form-action 'self' https://shop.example;" in visitor.see(form)["Content-Security-Policy"] + ";"
    usual = press(visitor, times(visitor, tomorrow), tomorrow)
    assert "form-action 'self';" in visitor.see(usual)["Content-Security-Policy"] + ";"


def test_a_link_that_names_the_time_leads_back_too_and_twice_to_one_booking(visitor, shop, tomorrow):
    page = visitor.see(link(shop, tomorrow, return_to=THANKS))
    assert "form-action 'self' https://shop.example;" in page["Content-Security-Policy"] + ";"
    sent = carried(text(page)) | MARTY
    found = [visitor.client.post("/book/lightning/form/", sent)["Location"] for _time in range(2)]
    assert (
        found == [f"https://shop.example/thanks?order=7&reference={Booking.objects.get().reference}#top"] * 2
    )


@pytest.mark.parametrize(
    "named",
    [
        "https://evil.example/",
        "http://shop.example/",
        "https://shop.example.evil.example/",
        "https://shop.example@evil.example/",
        "https://shop.example\\@evil.example/",
        "https://user@shop.example/",
        "//shop.example/",
        "/thanks",
        "javascript:alert(1)//https://shop.example",
        "https://[",
        "https://shop.example:99999/",
        "https://shop.example/" + "x" * 3000,
    ],
)
def test_whatever_is_not_allowed_is_said_and_leads_nowhere(visitor, shop, tomorrow, named):
    page = times(visitor, tomorrow, return_to=named)
    assert "That is not allowed here." in text(page)
    assert "form-action 'self';" in page["Content-Security-Policy"] + ";"
    answer = visitor.send(press(visitor, page, tomorrow))
    assert urlsplit(answer["Location"]).netloc == ""
    assert "evil.example" not in text(visitor.see(answer["Location"]))


def test_where_no_site_is_allowed_none_is(visitor, project, tomorrow):
    assert "That is not allowed here." in text(times(visitor, tomorrow, return_to=THANKS))
    assert urlsplit(booked_through(visitor, tomorrow, return_to=THANKS)["Location"]).path.startswith("/b/")


def test_what_staff_allowed_by_an_address_that_is_no_origin_is_not_allowed(visitor, project, tomorrow):
    Project.objects.update(return_origins=["https://shop.example/thanks", "*", 7, None])
    assert urlsplit(booked_through(visitor, tomorrow, return_to=THANKS)["Location"]).netloc == ""


def test_a_link_without_it_stays_on_the_booking(visitor, shop, tomorrow):
    page = times(visitor, tomorrow)
    assert "not allowed here" not in text(page)
    done = visitor.open(visitor.send(press(visitor, page, tomorrow))["Location"])
    assert "Your time is booked" in text(done)
    assert "Back to" not in text(done)


@override_settings(MAIL_IS_SET_UP=False)
def test_an_address_that_no_mail_brings_is_shown_first_with_the_way_back(visitor, shop, tomorrow):
    answer = booked_through(visitor, tomorrow, return_to=THANKS)
    assert answer["Location"].startswith("/b/")
    page = text(visitor.see(answer["Location"]))
    assert "Keep this link" in page
    assert f"https://shop.example/thanks?order=7&amp;reference={Booking.objects.get().reference}#top" in page


def test_what_is_to_be_paid_is_paid_first(visitor, shop, tomorrow):
    Project.objects.update(booking={"graph": "instant_payment"}, pay_url="https://pay.example/")
    answer = booked_through(visitor, tomorrow, return_to=THANKS)
    page = text(visitor.see(answer["Location"]))
    assert "https://pay.example/" in page
    assert 'Back to <bdi dir="ltr">shop.example</bdi>' in page


def test_in_a_frame_the_page_around_is_told_where_to_go_once(shop, tomorrow):
    Project.objects.update(embed_origins=["https://host.example"])
    frame = Framed()
    query = urlencode({"day": tomorrow.date(), "return_to": THANKS})
    form = frame.send(
        "/embed/lightning/hold/", frame.see(f"/embed/lightning/?{query}"), start=tomorrow.isoformat()
    )
    done = frame.send(form["Location"], frame.see(form["Location"]), **MARTY)["Location"]
    page = frame.see(done).content.decode()
    reference = Booking.objects.get().reference
    assert f'data-return-to="https://shop.example/thanks?order=7&amp;reference={reference}#top"' in page
    assert re.search(r'<a [^>]*href="https://shop.example/[^"]*"[^>]*target="_top"', page)
    again = parse_qs(urlsplit(done).query)
    again.pop("new")
    later = frame.see(f"{urlsplit(done).path}?{urlencode(again, doseq=True)}").content.decode()
    assert "data-return-to" not in later


def test_a_frame_tells_of_no_page_that_is_not_allowed(project, tomorrow):
    Project.objects.update(embed_origins=["https://host.example"])
    frame = Framed()
    query = urlencode({"day": tomorrow.date(), "return_to": "https://evil.example/"})
    form = frame.send(
        "/embed/lightning/hold/", frame.see(f"/embed/lightning/?{query}"), start=tomorrow.isoformat()
    )
    done = frame.send(form["Location"], frame.see(form["Location"]), **MARTY)["Location"]
    page = frame.see(done).content.decode()
    assert 'data-event="booked"' in page
    assert "data-return-to" not in page
    assert 'href="https://evil.example' not in page
