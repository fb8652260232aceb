"""Several hands on the same booking at the same moment, through every door: one wins, and nobody meets a fault."""

from base64 import b64encode
from collections import Counter
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client

from bookings.effects.links import manage_token, owner_token
from bookings.models import Booking, HistoryEntry
from tests.situations import a_booking, a_project, a_resource, a_server_key, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def key():
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


@pytest.fixture
def session():
    """The cookie of a member of staff who may do everything."""
    client = Client()
    client.force_login(User.objects.create_superuser("admin"))
    return {"Cookie": f"sessionid={client.cookies['sessionid'].value}"}


def by_program(key, booking, what, body=None, method="PUT"):
    path = f"/v2/bookings/{booking.pk}{what and '/'}{what}"
    return {"method": method, "path": path, "json": body or {}, "headers": key}


def by_customer(booking, action):
    return {"method": "POST", "path": f"/b/{manage_token(booking)}/do/{action}/", "form": {"message": ""}}


def by_owner(booking, action):
    return {
        "method": "POST",
        "path": f"/o/{owner_token(booking)}/",
        "form": {"action": action, "message": "", "sure": "1"},
    }


def at_the_desk(session, booking, action):
    path = f"/admin/bookings/booking/{booking.pk}/act/{action}/"
    return {"method": "POST", "path": path, "form": {"message": ""}, "headers": session}


def steps(booking):
    """The names of the states that the booking entered after the one it began in."""
    entries = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.TRANSITION)
    return [entry.target for entry in entries][1:]


def test_of_six_programs_that_cancel_one_wins_and_the_others_read_what_is_possible(all_at_once, key):
    booking = a_booking(a_resource(), at(10))
    answers = all_at_once([by_program(key, booking, "cancel")] * 6)
    assert Counter(one.status for one in answers) == {200: 1, 409: 5}
    assert all("action_not_available" in one.text for one in answers if one.status == 409)
    assert steps(booking) == ["cancelled"]


def test_a_request_is_accepted_or_declined_and_never_both(all_at_once, key):
    request = a_booking(a_resource(), at(10), graph="confirm_decline")
    answers = all_at_once([by_program(key, request, what) for what in ("confirm", "decline") * 3])
    assert Counter(one.status for one in answers) == {200: 1, 409: 5}
    assert len(steps(request)) == 1


def test_of_five_moves_of_one_booking_one_wins(all_at_once, key):
    booking = a_booking(a_resource(), at(10))
    times = [{"start": at(hour).isoformat(), "end": at(hour + 1).isoformat()} for hour in range(12, 17)]
    answers = all_at_once([by_program(key, booking, "reschedule", one, method="POST") for one in times])
    assert Counter(one.status for one in answers) == {201: 1, 409: 4}
    assert Booking.objects.filter(continues=booking).count() == 1


def test_words_that_are_added_while_somebody_cancels_are_kept(all_at_once, key):
    booking = a_booking(a_resource(), at(10))
    words = [by_program(key, booking, "", {"meta": {f"key{number}": number}}) for number in range(4)]
    answers = all_at_once([*words, *[by_program(key, booking, "cancel")] * 3])
    assert [one.status for one in answers[:4]] == [200] * 4
    assert Counter(one.status for one in answers[4:]) == {200: 1, 409: 2}
    booking.refresh_from_db()
    assert booking.meta == {f"key{number}": number for number in range(4)}


@pytest.mark.parametrize("kind", ["projects", "resources"])
def test_what_several_programs_add_to_one_object_is_kept_of_each(all_at_once, key, kind):
    row = a_resource() if kind == "resources" else a_project(a_resource())
    path = f"/v2/{kind}/{row.pk}"
    words = [{"meta": {f"key{number}": number}} for number in range(8)]
    answers = all_at_once([{"method": "PUT", "path": path, "json": one, "headers": key} for one in words])
    assert {one.status for one in answers} == {204}
    row.refresh_from_db()
    assert row.meta == {f"key{number}": number for number in range(8)}


def test_a_booking_is_deleted_once(all_at_once, key):
    booking = a_booking(a_resource(), at(10))
    all_at_once([by_program(key, booking, "cancel")])
    answers = all_at_once([by_program(key, booking, "", method="DELETE")] * 5)
    assert sum(one.status == 204 for one in answers) == 1
    assert {one.status for one in answers} <= {204, 404, 409}
    deleted = HistoryEntry.objects.filter(booking_id=booking.pk, what=HistoryEntry.What.DELETED)
    assert deleted.count() == 1


def test_a_customer_who_presses_cancel_in_many_tabs_cancels_once_and_is_led_back_each_time(all_at_once):
    booking = a_booking(a_resource(), at(10))
    answers = all_at_once([by_customer(booking, "cancel_by_customer")] * 6)
    assert {one.status for one in answers} == {302}
    assert steps(booking) == ["cancelled_by_customer"]


def test_an_owner_who_answers_twice_is_told_which_answer_came_first(all_at_once):
    request = a_booking(a_resource(timezone="UTC"), at(10), graph="confirm_decline")
    answers = all_at_once([by_owner(request, action) for action in ("confirm", "decline") * 3])
    assert Counter(one.status for one in answers) == {302: 1, 409: 5}
    (state,) = steps(request)
    label = Booking.objects.select_related("state").get(pk=request.pk).state.label
    late = [one.text for one in answers if one.status == 409]
    assert all("The owner was first" in text and label in text for text in late), (state, late)


def test_at_the_desk_the_second_to_decide_is_told_who_was_first(all_at_once, session):
    request = a_booking(a_resource(), at(10), graph="confirm_decline")
    answers = all_at_once([at_the_desk(session, request, what) for what in ("confirm", "decline") * 3])
    assert len(steps(request)) == 1
    late = [one for one in answers if one.status == 200]
    assert all("Somebody at the desk was first" in one.text for one in late)
    assert {one.status for one in answers} <= {200, 302}


def test_through_all_doors_at_once_one_hand_wins(all_at_once, key, session):
    request = a_booking(a_resource(), at(10), graph="confirm_decline")
    calls = [
        by_program(key, request, "confirm"),
        by_owner(request, "decline"),
        by_customer(request, "cancel_by_customer"),
        at_the_desk(session, request, "confirm"),
        by_program(key, request, "decline"),
        by_owner(request, "confirm"),
    ]
    all_at_once(calls)
    assert (
        1 <= len(steps(request)) <= 2
    )  # what was confirmed first may be cancelled by the customer afterwards
    assert len(set(steps(request))) == len(steps(request))


def test_a_customer_who_moves_and_cancels_in_two_tabs_does_one_of_both(all_at_once):
    doc = a_resource()
    project = a_project(doc)
    booking = a_booking(doc, at(10), project=project, option=project.options.get())
    path = f"/b/{manage_token(booking)}/move/to/"
    start = (at(10) + timedelta(hours=4)).isoformat()
    move = {"method": "POST", "path": path, "form": {"start": start}}
    all_at_once([move, by_customer(booking, "cancel_by_customer")] * 3)
    assert len(steps(booking)) == 1
