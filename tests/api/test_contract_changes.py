"""Moving, relabelling and deleting bookings, many at once, and sending the same request twice."""

from datetime import datetime, timedelta

import pytest

from bookings.models import Booking, Resource
from tests.api.conftest import EXAMPLE, LATER, MARTY, NOTHING, SLOT, hour
from tests.situations import a_project


@pytest.fixture
def booking(server, wish):
    return server.made("/bookings", wish)


@pytest.fixture
def move(doc):
    return {"resource_id": doc, **LATER}


@pytest.mark.parametrize("slash", ["", "/"])
def test_a_move_is_a_new_booking_that_continues_the_old(server, booking, move, slash):
    response = server.post(f"/bookings/{booking['id']}/reschedule{slash}?include=attributes,customers", move)
    assert response.status_code in {200, 201}
    moved = response.json()["data"]
    assert (moved["state"], moved["id"] == booking["id"]) == ("confirmed", False)
    start = moved["attributes"]["event_info"]["start"]
    assert datetime.fromisoformat(start) == datetime.fromisoformat(LATER["start"])
    assert moved["customers"][0]["email"] == MARTY["email"]
    old = server.read(f"/bookings/{booking['id']}")
    assert (old["state"], old["completed"]) == ("rescheduled_by_customer", True)


def test_a_move_frees_the_old_time_and_takes_the_new(server, booking, wish, move):
    server.post(f"/bookings/{booking['id']}/reschedule", move)
    assert server.post("/bookings", wish | LATER).status_code == 409
    assert server.post("/bookings", wish).status_code == 201


def test_a_move_to_a_taken_time_leaves_everything_as_it_was(server, booking, wish, move):
    server.made("/bookings", wish | LATER)
    refusal = server.post(f"/bookings/{booking['id']}/reschedule", move)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "slot_taken")
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"
    assert server.post("/bookings", wish).status_code == 409


def test_a_move_by_half_an_hour_does_not_stand_in_its_own_way(server, booking, wish, move):
    half_later = timedelta(minutes=30)
    half = {key: (datetime.fromisoformat(SLOT[key]) + half_later).isoformat() for key in SLOT}
    assert server.post(f"/bookings/{booking['id']}/reschedule", move | half).status_code in {200, 201}


def test_paid_stays_paid_after_a_move(server, wish, move):
    held = server.made("/bookings", wish | {"graph": "instant_payment"})
    server.put(f"/bookings/{held['id']}/pay", {"pay": {"payment_id": "ch_1"}})
    moved = server.post(f"/bookings/{held['id']}/reschedule", move).json()["data"]
    assert moved["state"] == "paid"


def test_what_does_not_occupy_cannot_be_moved(server, booking, move):
    server.put(f"/bookings/{booking['id']}/cancel")
    refusal = server.post(f"/bookings/{booking['id']}/reschedule", move)
    assert (refusal.status_code, refusal.json()["code"]) == (409, "action_not_available")


def test_every_fault_of_a_move_is_told_at_once(server, booking):
    wrong = {"start": "tomorrow", "end": "2027-09-12T22:30:00", "resource_id": NOTHING, "message": 7}
    refusal = server.post(f"/bookings/{booking['id']}/reschedule", wrong)
    assert refusal.status_code == 422
    assert set(refusal.json()["errors"]) >= {"start", "end", "resource_id"}


def test_meta_merges_key_by_key(server, wish):
    booking = server.made("/bookings", wish | {"meta": {"a": "1", "b": {"c": "2"}}})
    answer = server.put(f"/bookings/{booking['id']}?include=meta", {"meta": {"b": {"d": "3"}, "e": None}})
    assert answer.status_code == 200
    assert answer.json()["data"]["meta"] == {"a": "1", "b": {"c": "2", "d": "3"}, "e": None}


def test_only_what_is_over_can_be_deleted(server, booking):
    refusal = server.delete(f"/bookings/{booking['id']}")
    assert (refusal.status_code, refusal.json()["code"]) == (409, "not_final")
    server.put(f"/bookings/{booking['id']}/cancel")
    gone = server.delete(f"/bookings/{booking['id']}")
    assert (gone.status_code, gone.content) == (204, b"")
    assert server.get(f"/bookings/{booking['id']}").status_code == 404
    assert server.delete(f"/bookings/{booking['id']}").status_code == 404


def test_deleting_erases_the_person(server, booking):
    server.put(f"/bookings/{booking['id']}/cancel")
    server.delete(f"/bookings/{booking['id']}")
    assert MARTY["email"] not in str(Booking.objects.filter(pk=booking["id"]).values("customer__email"))


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


def test_a_repeated_request_is_one_booking_and_one_answer(server, wish):
    answers = [server.post("/bookings?include=event", wish, Idempotency_Key="order-88") for _ in range(3)]
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert server.get("/bookings").json()["total"] == 1


def test_the_same_key_with_another_body_is_refused(server, wish):
    server.post("/bookings", wish, Idempotency_Key="order-88")
    other = server.post("/bookings", wish | LATER, Idempotency_Key="order-88")
    assert other.status_code == 422
    assert server.get("/bookings").json()["total"] == 1


def test_a_refused_request_may_be_corrected_under_its_key(server, wish):
    first = server.post("/bookings", wish | {"end": "tomorrow"}, Idempotency_Key="order-88")
    second = server.post("/bookings", wish, Idempotency_Key="order-88")
    assert (first.status_code, second.status_code) == (422, 201)


def test_a_conflict_is_not_remembered(server, wish, booking):
    assert server.post("/bookings", wish, Idempotency_Key="order-88").status_code == 409
    server.put(f"/bookings/{booking['id']}/cancel")
    assert server.post("/bookings", wish, Idempotency_Key="order-88").status_code == 201


def test_a_key_counts_for_one_address_only(server, wish):
    server.post("/bookings", wish, Idempotency_Key="order-88")
    held = server.post("/bookings/reserve", wish | LATER, Idempotency_Key="order-88")
    assert held.status_code == 201


def test_an_action_is_repeated_too(server, booking):
    path = f"/bookings/{booking['id']}/cancel"
    first, second = (server.put(path, {}, Idempotency_Key="cancel-88") for _ in range(2))
    assert (first.status_code, second.status_code) == (200, 200)
    assert first.content == second.content


def test_a_projects_settings_merge_with_the_requests(server, doc):
    row = a_project(
        Resource.objects.get(pk=doc),
        booking={"graph": "group_owner", "settings": {"max_seats": 5, "min_cancel_time": "1 day"}},
    )
    texts = {key: EXAMPLE[key] for key in ("what", "where", "description")}
    wish = {
        "project_id": str(row.pk),
        "resource_id": doc,
        "settings": {"max_seats": 3},
        **hour(days=3),
        **texts,
    }
    session = server.made("/bookings?include=attributes", wish)
    assert session["attributes"]["group_booking"]["max_seats"] == 3
    assert Booking.objects.get(pk=session["id"]).min_cancel_time.days == 1


def test_webhooks_are_kept(server):
    made = server.made(
        "/webhooks",
        {"url": "https://example.com/hook", "graph": "instant", "state": "confirmed", "method": "post"},
    )
    assert made["url"] == "https://example.com/hook"
    assert made["id"] in [row["id"] for row in server.read("/webhooks")]
    changed = server.put(f"/webhooks/{made['id']}", {"url": "https://example.com/other"})
    assert changed.json()["data"]["url"] == "https://example.com/other"
    assert server.delete(f"/webhooks/{made['id']}").status_code == 204
    assert server.get(f"/webhooks/{made['id']}").status_code == 404


def test_action_links_lead_to_a_page_that_asks(server, booking, client):
    links = server.read(f"/bookings/{booking['id']}?include=customer_action_links")["customer_action_links"]
    assert set(links) >= {"cancel_by_customer", "reschedule_by_customer"}
    page = client.get(links["cancel_by_customer"], follow=True)
    assert page.status_code == 200
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"
