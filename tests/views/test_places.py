"""Seats for several on the customer's pages: how many is chosen first, and what is offered has room for them."""

import re
from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.effects.invitations import calendar_file
from bookings.effects.links import manage_token
from bookings.models import Booking, Project, Reservation
from tests.situations import a_project, a_seat, a_session, aged
from tests.views.conftest import holds

FEW = 3


@pytest.fixture
def project(doc):
    """Classes at 12.50 a place, of which a customer books three at most."""
    row = a_project(
        doc,
        name="Back class",
        slug="back",
        booking={"graph": "group_customer", "settings": {"max_places": FEW}},
    )
    row.options.update(price=Decimal("12.50"), currency="EUR")
    return row


@pytest.fixture
def session(doc, project, tomorrow):
    return a_session(doc, tomorrow, seats=6, project=project, what="Back class")


def text(answer):
    return answer.content.decode()


def choices(page):
    """The numbers that may be chosen, and the one that is."""
    found = re.search(r'<select class="control" id="id_places".*?</select>', page, re.DOTALL)
    options = re.findall(r'<option value="(\d+)"( selected)?>', found[0]) if found else []
    return [int(value) for value, _selected in options], [
        int(value) for value, selected in options if selected
    ]


def picking(visitor, session, **more):
    return visitor.client.post("/book/back/hold/", {"session": str(session.pk), **more})


def taken(session):
    return Booking.objects.values_list("seats_taken", flat=True).get(pk=session.pk)


def test_a_project_that_says_nothing_asks_for_no_number(visitor, session, project, tomorrow):
    Project.objects.filter(pk=project.pk).update(booking={"graph": "group_customer"})
    assert choices(text(visitor.see("/book/back/", day=tomorrow.date().isoformat()))) == ([], [])
    assert "€12.50" in text(visitor.see("/book/back/", places="2"))
    answer = picking(visitor, session, places="2")
    assert "Only one place can be booked at once." in text(visitor.open(answer["Location"]))
    assert not holds()


def test_where_no_slot_is_a_seat_nobody_is_asked_for_how_many(visitor, doc, tomorrow):
    a_project(doc, slug="alone", booking={"settings": {"max_places": 3}})
    assert choices(text(visitor.see("/book/alone/"))) == ([], [])
    assert "2 places" not in text(visitor.see("/book/alone/", places="2"))
    visitor.client.post("/book/alone/hold/", {"start": tomorrow.isoformat(), "places": "2"})
    assert holds().get().places == 1


def test_as_many_may_be_chosen_as_staff_allow_and_one_session_has_left(visitor, session):
    assert choices(text(visitor.see("/book/back/"))) == ([1, 2, 3], [1])
    a_seat(session, places=4)
    assert choices(text(visitor.see("/book/back/"))) == ([1, 2], [1])
    a_seat(session)
    assert choices(text(visitor.see("/book/back/"))) == ([], [])


def test_the_number_chosen_is_kept_and_the_price_is_that_of_all(visitor, session, tomorrow):
    page = text(visitor.see("/book/back/", places="3", day=tomorrow.date().isoformat()))
    assert choices(page) == ([1, 2, 3], [3])
    assert "€37.50" in page
    assert "€12.50" not in page
    assert "3 places" in page
    links = re.findall(r'href="(/book/back/\?[^"]*month=[^"]*)"', page)
    assert links
    assert all("places=3" in link for link in links)


def test_sessions_with_fewer_places_are_shown_and_not_offered(visitor, session, doc, project, tomorrow):
    roomy = a_session(doc, tomorrow + timedelta(hours=2), seats=6, project=project)
    a_seat(session, places=4)
    page = text(visitor.see("/book/back/", places="3", day=tomorrow.date().isoformat()))
    assert f'value="{roomy.pk}"' in page
    assert f'value="{session.pk}"' not in page
    assert "2 places left" in page
    for_two = text(visitor.see("/book/back/", places="2", day=tomorrow.date().isoformat()))
    assert f'value="{session.pk}"' in for_two


def test_what_is_picked_for_several_is_held_booked_and_told_with_its_price(visitor, session, tomorrow):
    page = text(visitor.see("/book/back/", places="3", day=tomorrow.date().isoformat()))
    form = page.partition('id="times"')[2].partition("</form>")[0]
    hidden = dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', form))
    hidden.pop("csrfmiddlewaretoken", None)
    answer = picking(visitor, session, **hidden)
    assert (holds().get().places, taken(session)) == (3, 3)
    details = text(visitor.see(answer["Location"]))
    assert "€37.50" in details
    assert re.search(r"Places</dt>\s*<dd[^>]*>\s*(<bdi>)?3", details), details
    booked = visitor.open(visitor.send(answer["Location"])["Location"])
    seat = Booking.objects.get(session=session)
    assert (seat.places, seat.price, taken(session)) == (3, Decimal("37.50"), 3)
    assert "€37.50" in text(booked)
    assert re.search(r"Places</dt>\s*<dd[^>]*>\s*(<bdi>)?3", text(booked))


def test_one_place_is_told_as_before(visitor, session):
    answer = picking(visitor, session)
    assert "Places" not in text(visitor.see(answer["Location"]))
    page = visitor.open(visitor.send(answer["Location"])["Location"])
    assert "Places" not in text(page)
    assert "€12.50" in text(page)


def test_fewer_left_than_were_chosen_is_said_with_how_many_and_where_there_is_room(
    visitor, session, doc, project, tomorrow
):
    roomy = a_session(doc, tomorrow + timedelta(hours=2), seats=6, project=project)
    narrow = a_session(doc, tomorrow + timedelta(hours=4), seats=2, project=project)
    a_seat(session, places=4)
    back = visitor.open(picking(visitor, session, places="3")["Location"])
    said = text(back).partition("alternatives")[2].partition("</section>")[0]
    assert "Fewer places are left than that: 2." in said
    assert f'value="{roomy.pk}"' in said
    assert f'value="{narrow.pk}"' not in said
    assert not holds()
    instead = text(back).partition('id="instead"')[2].partition("</form>")[0]
    assert 'name="places" value="3"' in instead


def test_more_than_the_session_ever_had_is_not_called_a_lost_time(visitor, project, doc, tomorrow):
    pair = a_session(doc, tomorrow, seats=2, project=project)
    back = visitor.open(picking(visitor, pair, places="3")["Location"])
    assert "Fewer places are left than that: 2." in text(back)


@pytest.mark.parametrize("said", ["", "0", "-1", "two", "1.5", "٣", "9" * 40, "\0"])
def test_what_is_no_number_means_one(visitor, session, said):
    assert visitor.see("/book/back/", places=said).status_code == 200
    picking(visitor, session, places=said)
    assert holds().get().places == 1


def test_more_than_staff_allow_is_refused_with_how_many_they_do(visitor, session):
    assert choices(text(visitor.see("/book/back/", places="99")))[1] == [FEW]
    back = visitor.open(picking(visitor, session, places="4")["Location"])
    assert "At most 3 places can be booked at once." in text(back)
    assert taken(session) == 0


def test_a_visitor_who_chooses_another_number_has_that_in_place_of_the_first(visitor, session):
    picking(visitor, session, places="2")
    picking(visitor, session, places="3")
    assert (holds().get().places, taken(session)) == (3, 3)


def test_whoever_holds_several_of_the_last_places_is_not_told_that_they_are_taken(
    visitor, another, session, tomorrow
):
    a_seat(session, places=3)
    picking(visitor, session, places="3")
    day = tomorrow.date().isoformat()
    assert "3 places left" in text(visitor.see("/book/back/", day=day))
    assert '<li class="time time--full">' in text(another.see("/book/back/", day=day))


def test_an_ended_hold_of_several_is_booked_all_the_same_while_there_is_room(visitor, session):
    form = picking(visitor, session, places="3")["Location"]
    aged(Reservation.objects.get())
    visitor.send(form)
    assert Booking.objects.get(session=session).places == 3
    a_seat(session, places=3)
    assert taken(session) == 6


def test_an_ended_hold_whose_places_went_offers_sessions_with_as_many(
    visitor, session, doc, project, tomorrow
):
    roomy = a_session(doc, tomorrow + timedelta(hours=2), seats=6, project=project)
    narrow = a_session(doc, tomorrow + timedelta(hours=4), seats=2, project=project)
    form = picking(visitor, session, places="3")["Location"].partition("?")[0]
    aged(Reservation.objects.get())
    a_seat(session, places=5)
    refused = visitor.send(form)
    said = text(refused).partition("alternatives")[2].partition("</section>")[0]
    assert refused.status_code == 409
    assert f'value="{roomy.pk}"' in said
    assert f'value="{narrow.pk}"' not in said
    instead = re.search(r'formaction="([^"]+)"', said)[1]
    visitor.client.post(instead, {"session": str(roomy.pk), "name": "Marty"})
    assert holds().get().places == 3


def test_a_seat_for_several_moves_only_to_a_session_with_room_for_all(
    visitor, session, doc, project, tomorrow
):
    roomy = a_session(doc, tomorrow + timedelta(hours=2), seats=6, project=project)
    narrow = a_session(doc, tomorrow + timedelta(hours=4), seats=2, project=project)
    seat = a_seat(session, project=project, places=3)
    page = f"/b/{manage_token(seat)}/"
    times = text(visitor.see(f"{page}move/", day=tomorrow.date().isoformat()))
    assert f'value="{roomy.pk}"' in times
    assert f'value="{narrow.pk}"' not in times
    assert choices(times) == ([], [])
    refused = visitor.client.post(f"{page}move/to/", {"session": str(narrow.pk)})
    assert "Fewer places are left than that: 2." in text(refused)
    visitor.client.post(f"{page}move/to/", {"session": str(roomy.pk)})
    assert (taken(session), taken(roomy)) == (0, 3)


def test_a_named_session_for_several_opens_the_form_that_books_as_many(visitor, session, tomorrow):
    page = text(visitor.see("/book/back/", start=tomorrow.isoformat(), places="2"))
    assert "€25" in page
    assert 'name="places" value="2"' in page


def test_the_file_for_a_calendar_tells_how_many(session):
    assert b"Places: 3" in calendar_file(a_seat(session, places=3))
    assert b"Places" not in calendar_file(a_seat(session))
