"""A link that names a time opens the form for it, and the button that names one holds it at once."""

import re
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from datetime import timezone as dt_timezone
from html import unescape
from urllib.parse import urlencode

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings.graphs.flow import Flow
from bookings.models import Booking, Occupancy, Option, Project, Reservation
from tests.situations import (
    a_booking,
    a_hold,
    a_location,
    a_project,
    a_resource,
    a_seat,
    a_session,
    own_terms,
)
from tests.views.conftest import MARTY, holds
from tests.views.test_booking_flow import text

pytestmark = pytest.mark.django_db
GIVEN = {"customer.name": "Marty McFly", "customer.email": "marty@example.com"}


def link(project, start, *, space="book", **query):
    return f"/{space}/{project.slug}/?{urlencode({'start': start.isoformat(), **query})}"


def carried(page):
    """What the form of the details sends but for the answers."""
    form = re.search(r'<form class="form" id="details".*?</form>', page, re.DOTALL)[0]
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form)
    return {name: unescape(value) for name, value in fields}


def test_a_link_that_names_a_time_opens_the_form_with_the_answers_and_holds_nothing(
    visitor, project, tomorrow
):
    answer = visitor.see(link(project, tomorrow, **GIVEN))
    page = text(answer)
    assert answer.status_code == 200
    assert 'value="Marty McFly"' in page
    assert 'value="marty@example.com"' in page
    assert "Book this time" in page
    assert "13:00–14:00" in page  # in Berlin
    assert not Reservation.objects.exists()
    assert not Occupancy.objects.exists()


def test_what_the_link_opened_is_booked_in_one_press(visitor, project, tomorrow):
    page = text(visitor.see(link(project, tomorrow, **GIVEN)))
    answer = visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    booking = Booking.objects.get()
    assert booking.start == tomorrow
    assert booking.customer.email == "marty@example.com"
    assert "Your time is booked" in text(visitor.see(answer["Location"]))


def test_the_link_names_option_and_resource(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    longer = Option.objects.create(
        project=project, label="Long", length=timedelta(hours=2), price=30, position=5
    )
    page = text(visitor.see(link(project, tomorrow, option=longer.pk, **{"with": "clara"})))
    assert "Clara Clayton" in page
    assert "€30" in page
    visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    booking = Booking.objects.get()
    assert (booking.resource.slug, booking.option, booking.length) == ("clara", longer, timedelta(hours=2))


def test_where_it_may_be_anyone_nobody_is_promised(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    page = text(visitor.see(link(project, tomorrow)))
    assert "Emmett Brown" not in page
    assert "Anyone" in page


@pytest.mark.parametrize("offset", [timedelta(minutes=7), timedelta(days=-30)])
def test_a_link_to_a_time_that_is_not_offered_shows_the_three_nearest_with_the_answers(
    visitor, project, tomorrow, offset
):
    page = text(visitor.see(link(project, tomorrow + offset, **GIVEN)))
    times = re.findall(r'formaction="/book/lightning/form/" name="start" value="([^"]+)"', page)
    assert len(times) == 3
    assert 'value="Marty McFly"' in page
    assert "Book this time" not in page
    chosen = visitor.client.post("/book/lightning/form/", carried(page) | MARTY | {"start": times[1]})
    assert holds().get().start == datetime.fromisoformat(times[1])
    assert 'value="Marty McFly"' in text(chosen)
    assert not Booking.objects.exists(), "what was not asked for is shown first"


def test_a_time_that_is_lost_while_the_form_is_filled_in_offers_the_nearest_and_keeps_the_answers(
    visitor, project, doc, tomorrow
):
    page = text(visitor.see(link(project, tomorrow)))
    a_booking(doc, tomorrow)
    answer = visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    assert answer.status_code == 409
    assert "Somebody else has just taken this time" in text(answer)
    assert text(answer).count('class="time"') == 3
    assert 'value="Marty McFly"' in text(answer)
    assert Booking.objects.count() == 1


def test_answers_that_are_wrong_are_said_while_the_time_is_held(visitor, project, tomorrow):
    page = text(visitor.see(link(project, tomorrow)))
    answer = visitor.client.post("/book/lightning/form/", carried(page) | {"name": "", "email": "marty@"})
    assert "2 answers need another look" in text(answer)
    assert "Held for you until" in text(answer)
    assert holds().get().start == tomorrow


def test_a_form_that_a_link_opened_and_is_sent_twice_books_once(visitor, project, tomorrow):
    page = text(visitor.see(link(project, tomorrow)))
    sent = [visitor.client.post("/book/lightning/form/", carried(page) | MARTY) for _time in range(2)]
    assert sent[0]["Location"] == sent[1]["Location"]
    assert Booking.objects.count() == 1


def test_it_books_once_where_somebody_else_could_take_the_second_one_too(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    page = text(visitor.see(link(project, tomorrow)))
    sent = [visitor.client.post("/book/lightning/form/", carried(page) | MARTY) for _time in range(2)]
    assert sent[0]["Location"] == sent[1]["Location"]
    assert Booking.objects.count() == 1
    assert not holds().exists()


def test_it_takes_one_seat_however_many_are_left_and_a_form_opened_anew_takes_another(visitor, doc, tomorrow):
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    session = a_session(doc, tomorrow, seats=5, project=seats)
    for taken in (1, 2):
        page = text(visitor.see(link(seats, tomorrow)))
        sent = [visitor.client.post("/book/back/form/", carried(page) | MARTY) for _time in range(2)]
        assert sent[0]["Location"] == sent[1]["Location"]
        assert Booking.objects.filter(session=session).count() == taken


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("people", [1, 2])
def test_sent_twice_at_once_it_books_once_and_holds_nothing_more(visitor, project, tomorrow, people):
    if people == 2:
        project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    page = text(visitor.see(link(project, tomorrow)))

    def send(_number):
        client = Client()
        client.cookies = visitor.client.cookies
        try:
            return client.post("/book/lightning/form/", carried(page) | MARTY)
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as at_once:
        answers = list(at_once.map(send, range(4)))
    assert [answer.status_code for answer in answers] == [302] * 4
    shown = {visitor.open(answer["Location"]).request["PATH_INFO"] for answer in answers}
    assert len(shown) == 1, "every answer leads to the booking"
    assert Booking.objects.count() == 1
    assert not holds().exists()


def test_only_the_visitor_to_whom_a_form_was_shown_is_led_to_what_it_booked(
    visitor, another, project, tomorrow
):
    page = text(visitor.see(link(project, tomorrow)))
    visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    answer = another.client.post("/book/lightning/form/", carried(page) | MARTY)
    assert answer.status_code == 409
    assert "Location" not in answer


def test_a_link_to_a_seat_opens_the_form_of_its_session(visitor, doc, tomorrow):
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    session = a_session(doc, tomorrow, seats=1, project=seats)
    page = text(visitor.see(link(seats, tomorrow)))
    visitor.client.post("/book/back/form/", carried(page) | MARTY)
    assert Booking.objects.get(session=session)
    assert "Somebody else" not in page
    assert "See all times" in text(visitor.see(link(seats, tomorrow))), "now it is full"


def test_an_end_that_the_customer_may_choose_can_be_named(visitor, project, tomorrow):
    layer = {"customer_chooses_end": True, "max_length": "3 hours", "timeslot_increments": "1 hour"}
    Project.objects.update(availability=layer)
    page = text(visitor.see(link(project, tomorrow, end=(tomorrow + timedelta(hours=2)).isoformat())))
    visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    assert Booking.objects.get().length == timedelta(hours=2)
    far = text(visitor.see(link(project, tomorrow, end=(tomorrow + timedelta(hours=9)).isoformat())))
    assert "This time is not offered." in far


@pytest.mark.parametrize("start", ["", "tomorrow", "2027-03-16T09:00:00", "9999-12-31T23:59:59+00:00"])
def test_a_start_that_is_no_moment_shows_the_times(visitor, project, start):
    answer = visitor.see("/book/lightning/", start=start)
    assert 'id="times"' in text(answer)
    assert visitor.client.post("/book/lightning/form/", {"start": start} | MARTY).status_code == 302
    assert not holds().exists()


def test_an_offset_that_no_place_has_is_still_a_moment(visitor, project, tomorrow):
    far = tomorrow.astimezone(dt_timezone(-timedelta(hours=23, minutes=59)))
    assert "Book this time" in text(visitor.see(link(project, far)))
    answer = visitor.client.post("/book/lightning/hold/", {"start": far.isoformat()})
    assert "/details/" in answer["Location"]
    assert holds().get().start == tomorrow


@pytest.mark.parametrize("page", ["hold", "form"])
def test_an_answer_given_beforehand_that_nobody_can_type_is_left_out(visitor, project, tomorrow, page):
    given = {"customer.name": "Mar\0ty", "customer.\0": "x", "customer.email": "m@example.org"}
    assert visitor.see(link(project, tomorrow, **given)).status_code == 200
    sent = {"start": tomorrow.isoformat(), "book": "1"} | MARTY | given
    assert visitor.client.post(f"/book/lightning/{page}/", sent).status_code == 302
    assert Reservation.objects.get().customer == {"email": "m@example.org"}


def test_a_plus_that_was_read_as_a_blank_is_still_an_offset(visitor, project, tomorrow):
    url = f"/book/lightning/?start={tomorrow.isoformat()}"
    assert "+" in url
    assert "Book this time" in text(visitor.see(url))


def test_the_link_works_in_a_frame_without_cookies(client, project, tomorrow):
    Project.objects.update(embed_origins=["https://host.example"])
    client.cookies.clear()
    page = text(client.get(link(project, tomorrow, space="embed")))
    client.cookies.clear()
    answer = client.post("/embed/lightning/form/", carried(page) | MARTY)
    assert answer["Location"].startswith("/embed/b/")
    assert Booking.objects.get().start == tomorrow


def test_the_page_that_a_link_opens_takes_few_queries(visitor, project, tomorrow):
    Flow.published("instant")  # a process reads each graph once
    for start in (tomorrow, tomorrow + timedelta(minutes=7)):
        with CaptureQueriesContext(connection) as seen:
            visitor.see(link(project, start))
        assert len(seen) <= 10, "\n".join(query["sql"] for query in seen)


def next_free(visitor, project, url="/"):
    """Where the button of a project's entry on the home page sends what."""
    entry = text(visitor.see(url)).partition(f'href="/book/{project.slug}/')[2].partition("</li>")[0]
    form = re.search(r'<form class="offer__next" method="post" action="([^"]+)".*?</form>', entry)
    fields = re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', form[0])
    return form[1], dict(fields)


def test_the_button_on_the_home_page_holds_the_time_that_it_names(visitor, project, doc):
    a_project(doc, name="Time travel")
    url, fields = next_free(visitor, project)
    assert not holds().exists()
    form = visitor.client.post(url, fields)["Location"]
    held = holds().get()
    assert held.start == datetime.fromisoformat(fields["start"])
    assert held.start - timezone.now() < timedelta(hours=2)
    assert "Held for you until" in text(visitor.see(form))


def test_the_button_of_one_resources_page_holds_it_with_that_one(visitor, project, doc):
    clara = a_resource(name="Clara Clayton", slug="clara", timezone="Europe/Berlin")
    for each in (project, a_project(doc, name="Time travel")):
        each.links.create(resource=clara, position=1)
    url, fields = next_free(visitor, project, "/with/clara/")
    visitor.client.post(url, fields)
    assert holds().get().resource == clara


def test_the_button_of_a_class_holds_a_seat(visitor, project, doc, tomorrow):
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    full = a_session(doc, tomorrow, seats=1, project=seats)
    a_seat(full)
    session = a_session(doc, tomorrow + timedelta(hours=2), seats=1, project=seats)
    visitor.client.post(*next_free(visitor, seats))
    assert holds().get().session == session


def test_a_button_that_names_a_time_which_is_gone_offers_the_three_nearest(visitor, project, doc):
    a_project(doc, name="Time travel")
    url, fields = next_free(visitor, project)
    a_hold(doc, datetime.fromisoformat(fields["start"]))
    page = text(visitor.open(visitor.client.post(url, fields)["Location"]))
    assert "Somebody else has just taken this time" in page
    assert page.count('form="instead"') == 3


def test_where_the_end_is_chosen_the_home_page_leads_to_that_day(visitor, project, doc):
    a_project(doc, name="Time travel")
    Project.objects.filter(pk=project.pk).update(availability={"customer_chooses_end": True})
    page = text(visitor.see("/"))
    url = unescape(re.search(r'class="take" href="([^"]+)"', page)[1])
    assert 'id="id_end"' in text(visitor.see(url))


def test_a_slot_lost_in_a_frame_offers_the_three_nearest_there(client, project, doc, tomorrow):
    Project.objects.update(embed_origins=["https://host.example"])
    page = text(client.get(f"/embed/lightning/?day={tomorrow.date()}"))
    client.cookies.clear()
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', page))
    a_booking(doc, tomorrow)
    lost = client.post("/embed/lightning/hold/", fields | {"start": tomorrow.isoformat()}, follow=True)
    offered = re.findall(r'formaction="(/embed/lightning/hold/)" name="start" value="([^"]+)"', text(lost))
    assert len(offered) == 3
    fields = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)"', text(lost)))
    url, start = offered[0]
    assert client.post(url, fields | {"start": start}, follow=True).status_code == 200
    assert holds().get().start == datetime.fromisoformat(start)


def test_a_seat_lost_when_picked_offers_the_nearest_sessions(visitor, doc, tomorrow):
    seats = a_project(doc, graph="group_customer", name="Back class", slug="back")
    sessions = [a_session(doc, tomorrow + timedelta(hours=2 * n), seats=1, project=seats) for n in range(3)]
    a_seat(sessions[0])
    lost = text(
        visitor.open(visitor.client.post("/book/back/hold/", {"session": str(sessions[0].pk)})["Location"])
    )
    assert re.findall(
        r'name="session" value="([^"]+)"', lost.partition("alternatives")[2].partition("</section>")[0]
    ) == [str(one.pk) for one in sessions[1:]]


def test_a_form_that_was_mended_and_is_sent_again_from_before_books_once(visitor, project, tomorrow):
    project.links.create(resource=a_resource(name="Clara Clayton", slug="clara"), position=1)
    page = text(visitor.see(link(project, tomorrow)))
    wrong = visitor.client.post("/book/lightning/form/", carried(page) | MARTY | {"email": "marty@"})
    (url,) = re.findall(r'action="(/book/lightning/details/[^"]+/[?]form=[^"]+)"', text(wrong))
    mended = visitor.client.post(url, MARTY)
    again = visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    assert again["Location"] == mended["Location"]
    assert Booking.objects.count() == 1


def test_a_url_names_a_form_by_its_own_token_alone(visitor, project, tomorrow):
    visitor.book(project, tomorrow)
    form_token = Booking.objects.get().form_token
    other = visitor.hold(project, tomorrow + timedelta(hours=3))
    assert visitor.see(other, form=form_token).status_code == 200


def test_only_who_gave_answers_is_told_that_they_are_kept(visitor, another, project, tomorrow):
    taken = a_booking(project.resources.get(), tomorrow)
    promise = "Your answers are kept."
    bare = text(visitor.see(link(project, taken.start)))
    assert promise not in bare
    assert "Choose one of the times above to go on." in bare
    assert promise in text(visitor.see(link(project, taken.start, **GIVEN)))
    sent = another.client.post("/book/lightning/form/", {"start": taken.start.isoformat(), **MARTY})
    assert promise in text(sent)


@pytest.fixture
def clara(project):
    """Takes longer, costs more and is elsewhere."""
    resource = a_resource(name="Clara Clayton", slug="clara", location=a_location(name="The school"))
    project.links.create(resource=resource, position=1)
    own_terms(project, resource, length=timedelta(minutes=90), price=55)
    return resource


def shown(visitor, project, start, **more):
    page = visitor.see(link(project, start, **more))
    return {row["label"]: row["value"] for row in page.context["summary"]["facts"]}, page.context["summary"]


def test_where_it_may_be_one_of_several_what_differs_is_told_as_far_as_it_is_known(
    visitor, project, clara, tomorrow
):
    facts, card = shown(visitor, project, tomorrow)
    assert (facts["Length"], facts["Price"], facts["With"]) == (
        "1 hour to 1 hour 30 minutes",
        "from €18",
        "Anyone",
    )
    assert "Where" not in facts
    assert card["times"] == "13:00"


def test_where_one_alone_is_free_the_form_tells_of_that_one(visitor, project, clara, doc, tomorrow):
    a_booking(doc, tomorrow)
    facts, card = shown(visitor, project, tomorrow)
    assert (facts["Length"], facts["Price"], facts["With"]) == ("1 hour 30 minutes", "€55", "Clara Clayton")
    assert "The school" in facts["Where"]
    assert card["times"] == "13:00–14:30"
    page = text(visitor.see(link(project, tomorrow)))
    visitor.client.post("/book/lightning/form/", carried(page) | MARTY)
    booking = Booking.objects.exclude(resource=doc).get()
    assert (booking.resource, booking.price, booking.length) == (clara, 55, timedelta(minutes=90))


def test_the_form_of_a_class_tells_the_price_of_whoever_leads_it(visitor, doc, clara, tomorrow):
    seats = a_project(doc, clara, graph="group_customer", name="Back class", slug="back")
    seats.options.update(price=18)
    own_terms(seats, clara, price=55)
    session = a_session(clara, tomorrow, seats=2, project=seats)
    facts, _card = shown(visitor, seats, tomorrow, session=session.pk)
    assert (facts["Price"], facts["With"]) == ("€55", "Clara Clayton")
