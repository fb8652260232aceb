"""Each graph of the record, walked along its arrows through the API."""

from datetime import datetime, timedelta
from uuid import UUID

import pytest

from bookings.models import Booking
from tests.api.conftest import EXAMPLE, LATER, MARTY, hour
from tests.situations import aged

FINAL = {"cancelled", "cancelled_by_customer", "completed", "declined", "rescheduled_by_customer", "unpaid"}


def walk(server, wish, *actions):
    """Create a booking, play the actions, and return the last answer's data."""
    data = server.made("/bookings", wish)
    for action in actions:
        response = server.put(f"/bookings/{data['id']}/{action}")
        assert response.status_code == 200, (action, response.content)
        data = response.json()["data"]
    return data


@pytest.mark.parametrize(
    ("graph", "actions", "state"),
    [
        ("instant", [], "confirmed"),
        ("instant", ["cancel"], "cancelled"),
        ("instant", ["cancel_by_customer"], "cancelled_by_customer"),
        ("instant", ["complete"], "completed"),
        ("confirm_decline", [], "tentative"),
        ("confirm_decline", ["confirm"], "confirmed"),
        ("confirm_decline", ["decline"], "declined"),
        ("confirm_decline", ["cancel_by_customer"], "cancelled_by_customer"),
        ("confirm_decline", ["confirm", "cancel"], "cancelled"),
        ("confirm_decline", ["confirm", "cancel_by_customer"], "cancelled_by_customer"),
        ("confirm_decline", ["confirm", "complete"], "completed"),
        ("instant_payment", [], "tentative"),
        ("instant_payment", ["pay"], "paid"),
        ("instant_payment", ["cancel_by_customer"], "cancelled_by_customer"),
        ("instant_payment", ["pay", "cancel"], "cancelled"),
        ("instant_payment", ["pay", "complete"], "completed"),
        ("request", [], "tentative"),
        ("request", ["confirm"], "confirmed"),
        ("request", ["decline"], "declined"),
    ],
)
def test_actions_lead_where_the_record_says(server, wish, graph, actions, state):
    data = walk(server, wish | {"graph": graph}, *actions)
    assert data["state"] == state
    assert data["completed"] is (state in FINAL)


@pytest.mark.parametrize("graph", ["instant", "instant_payment", "request"])
def test_these_graphs_take_the_time_at_once(server, wish, graph):
    server.made("/bookings", wish | {"graph": graph})
    assert server.post("/bookings", wish).status_code == 409


def test_a_tentative_request_leaves_the_time_free(server, wish):
    asked = server.made("/bookings", wish | {"graph": "confirm_decline"})
    server.made("/bookings", wish)
    refusal = server.put(f"/bookings/{asked['id']}/confirm")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "slot_taken")
    assert server.read(f"/bookings/{asked['id']}")["state"] == "tentative"


@pytest.mark.parametrize(
    ("graph", "actions"),
    [
        ("instant", ["cancel"]),
        ("instant", ["complete"]),
        ("instant_payment", ["cancel_by_customer"]),
        ("request", ["decline"]),
        ("confirm_decline", ["confirm", "cancel"]),
    ],
)
def test_an_end_frees_the_time(server, wish, graph, actions):
    walk(server, wish | {"graph": graph}, *actions)
    assert server.post("/bookings", wish).status_code == 201


@pytest.mark.parametrize("action", ["timeout", "create", "no_such_action", "confirm"])
def test_what_does_not_leave_the_state_is_refused(server, wish, action):
    booking = server.made("/bookings", wish)
    response = server.put(f"/bookings/{booking['id']}/{action}")
    assert (response.status_code, response.json()["code"]) == (409, "action_not_available")


def test_even_a_server_key_does_not_play_the_clock(server, wish):
    booking = server.made("/bookings", wish | {"graph": "instant_payment"})
    response = server.put(f"/bookings/{booking['id']}/timeout")
    assert response.status_code == 409
    assert "timeout" not in response.json()["available_actions"]


def test_an_unpaid_time_is_free_again_with_no_job_running(server, wish):
    held = server.made("/bookings", wish | {"graph": "instant_payment"})
    aged(Booking.objects.get(pk=held["id"]))
    assert server.post("/bookings", wish).status_code == 201
    assert server.read(f"/bookings/{held['id']}")["state"] == "unpaid"


def test_a_late_payment_is_refused(server, wish):
    held = server.made("/bookings", wish | {"graph": "instant_payment"})
    aged(Booking.objects.get(pk=held["id"]))
    refusal = server.put(f"/bookings/{held['id']}/pay")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "action_not_available")


def test_a_booking_completes_itself_unless_that_is_switched_off(server, wish):
    off = {"auto_complete_one_hour_after_booking_ends": {"enabled": False}}
    usual = server.made("/bookings", wish)
    by_hand = server.made("/bookings", wish | LATER | off)
    due = dict(Booking.objects.values_list("pk", "due_at"))
    assert due[UUID(usual["id"])] == datetime.fromisoformat(wish["end"]) + timedelta(hours=1)
    assert due[UUID(by_hand["id"])] is None


def test_a_final_booking_takes_no_more_actions(server, wish):
    booking = walk(server, wish, "cancel")
    response = server.put(f"/bookings/{booking['id']}/cancel")
    assert (response.status_code, response.json()["available_actions"]) == (409, [])


def test_the_words_of_a_refusal_are_kept_in_the_log(server, wish):
    booking = server.made("/bookings", wish | {"graph": "confirm_decline"})
    response = server.put(
        f"/bookings/{booking['id']}/decline?include=logs", {"decline": {"message": "Storm"}}
    )
    assert "Storm" in str(response.json()["data"]["logs"])


def test_only_the_newcomer_decides_about_doubling(server, wish):
    loose = {"settings": {"allow_double_bookings": True}}
    server.made("/bookings", wish)
    server.made("/bookings", wish | loose)
    server.made("/bookings", wish | loose | LATER)
    assert server.post("/bookings", wish | LATER).status_code == 409


@pytest.fixture
def session(server, doc):
    """Makes a session in three days; takes its settings and further fields, returns its data."""

    def made(ahead=None, fields=None, **settings):
        wish = EXAMPLE | {"resource_id": doc, "graph": "group_owner", "settings": {"max_seats": 2} | settings}
        del wish["customer"]
        return server.made("/bookings", wish | hour(**(ahead or {"days": 3})) | (fields or {}))

    return made


def seat_of(session, graph="group_customer"):
    """Return a create request for a seat of the session."""
    return {"graph": graph, "related": {"owner_booking_id": session["id"]}, "customer": MARTY}


def seats(server, session):
    """Return the session's seats as the API tells them: (taken, all)."""
    data = server.read(f"/bookings/{session['id']}?include=attributes")["attributes"]["group_booking"]
    return data["current_seats"], data["max_seats"]


def test_a_session_needs_no_customer_and_takes_the_time(server, session, wish):
    assert session()["state"] == "tentative"
    assert server.post("/bookings", wish | hour(days=3)).status_code == 409


def test_seats_are_taken_until_none_is_left(server, session):
    owner = session()
    server.made("/bookings", seat_of(owner))
    server.made("/bookings", seat_of(owner))
    refusal = server.post("/bookings", seat_of(owner))
    assert (refusal.status_code, refusal.json()["code"]) == (409, "group_full")
    assert seats(server, owner) == (2, 2)


def test_a_seat_that_is_given_back_can_be_taken_again(server, session):
    owner = session(max_seats=1)
    seat = server.made("/bookings", seat_of(owner))
    server.put(f"/bookings/{seat['id']}/cancel_by_customer")
    assert seats(server, owner) == (0, 1)
    assert server.post("/bookings", seat_of(owner)).status_code == 201


def test_a_seat_has_the_times_and_texts_of_its_session(server, session):
    owner = session()
    path = "/bookings?include=attributes,owner_booking,event"
    seat = server.made(
        path, seat_of(owner) | {"start": "2020-01-01T00:00:00Z", "end": "2020-01-01T01:00:00Z"}
    )
    theirs = server.read(f"/bookings/{owner['id']}?include=attributes")["attributes"]["event_info"]
    assert {key: seat["attributes"]["event_info"][key] for key in ("start", "end", "what")} == {
        key: theirs[key] for key in ("start", "end", "what")
    }
    assert seat["owner_booking"]["id"] == owner["id"]


def test_a_cancelled_session_cancels_its_seats(server, session):
    owner = session()
    seat = server.made("/bookings", seat_of(owner))
    server.put(f"/bookings/{owner['id']}/cancel")
    assert server.read(f"/bookings/{seat['id']}")["state"] == "cancelled_by_owner"
    assert server.post("/bookings", seat_of(owner)).status_code == 409


def test_a_paid_seat_is_held_while_it_is_unpaid(server, session):
    owner = session(max_seats=1)
    seat = server.made("/bookings", seat_of(owner, "group_customer_payment"))
    assert seat["state"] == "tentative"
    assert server.post("/bookings", seat_of(owner)).status_code == 409
    paid = server.put(f"/bookings/{seat['id']}/pay", {"pay": {"payment_id": "ch_1"}}).json()["data"]
    assert paid["state"] == "paid"


def test_a_seat_needs_a_session(server, wish, session):
    plain = server.made("/bookings", wish)
    for related in ({}, {"owner_booking_id": plain["id"]}, {"owner_booking_id": "1"}, "text"):
        response = server.post("/bookings", seat_of(plain) | {"related": related})
        assert response.status_code == 422, related
        assert any(name.startswith("related") for name in response.json()["errors"])


@pytest.mark.parametrize(
    ("settings", "ahead"),
    [({"min_booking_time": "2 days"}, {"days": 1}), ({"max_booking_time": "2 days"}, {"days": 5})],
)
def test_seats_open_and_close_when_the_session_says_for_a_page(server, widget, session, settings, ahead):
    owner = session(ahead, **settings)
    refusal = widget.post("/bookings", seat_of(owner))
    assert (refusal.status_code, refusal.json()["code"]) == (409, "window_closed")
    assert server.post("/bookings", seat_of(owner)).status_code == 201


def test_too_late_to_cancel_is_said_to_a_page_and_not_to_a_server(server, widget, session):
    owner = session({"hours": 20}, min_cancel_time="1 day")
    first, second = (server.made("/bookings", seat_of(owner)) for _ in range(2))
    refusal = widget.put(f"/bookings/{first['id']}/cancel_by_customer")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "window_closed")
    assert server.put(f"/bookings/{second['id']}/cancel_by_owner").status_code == 200


def test_the_list_of_sessions_holds_only_what_can_be_joined(server, session):
    open_one = session({"days": 3})
    full = session({"days": 4}, max_seats=1)
    server.made("/bookings", seat_of(full))
    past = session({"days": -2})
    closed = session({"days": 5}, max_booking_time="1 day")
    cancelled = session({"days": 6})
    server.put(f"/bookings/{cancelled['id']}/cancel")
    listed = [row["id"] for row in server.read("/bookings/groups")]
    assert listed == [open_one["id"]]
    assert past["id"] not in listed
    assert closed["id"] not in listed


def test_sessions_come_by_their_start_with_what_the_widget_reads(server, session):
    later, sooner = session({"days": 5}), session({"days": 2})
    rows = server.read("/bookings/groups")
    assert [row["id"] for row in rows] == [sooner["id"], later["id"]]
    assert rows[0]["attributes"]["group_booking"] == {"max_seats": 2, "current_seats": 0}
    assert rows[0]["attributes"]["event_info"]["what"] == EXAMPLE["what"]
    assert rows[0]["resource"]["name"] == "Doc"


def test_graphs_are_told_as_json_and_as_a_picture(server):
    names = {graph["name"] for graph in server.read("/graphs")}
    assert {"instant", "confirm_decline", "instant_payment", "group_owner", "request"} <= names
    graph = server.read("/graphs/confirm_decline")
    assert {"tentative", "confirmed", "declined"} <= {state["name"] for state in graph["states"]}
    assert {"create", "confirm", "decline"} <= {action["name"] for action in graph["actions"]}
