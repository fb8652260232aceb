"""Many hands want one, two or three seats of one session at the same moment: never over, and what fits is in."""

import json
from base64 import b64encode
from collections import Counter

import pytest

from bookings.invariants import broken
from bookings.lifecycle import act
from bookings.models import Booking, Reservation
from tests.situations import SERVER, a_resource, a_seat, a_seat_hold, a_server_key, a_session, aged, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
SEATS = 20


@pytest.fixture
def key():
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


def wanting(session, key, places, path="/v2/bookings"):
    wish = {
        "graph": "group_customer",
        "customer": {"name": "Marty McFly", "email": "marty@example.com"},
        "related": {"owner_booking_id": str(session.pk)},
        "places": places,
    }
    return {"method": "POST", "path": path, "json": wish, "headers": key}


def taken(session):
    return Booking.objects.values_list("seats_taken", flat=True).get(pk=session.pk)


def places_of(answers):
    return sum(json.loads(one.text)["data"]["places"] for one in answers if one.status == 201)


def test_of_many_that_want_one_two_or_three_just_as_many_get_in_as_fit(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=SEATS)
    answers = all_at_once([wanting(session, key, 1 + number % 3) for number in range(36)])
    assert {one.status for one in answers} == {201, 409}
    assert places_of(answers) == taken(session)
    assert 0 <= SEATS - taken(session) < in_vain(answers)
    assert list(broken()) == []


def in_vain(answers):
    """The least that anybody was refused; each refusal tells that fewer were left."""
    refused = [
        (1 + number % 3, json.loads(one.text)) for number, one in enumerate(answers) if one.status == 409
    ]
    assert all(told["code"] == "group_full" and told["places_left"] < wanted for wanted, told in refused)
    return min(wanted for wanted, _told in refused)


def test_holds_and_bookings_of_several_never_pass_the_seats(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=SEATS)
    aged(a_seat_hold(session, places=7))
    calls = [
        wanting(session, key, 1 + number % 3, "/v2/bookings/reserve" if number % 2 else "/v2/bookings")
        for number in range(24)
    ]
    answers = all_at_once(calls)
    assert places_of(answers) == taken(session)
    assert 0 <= SEATS - taken(session) < in_vain(answers)
    assert list(broken()) == []


def test_the_last_two_seats_are_not_for_three(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=SEATS)
    a_seat(session, places=SEATS - 2)
    answers = all_at_once([wanting(session, key, 3)] * 6)
    assert Counter(one.status for one in answers) == {409: 6}
    assert {json.loads(one.text)["places_left"] for one in answers} == {2}
    assert (taken(session), Booking.objects.filter(session=session).count()) == (SEATS - 2, 1)


def test_a_batch_that_wants_three_of_the_last_two_seats_takes_nothing(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=SEATS)
    a_seat(session, places=SEATS - 2)
    seats = [wanting(session, key, places)["json"] for places in (1, 2)]
    batch = {"bookings": seats, "delete_all_on_error": True}
    answers = all_at_once(
        [{"method": "POST", "path": "/v2/bookings/bulk", "json": batch, "headers": key}] * 4
    )
    assert Counter(one.status for one in answers) == {409: 4}
    assert (taken(session), Booking.objects.filter(session=session).count()) == (SEATS - 2, 1)


def test_one_hold_of_several_becomes_one_booking_whatever_number_each_hand_names(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=SEATS)
    hold = a_seat_hold(session, places=2)
    calls = [wanting(session, key, 1 + number % 3) for number in range(6)]
    for call in calls:
        call["json"] |= {"reservation_id": str(hold.pk)}
    answers = all_at_once(calls)
    assert Counter(one.status for one in answers) == {201: 1, 409: 5}
    assert places_of(answers) == taken(session)
    assert list(broken()) == []


def test_what_is_given_back_together_is_taken_together(all_at_once, key):
    session = a_session(a_resource(), at(10), seats=6)
    seats = [a_seat(session, places=3) for _number in range(2)]
    cancels = [
        {"method": "PUT", "path": f"/v2/bookings/{seat.pk}/cancel_by_customer", "json": {}, "headers": key}
        for seat in seats
    ]
    answers = all_at_once([*cancels, *[wanting(session, key, 3)] * 6])
    assert [one.status for one in answers[:2]] == [200, 200]
    assert places_of(answers[2:]) == taken(session) <= 6
    assert list(broken()) == []
    for seat in Booking.objects.filter(session=session, state__occupies=True):
        act(seat, "cancel_by_customer", by=SERVER)
    assert (taken(session), Reservation.objects.count()) == (0, 0)
