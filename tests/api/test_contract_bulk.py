"""Many bookings in one request, each answered in its place, or all or none."""

from tests.api.conftest import NOTHING, hour


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
