"""The record's own example, to the letter, and the shapes in which it may come."""

from datetime import datetime
from uuid import UUID

import pytest

from tests.api.conftest import EXAMPLE, MARTY

EVENT_KEYS = ("start", "end", "what", "where", "description")
EVENT = {key: EXAMPLE[key] for key in EVENT_KEYS}


@pytest.fixture
def example(doc):
    return EXAMPLE | {"resource_id": doc}


def moment(text):
    return datetime.fromisoformat(text)


def test_the_records_example_is_a_booking_that_waits(server, example):
    response = server.post("/bookings", example)
    assert response.status_code == 201
    data = response.json()["data"]
    assert UUID(data["id"]).version == 4
    assert (data["state"], data["graph"], data["completed"]) == ("tentative", "confirm_decline", False)
    assert moment(data["created_at"]).utcoffset() is not None
    assert moment(data["updated_at"]).utcoffset() is not None


def test_a_server_key_may_record_the_past(server, example):
    example |= {"start": "2018-08-12T21:30:00-07:00", "end": "2018-08-12T22:15:00-07:00"}
    assert server.post("/bookings", example).status_code == 201


def test_the_example_can_be_sent_twice_since_it_allows_doubling(server, example):
    first, second = (server.made("/bookings", example | {"graph": "instant"}) for _ in range(2))
    assert first["id"] != second["id"]


@pytest.mark.parametrize("name", ["include", "includes"])
def test_what_was_sent_can_be_read_back(server, example, name):
    wanted = "attributes,customers,resource,user,available_actions,meta,logs"
    response = server.post(f"/bookings?{name}={wanted}", example)
    data = response.json()["data"]
    info = data["attributes"]["event_info"]
    assert {key: info[key] for key in ("what", "where", "description")} == {
        key: example[key] for key in ("what", "where", "description")
    }
    assert (moment(info["start"]), moment(info["end"])) == (moment(example["start"]), moment(example["end"]))
    customer = data["customers"][0]
    assert {key: customer[key] for key in MARTY} == MARTY
    assert data["resource"]["id"] == data["user"]["id"] == example["resource_id"]
    assert {"confirm", "decline"} <= set(data["available_actions"])
    assert data["logs"]


def test_without_includes_the_answer_is_short(server, example):
    data = server.made("/bookings", example)
    assert set(data) >= {"id", "state", "graph", "completed", "created_at", "updated_at"}
    assert not set(data) & {"customers", "attributes", "logs", "customer_action_links"}


def test_names_nobody_knows_are_ignored_in_include(server, example):
    assert server.post("/bookings?include=flux,capacitor.power,event", example).status_code == 201


def test_the_event_appears_once_the_time_is_taken(server, example):
    booking = server.made("/bookings?include=event", example)
    assert not booking.get("event")
    confirmed = server.put(f"/bookings/{booking['id']}/confirm?include=event").json()["data"]
    assert confirmed["event"]["what"] == example["what"]
    assert moment(confirmed["event"]["start"]) == moment(example["start"])


def test_the_older_nested_shape_is_the_same_booking(server, example):
    nested = {key: value for key, value in example.items() if key not in EVENT_KEYS}
    response = server.post("/bookings?include=attributes", nested | {"event": EVENT, "action": "create"})
    assert response.status_code == 201
    info = response.json()["data"]["attributes"]["event_info"]
    assert info["what"] == example["what"]
    assert moment(info["start"]) == moment(example["start"])


def test_the_calendars_own_fields_are_taken(server, example):
    calendar = server.read(f"/resources/{example['resource_id']}?include=calendars")["calendars"][0]["id"]
    invited = {
        "invite": True,
        "participants": [MARTY["email"]],
        "my_rsvp": "needsAction",
        "calendar_id": calendar,
    }
    data = server.made("/bookings?include=attributes,calendar", example | invited)
    assert data["calendar"]["id"] == calendar
    assert data["attributes"]["event_info"]["participants"] == [MARTY["email"]]


def test_meta_and_unknown_answers_are_kept(server, example):
    example["meta"] = {"order": "88", "nested": {"a": [1, 2]}}
    example["customer"] = MARTY | {"shoe_size": 42, "wants_tour": True, "extras": ["hat", "scarf"]}
    booking = server.made("/bookings?include=meta", example)
    assert booking["meta"] == example["meta"]
    found = server.get("/bookings?search=customer.shoe_size:42;meta.order:88").json()["data"]
    assert [row["id"] for row in found] == [booking["id"]]


def test_times_leave_in_utc_or_in_the_zone_asked_for(server, example):
    booking = server.made("/bookings", example)
    path = f"/bookings/{booking['id']}?include=attributes"
    plain = server.get(path).json()["data"]["attributes"]["event_info"]["start"]
    tokyo = server.get(path, Timekit_Timezone="Asia/Tokyo").json()["data"]["attributes"]["event_info"][
        "start"
    ]
    assert plain in {"2027-08-13T04:30:00+00:00", "2027-08-13T04:30:00Z"}
    assert tokyo == "2027-08-13T13:30:00+09:00"


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_slash_at_the_end_changes_nothing(server, example, slash):
    booking = server.made(f"/bookings{slash}", example)
    assert server.read(f"/bookings/{booking['id']}{slash}")["id"] == booking["id"]
    assert server.put(f"/bookings/{booking['id']}/confirm{slash}").status_code == 200


def test_a_project_brings_what_the_request_leaves_out(server, consultation, doc):
    wish = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY}
    wish |= {"start": EXAMPLE["start"], "end": EXAMPLE["end"]}
    data = server.made("/bookings?include=attributes,project", wish)
    assert data["graph"] == "instant"
    assert data["attributes"]["event_info"]["what"] == "Consultation"
    assert data["project"]["id"] == str(consultation.pk)


def test_the_request_wins_over_its_project(server, consultation, doc):
    wish = EXAMPLE | {"project_id": str(consultation.pk), "resource_id": doc, "what": "Repairs"}
    data = server.made("/bookings?include=attributes", wish)
    assert data["graph"] == "confirm_decline"
    assert data["attributes"]["event_info"]["what"] == "Repairs"
    assert data["attributes"]["event_info"]["where"] == EXAMPLE["where"]


@pytest.mark.parametrize("path", ["/bookings", "/resources", "/projects", "/graphs", "/calendars", "/events"])
def test_every_list_has_the_paginator(server, example, path):
    server.made("/bookings", example)
    body = server.get(path).json()
    assert isinstance(body["data"], list)
    names = {"total", "per_page", "current_page", "last_page", "next_page_url", "prev_page_url", "from", "to"}
    assert names <= set(body)
