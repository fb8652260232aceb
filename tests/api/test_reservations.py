"""Holds through the API: how long, how they are let go, and what they read as afterwards."""

import pytest

from bookings.models import Reservation, Resource
from tests.api.conftest import LATER, MARTY
from tests.situations import a_project, aged


@pytest.fixture
def held(server, wish):
    return server.made("/bookings/reserve", wish | {"reservation_time": 60})


def test_a_hold_is_let_go_by_name_or_by_address(server, held, wish):
    answer = server.put("/bookings/reserve/release", {"reservation_id": held["id"]})
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "expired")
    again = server.made("/bookings/reserve", wish)
    assert server.delete(f"/bookings/{again['id']}").status_code == 204
    server.made("/bookings", wish)


def test_a_hold_that_ended_is_not_let_go_twice(server, held):
    for _time in range(2):
        answer = server.put("/bookings/reserve/release", {"reservation_id": held["id"]})
    assert (answer.status_code, answer.json()["code"]) == (409, "reservation_gone")


def test_a_hold_that_expired_reads_so_and_keeps_nobody_out(server, held, wish):
    aged(Reservation.objects.get(pk=held["id"]))
    told = server.read(f"/bookings/{held['id']}")
    assert (told["state"], told["completed"]) == ("expired", True)
    server.made("/bookings", wish)


def test_an_expired_hold_becomes_no_booking_and_is_not_made_longer(server, held, wish):
    aged(Reservation.objects.get(pk=held["id"]))
    booked = server.post("/bookings", wish | {"reservation_id": held["id"]})
    longer = server.put("/bookings/reserve/extend", {"reservation_id": held["id"]})
    assert [answer.json()["code"] for answer in (booked, longer)] == ["reservation_gone"] * 2


def test_a_hold_lends_the_booking_what_the_request_leaves_out(server, wish, held):
    answer = server.post("/bookings?include=attributes", {"reservation_id": held["id"], "customer": MARTY})
    assert answer.status_code == 201
    info = answer.json()["data"]["attributes"]["event_info"]
    assert (info["start"], info["what"]) == (wish["start"], wish["what"])


def test_a_hold_is_made_longer_by_its_projects_time_where_the_request_names_none(server, consultation, wish):
    consultation.booking |= {"reservation_time": 600}
    consultation.save()
    held = server.made("/bookings/reserve", wish | {"project_id": str(consultation.pk)})
    longer = server.put("/bookings/reserve/extend", {"reservation_id": held["id"]}).json()["data"]
    assert longer["expires_at"] >= held["expires_at"]


def test_the_operators_cap_binds_every_hold(server, wish, held, settings):
    settings.MAX_RESERVATION_SECONDS = 120
    assert list(
        server.post("/bookings/reserve", wish | LATER | {"reservation_time": 121}).json()["errors"]
    ) == ["reservation_time"]
    refusal = server.put("/bookings/reserve/extend", {"reservation_id": held["id"], "reservation_time": 121})
    assert list(refusal.json()["errors"]) == ["reservation_time"]


def test_every_fault_of_a_hold_is_told_at_once(server):
    wrong = {"start": "x", "resource_id": "1", "reservation_time": 0, "customer": ["Doc"], "graph": "none"}
    refusal = server.post("/bookings/reserve", wrong)
    assert refusal.status_code == 422
    assert set(refusal.json()["errors"]) == {
        "start",
        "end",
        "resource_id",
        "reservation_time",
        "customer",
        "graph",
    }


def test_a_seat_is_held_and_then_booked(server, wish):
    session = server.made("/bookings", wish | {"graph": "group_owner", "settings": {"max_seats": 1}})
    seat = {"graph": "group_customer", "related": {"owner_booking_id": session["id"]}}
    held = server.made("/bookings/reserve", seat)
    assert server.post("/bookings", seat | {"customer": MARTY}).json()["code"] == "group_full"
    server.made("/bookings", {"reservation_id": held["id"], "customer": MARTY})


def test_the_buffers_of_a_project_are_held_too(server, wish, doc):
    row = a_project(Resource.objects.get(pk=doc), availability={"buffer_after": "15 minutes"})
    server.made("/bookings/reserve", wish | {"project_id": str(row.pk)})
    touching = {"start": wish["end"], "end": LATER["end"]}
    assert server.post("/bookings", wish | touching).status_code == 409
