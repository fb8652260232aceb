"""What a link says besides the choice comes into the booking's ``meta``, and nothing else of a link does."""

import re
from html import unescape
from urllib.parse import urlencode

import pytest

from bookings.models import Booking, Project
from bookings.views.link_extras import LONGEST, MOST
from tests.situations import a_session, aged
from tests.views.conftest import MARTY, holds
from tests.views.test_booking_flow import text
from tests.views.test_frames import Framed
from tests.views.test_named_times import carried, link
from tests.views.test_return_to import booked_through, press, times

pytestmark = pytest.mark.django_db
LETTER = {"utm_source": "letter", "utm_campaign": "spring & more"}


def test_the_campaign_of_a_link_stands_in_the_booking(visitor, project, tomorrow):
    booked_through(visitor, tomorrow, **LETTER)
    assert Booking.objects.get().meta == LETTER


def test_so_it_does_where_the_link_names_the_time(visitor, project, tomorrow):
    page = text(visitor.see(link(project, tomorrow, **LETTER)))
    visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    assert Booking.objects.get().meta == LETTER


def test_so_it_does_from_a_frame_in_another_site(project, tomorrow):
    Project.objects.update(embed_origins=["https://host.example"])
    frame = Framed()
    page = frame.see(f"/embed/lightning/?{urlencode({'day': tomorrow.date(), **LETTER})}")
    form = frame.send("/embed/lightning/hold/", page, start=tomorrow.isoformat())["Location"]
    frame.send(form, frame.see(form), **MARTY)
    assert Booking.objects.get().meta == LETTER


def test_an_answer_given_beforehand_that_no_question_asks_for_is_kept_apart(visitor, project, tomorrow):
    given = {"customer.name": "Emmett", "customer.order": "17", "customer.seller": "Biff"}
    booked_through(visitor, tomorrow, **given)
    booking = Booking.objects.get()
    assert booking.meta == {"prefilled": {"order": "17", "seller": "Biff"}}
    assert booking.customer.name == "Marty McFly"  # whatever was given, the person typed this


def test_it_is_kept_where_the_time_was_lost_and_another_is_held_instead(visitor, another, project, tomorrow):
    page = times(visitor, tomorrow, **{"customer.name": "Emmett", "customer.order": "17"})
    form = press(visitor, page, tomorrow)
    aged(holds().get())
    another.book(project, tomorrow, name="Biff Tannen")
    at, _question, query = form.partition("?")
    later = {"start": tomorrow.replace(hour=13).isoformat()}
    instead = text(visitor.client.post(f"{at}instead/?{query}", MARTY | later))
    visitor.send(unescape(re.findall(r'<form[^>]*id="details"[^>]*action="([^"]+)"', instead)[0]))
    assert Booking.objects.get(customer__name="Marty McFly").meta == {"prefilled": {"order": "17"}}


def test_no_link_writes_anything_else_into_meta(visitor, project, tomorrow):
    Project.objects.update(booking={"graph": "instant", "meta": {"utm_source": "ours", "paid": "no"}})
    forged = {"meta.paid": "yes", "paid": "yes", "utm_source": "theirs", "utm_<b>": "x", "UTM_MEDIUM": "x"}
    booked_through(visitor, tomorrow, **forged)
    assert Booking.objects.get().meta == {"utm_source": "ours", "paid": "no"}


def test_of_very_much_a_part_is_kept(visitor, project, tomorrow):
    many = {f"utm_{number}": "x" * 700 for number in range(30)} | {"utm_empty": "\t"}
    page = visitor.see(link(project, tomorrow))
    visitor.client.post("/book/lightning/form/", carried(text(page)) | MARTY | many)
    meta = Booking.objects.get().meta
    assert len(meta) == MOST
    assert {len(value) for value in meta.values()} == {LONGEST}


@pytest.mark.parametrize("value", ["a\x00b", "a\r\nb"])
def test_what_no_database_keeps_is_left_out(visitor, project, tomorrow, value):
    booked_through(visitor, tomorrow, utm_source=value)
    assert Booking.objects.get().meta == {"utm_source": "ab"}


def test_the_links_of_the_page_keep_the_campaign(visitor, project, tomorrow):
    page = text(times(visitor, tomorrow, **LETTER))
    days = [unescape(href) for href in re.findall(r'<a class="day[^"]*"[^>]*href="([^"]+)"', page)]
    assert days
    assert all("utm_source=letter" in href for href in days)
    assert "utm_source=letter" in press(visitor, times(visitor, tomorrow, **LETTER), tomorrow)


def test_a_seat_keeps_answers_that_were_given_beforehand(visitor, project, doc, tomorrow):
    Project.objects.update(booking={"graph": "group_customer"})
    session = a_session(doc, tomorrow, seats=2, project=project)
    sent = {"session": str(session.pk), "customer.name": "Marty McFly"}
    form = visitor.client.post("/book/lightning/hold/", sent)["Location"]
    assert 'value="Marty McFly"' in text(visitor.see(form))
