"""Many bookings in one request, each answered in its place, or all or none."""

from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.conftest import MARTY, NOTHING, hour
from tests.api.test_contract_lists import EVERYTHING


def bulk(wish, *days, **flags):
    """Return a bulk request for bookings on these days from now; a day of None makes one that is invalid."""
    rows = [wish | (hour(days=day) if day else {"start": "tomorrow"}) for day in days]
    return {"bookings": rows, **flags}


def test_many_are_made_in_order(server, wish):
    response = server.post("/bookings/bulk", bulk(wish, 1, 2, 3))
    assert response.status_code == 201
    assert [row["state"] for row in response.json()["data"]] == ["confirmed"] * 3


def test_a_failed_one_stands_in_its_place(server, wish):
    rows = server.post("/bookings/bulk", bulk(wish, 1, 1, None, 2)).json()["data"]
    assert [row.get("code", row.get("state")) for row in rows] == [
        "confirmed",
        "slot_taken",
        "invalid",
        "confirmed",
    ]
    assert list(rows[1]["errors"]) == ["start"]
    assert server.get("/bookings").json()["total"] == 2


def test_all_or_nothing(server, wish):
    response = server.post("/bookings/bulk", bulk(wish, 1, 1, 2, delete_all_on_error=True))
    assert response.status_code in {201, 409, 422}
    assert server.get("/bookings").json()["total"] == 0


def test_the_first_error_stops(server, wish):
    server.post("/bookings/bulk", bulk(wish, 1, 1, 2, stop_on_first_error=True))
    assert server.get("/bookings").json()["total"] == 1


def test_related_ones_know_each_other_and_act_together(server, wish):
    first, second = server.post("/bookings/bulk", bulk(wish, 1, 2, relate_bookings=True)).json()["data"]
    siblings = server.read(f"/bookings/{first['id']}?include=bulked_bookings")["bulked_bookings"]
    assert second["id"] in [row["id"] for row in siblings]
    server.put(f"/bookings/{first['id']}/cancel")
    assert server.read(f"/bookings/{second['id']}")["state"] == "cancelled"


def test_related_ones_act_alone_where_asked(server, wish):
    first, second = server.post("/bookings/bulk", bulk(wish, 1, 2, relate_bookings=True)).json()["data"]
    server.put(f"/bookings/{first['id']}/cancel", {"apply_to_bulked_bookings": False})
    assert server.read(f"/bookings/{second['id']}")["state"] == "confirmed"


def test_unrelated_ones_act_alone(server, wish):
    first, second = server.post("/bookings/bulk", bulk(wish, 1, 2)).json()["data"]
    server.put(f"/bookings/{first['id']}/cancel")
    assert server.read(f"/bookings/{second['id']}")["state"] == "confirmed"


def test_many_are_changed_at_once(server, wish):
    first, second = server.post("/bookings/bulk", bulk(wish, 1, 2)).json()["data"]
    rows = [{"id": first["id"], "action": "cancel"}, {"id": NOTHING, "action": "cancel"}]
    answer = server.put("/bookings/bulk", {"bookings": [*rows, {"id": second["id"], "action": "decline"}]})
    assert answer.status_code == 200
    done = answer.json()["data"]
    assert done[0]["state"] == "cancelled"
    assert done[1]["errors"]
    assert done[2]["code"] == "action_not_available"


def test_no_include_costs_a_query_per_row(server, wish, settings):
    settings.REQUESTS_A_MINUTE_PER_KEY = 0  # the count is written once a second, between any two

    def cost(include, *days):
        with CaptureQueriesContext(
            connection,
        ) as asked:
            server.made(f"/bookings/bulk?include={include}", bulk(wish, *days))
        return len(asked)

    cost(EVERYTHING, 1)
    assert cost(EVERYTHING, 2, 3) - cost("", 4, 5) == cost(EVERYTHING, *range(6, 14)) - cost(
        "", *range(14, 22)
    )


def test_a_session_is_told_with_every_seat_that_was_taken(server, wish):
    owner = {**wish, "graph": "group_owner", "settings": {"max_seats": 5}}
    session = server.made("/bookings", owner)["id"]
    seat = {"graph": "group_customer", "customer": MARTY, "related": {"owner_booking_id": session}}
    rows = server.made("/bookings/bulk?include=owner_booking.attributes", {"bookings": [seat, seat]})
    taken = [row["owner_booking"]["attributes"]["group_booking"]["current_seats"] for row in rows]
    assert taken == [2, 2]
