"""The published SDK books, decides, moves and lists, unmodified, and gets the answers that it expects."""

from datetime import datetime
from uuid import UUID

import pytest

pytestmark = pytest.mark.clients

MARTY = {"name": "Marty McFly", "email": "marty@example.com", "timezone": "America/Los_Angeles"}


@pytest.fixture
def wish(live_site, free_hour):
    """What an integrator sends, in the SDK's camel case, for an hour that is free."""
    resource = live_site.demo["resources"][0]["id"]
    text = {"what": "Catch the lightning", "where": "Courthouse, Hill Valley", "description": "At 10:04 PM"}
    return {"resourceId": resource, "graph": "instant", **free_hour(), **text, "customer": MARTY}


@pytest.fixture
def booked(server_sdk, wish):
    """The data of a booking that was just made."""
    return server_sdk("createBooking", wish).data


def instant(text):
    """Return the moment that a timestamp of the API names."""
    return datetime.fromisoformat(text)


def test_a_booking_is_created_and_unwrapped(server_sdk, wish):
    answer = server_sdk("createBooking", wish)
    assert (answer.ok, answer.status) == (True, 201)
    assert UUID(answer.data["id"])
    assert (answer.data["graph"], answer.data["state"]) == ("instant", "confirmed")
    assert answer.data["completed"] is False
    assert answer.meta is None


def test_javascript_dates_with_milliseconds_are_understood(server_sdk, wish):
    wish |= {key: {"$date": wish[key]} for key in ("start", "end")}
    event = server_sdk("createBooking", wish, include=["event"]).data["event"]
    assert instant(event["start"]) == instant(wish["start"]["$date"])
    assert instant(event["end"]) == instant(wish["end"]["$date"])


def test_includes_arrive_as_the_sdk_asks_for_them(server_sdk, wish):
    names = ["attributes", "event", "customers", "user", "resource", "calendar", "available_actions", "meta"]
    data = server_sdk("createBooking", wish | {"meta": {"order": "88"}}, include=names).data
    info = data["attributes"]["event_info"]
    assert (info["what"], info["where"]) == (wish["what"], wish["where"])
    assert instant(info["start"]) == instant(wish["start"])
    assert data["event"]["what"] == wish["what"]
    assert [customer["email"] for customer in data["customers"]] == [MARTY["email"]]
    assert data["user"]["id"] == data["resource"]["id"] == wish["resourceId"]
    assert data["meta"] == {"order": "88"}
    assert set(data["available_actions"]) >= {"cancel", "cancel_by_customer", "complete"}


def test_keys_that_the_sdk_rewrites_are_kept_as_answers(server_sdk, wish):
    wish["customer"] = MARTY | {"shoeSize": "42", "wantsTour": True, "tags": ["a", "b"]}
    booking = server_sdk("createBooking", wish).data
    found = server_sdk("getBookings", carry={"params": {"search": "customer.shoe_size:42"}}).data
    assert booking["id"] in [row["id"] for row in found]


def test_a_second_booking_of_the_same_time_is_refused_in_words(server_sdk, wish, booked):
    refusal = server_sdk("createBooking", wish)
    assert (refusal.ok, refusal.status) == (False, 409)
    assert refusal.data["code"] == "slot_taken"
    assert refusal.data["errors"]["start"]


def test_double_bookings_are_allowed_where_the_newcomer_says_so(server_sdk, wish, booked):
    again = server_sdk("createBooking", wish | {"settings": {"allowDoubleBookings": True}})
    assert again.status == 201


def test_a_booking_is_read_back(server_sdk, booked):
    answer = server_sdk("getBooking", {"id": booked["id"]}, include=["event"])
    assert answer.status == 200
    assert {key: answer.data[key] for key in ("id", "state", "graph", "completed")} == {
        key: booked[key] for key in ("id", "state", "graph", "completed")
    }


def test_an_unknown_booking_is_missing_with_the_records_words(server_sdk):
    refusal = server_sdk("getBooking", {"id": "00000000-0000-4000-8000-000000000000"})
    assert refusal.status == 404
    assert refusal.data == {"error": "Resource does not exist", "model": "Booking"}


def test_the_paginator_stands_beside_the_data(server_sdk, booked, wish):
    search = f"resource.id:{wish['resourceId']};state:confirmed"
    answer = server_sdk("getBookings", carry={"params": {"search": search, "limit": 1, "page": 1}})
    assert len(answer.data) == 1
    assert (
        int(answer.meta["per_page"])
        == answer.meta["current_page"]
        == answer.meta["from"]
        == answer.meta["to"]
        == 1
    )
    assert answer.meta["last_page"] == answer.meta["total"]
    assert answer.meta["prev_page_url"] is None


def test_the_last_page_has_no_next(server_sdk, booked):
    answer = server_sdk("getBookings")
    assert answer.meta["next_page_url"] is None
    assert booked["id"] in [row["id"] for row in answer.data]


def test_an_empty_list_is_a_list(server_sdk):
    answer = server_sdk("getBookings", carry={"params": {"search": "customer.email:nobody@example.com"}})
    assert answer.status == 200
    assert answer.data == []


def test_a_request_is_confirmed_and_then_cancelled_with_a_message(server_sdk, wish):
    asked = server_sdk("createBooking", wish | {"graph": "confirm_decline"}).data
    assert asked["state"] == "tentative"
    confirmed = server_sdk("updateBooking", {"id": asked["id"], "action": "confirm"})
    assert (confirmed.status, confirmed.data["state"]) == (200, "confirmed")
    cancelled = server_sdk(
        "updateBooking", {"id": asked["id"], "action": "cancel", "cancel": {"message": "Rain"}}
    ).data
    assert (cancelled["state"], cancelled["completed"]) == ("cancelled", True)


def test_an_action_that_is_not_available_names_those_that_are(server_sdk, booked):
    refusal = server_sdk("updateBooking", {"id": booked["id"], "action": "confirm"})
    assert refusal.status == 409
    assert "cancel" in refusal.data["available_actions"]


def test_a_payment_is_recorded(server_sdk, wish):
    held = server_sdk("createBooking", wish | {"graph": "instant_payment"}).data
    assert held["state"] == "tentative"
    paid = server_sdk(
        "updateBooking", {"id": held["id"], "action": "pay", "pay": {"paymentId": "ch_1985"}}
    ).data
    assert paid["state"] == "paid"


def test_only_a_finished_booking_is_deleted(server_sdk, booked):
    assert server_sdk("deleteBooking", {"id": booked["id"]}).status == 409
    server_sdk("updateBooking", {"id": booked["id"], "action": "cancel"})
    assert server_sdk("deleteBooking", {"id": booked["id"]}).status == 204
    assert server_sdk("getBooking", {"id": booked["id"]}).status == 404


def test_a_booking_moves_and_gets_a_new_id(server_sdk, booked, wish, free_hour):
    later = free_hour()
    moved = server_sdk(
        "rescheduleBooking",
        {"id": booked["id"], "resourceId": wish["resourceId"], **later},
        include=["event"],
    )
    assert moved.ok
    assert moved.data["id"] != booked["id"]
    assert moved.data["state"] == "confirmed"
    assert instant(moved.data["event"]["start"]) == instant(later["start"])
    old = server_sdk("getBooking", {"id": booked["id"]}).data
    assert (old["state"], old["completed"]) == ("rescheduled_by_customer", True)


def test_a_move_frees_the_old_time(server_sdk, booked, wish, free_hour):
    server_sdk("rescheduleBooking", {"id": booked["id"], "resourceId": wish["resourceId"], **free_hour()})
    assert server_sdk("createBooking", wish).status == 201


def test_times_come_back_in_the_configured_zone(server_sdk, booked):
    tokyo = server_sdk.configured(timezone="Asia/Tokyo")
    event = tokyo("getBooking", {"id": booked["id"]}, include=["event"]).data["event"]
    assert event["start"].endswith("+09:00")


def test_several_bookings_are_made_at_once_and_related(server_sdk, wish, free_hour):
    wishes = [wish | free_hour() for _ in range(2)]
    made = server_sdk("createBookingsBulk", {"bookings": wishes, "relateBookings": True})
    assert made.status == 201
    first, second = (row["id"] for row in made.data)
    related = server_sdk("getBooking", {"id": first}, include=["bulked_bookings"]).data["bulked_bookings"]
    assert second in [row["id"] for row in related]


def test_several_bookings_are_changed_at_once(server_sdk, wish, free_hour):
    rows = [server_sdk("createBooking", wish | free_hour()).data for _ in range(2)]
    changes = [{"id": row["id"], "action": "cancel"} for row in rows]
    changed = server_sdk("updateBookingsBulk", {"bookings": changes})
    assert changed.status == 200
    assert [row["state"] for row in changed.data] == ["cancelled", "cancelled"]


def test_a_reservation_holds_extends_and_becomes_a_booking(server_sdk, wish):
    held = server_sdk("reserveBooking", {**wish, "reservationTime": 60})
    assert (held.status, held.data["graph"], held.data["state"]) == (201, "reservation", "reserved")
    assert server_sdk("createBooking", wish).status == 409
    extended = server_sdk("extendReservedBooking", {"reservationId": held.data["id"], "reservationTime": 120})
    assert extended.status == 200
    booking = server_sdk("createBooking", {**wish, "reservationId": held.data["id"]})
    assert (booking.status, booking.data["state"]) == (201, "confirmed")
    assert server_sdk("getBooking", {"id": held.data["id"]}).data["id"] == booking.data["id"]


def test_a_used_reservation_is_refused(server_sdk, wish):
    held = server_sdk("reserveBooking", wish).data
    server_sdk("createBooking", {**wish, "reservationId": held["id"]})
    again = server_sdk("createBooking", {**wish, "reservationId": held["id"]})
    assert again.status == 409
    assert again.data["code"] != "slot_taken"


def test_seats_of_a_session_are_taken_until_it_is_full(server_sdk, wish):
    session = server_sdk(
        "createBooking", {**wish, "graph": "group_owner", "settings": {"maxSeats": 1}}, include=["attributes"]
    ).data
    assert session["attributes"]["group_booking"] == {"max_seats": 1, "current_seats": 0}
    seat = {
        "graph": "group_customer",
        "resourceId": wish["resourceId"],
        "related": {"ownerBookingId": session["id"]},
        "customer": MARTY,
    }
    taken = server_sdk("createBooking", seat, include=["owner_booking"])
    assert (taken.status, taken.data["state"]) == (201, "confirmed")
    assert taken.data["owner_booking"]["id"] == session["id"]
    full = server_sdk("createBooking", seat)
    assert full.status == 409
    assert full.data["code"] != "slot_taken"


def test_sessions_with_a_seat_left_are_listed_in_the_zone_asked_for(server_sdk, wish):
    session = server_sdk("createBooking", {**wish, "graph": "group_owner", "settings": {"maxSeats": 8}}).data
    listed = server_sdk("getGroupBookings", headers={"Timekit-Timezone": "Asia/Tokyo"}).data
    row = next(row for row in listed if row["id"] == session["id"])
    assert row["resource"]["id"] == wish["resourceId"]
    assert row["attributes"]["event_info"]["start"].endswith("+09:00")
    assert row["attributes"]["event_info"]["what"] == wish["what"]
    assert row["attributes"]["group_booking"] == {"max_seats": 8, "current_seats": 0}
    alone = server_sdk("getGroupBooking", {"id": session["id"]})
    assert (alone.status, alone.data["id"]) == (200, session["id"])


def test_everything_wrong_is_told_at_once(server_sdk):
    refusal = server_sdk("createBooking", {"graph": "no_such_graph", "customer": {"email": "not an address"}})
    assert refusal.status == 422
    assert refusal.data["code"] == "invalid"
    assert set(refusal.data["errors"]) >= {"graph", "resource_id", "start", "end", "customer.email"}
