"""Moving, relabelling and deleting bookings, and what else is kept."""

from datetime import datetime, timedelta

import pytest

from bookings.lifecycle import reschedule
from bookings.models import Booking, Resource
from tests.api.conftest import EXAMPLE, LATER, MARTY, NOTHING, SLOT, hour
from tests.lifecycle.test_series import a_series
from tests.situations import SERVER, a_project, a_resource, at


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


def test_what_moved_and_what_continues_it_name_each_other(server, widget, booking, move):
    moved = server.post(f"/bookings/{booking['id']}/reschedule?include=continues", move).json()["data"]
    assert moved["continues"] == booking["id"]
    listed = {row["id"]: row for row in server.read("/bookings?include=continues,continued_by")}
    assert (listed[moved["id"]]["continues"], listed[moved["id"]]["continued_by"]) == (booking["id"], None)
    assert (listed[booking["id"]]["continues"], listed[booking["id"]]["continued_by"]) == (None, moved["id"])
    assert "continued_by" not in widget.get(f"/bookings/{booking['id']}?include=continued_by").json().get(
        "data", {}
    )


def test_a_webhook_may_ask_for_moves(server):
    made = server.made("/webhooks", {"url": "https://example.com/hook", "state": "moved"})
    assert made["state"] == "moved"


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


def test_leave_to_overlap_is_asked_for_anew_by_each_move(server, wish, move):
    loose = {"settings": {"allow_double_bookings": True}}
    server.made("/bookings", wish | LATER)
    booking = server.made("/bookings", wish | loose)
    path = f"/bookings/{booking['id']}/reschedule"
    assert server.post(path, move).json()["code"] == "slot_taken"
    assert server.post(path, move | {"settings": {"allow_double_bookings": "yes"}}).json()["errors"] == {
        "settings.allow_double_bookings": ["Send true or false."]
    }
    assert server.post(path, move | loose).status_code == 201


def test_a_move_by_half_an_hour_does_not_stand_in_its_own_way(server, booking, wish, move):
    half_later = timedelta(minutes=30)
    half = {key: (datetime.fromisoformat(SLOT[key]) + half_later).isoformat() for key in SLOT}
    assert server.post(f"/bookings/{booking['id']}/reschedule", move | half).status_code in {200, 201}


def test_a_move_may_lead_to_another_resource(server, booking, wish, jules):
    move = {"resource_id": jules, "start": wish["start"], "end": wish["end"]}
    moved = server.post(f"/bookings/{booking['id']}/reschedule?include=resource", move).json()["data"]
    assert moved["resource"]["id"] == jules
    assert server.post("/bookings", wish).status_code == 201


def test_paid_stays_paid_after_a_move(server, wish, move):
    held = server.made("/bookings", wish | {"graph": "instant_payment"})
    server.put(f"/bookings/{held['id']}/pay", {"pay": {"payment_id": "ch_1"}})
    moved = server.post(f"/bookings/{held['id']}/reschedule", move).json()["data"]
    assert moved["state"] == "paid"


def test_an_action_needs_no_body(server, booking):
    response = server.call("PUT", f"/bookings/{booking['id']}/cancel", b"")
    assert (response.status_code, response.json()["data"]["state"]) == (200, "cancelled")


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


def test_meta_grows_no_larger_by_updates_than_it_may_be_at_first(server, booking):
    part = "x" * 40_000
    assert server.put(f"/bookings/{booking['id']}", {"meta": {"a": part}}).status_code == 200
    refusal = server.put(f"/bookings/{booking['id']}", {"meta": {"b": part}})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["meta"])
    assert list(server.read(f"/bookings/{booking['id']}?include=meta")["meta"]) == ["a"]


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


def test_a_changed_action_link_leads_nowhere(server, booking, client):
    links = server.read(f"/bookings/{booking['id']}?include=customer_action_links")["customer_action_links"]
    other = links["cancel_by_customer"].replace("cancel_by_customer", "reschedule_by_customer")
    for link in (other, links["cancel_by_customer"] + "x", links["cancel_by_customer"].partition("?")[0]):
        assert client.get(link, follow=True).status_code in {404, 410}


def test_a_server_reads_the_series_of_a_booking_with_its_dates(server, wish, django_assert_max_num_queries):
    project = a_project(a_resource())
    first, second, third = a_series(project.resources.get(), 3, project=project)
    moved = reschedule(second, by=SERVER, start=at(15, days=8), end=at(16, days=8))
    with django_assert_max_num_queries(10):
        listed = {row["id"]: row for row in server.read("/bookings?include=series")}
    series = listed[str(first.pk)]["series"]
    assert (series["id"], series["every_days"]) == (str(first.series_id), 7)
    assert [row["id"] for row in series["bookings"]] == [str(one.pk) for one in (first, moved, third)]
    assert series["bookings"][1]["start"] == "2033-03-22T15:00:00+00:00"
    assert listed[str(moved.pk)]["series"] == series
    alone = server.made("/bookings", wish)
    assert server.read(f"/bookings/{alone['id']}?include=series")["series"] is None
    assert "series" not in server.read(f"/bookings/{alone['id']}")


def test_a_public_page_learns_nothing_of_a_series(widget):
    (first, _second) = a_series(a_project(a_resource()).resources.get(), 2)
    told = widget.get(f"/bookings/{first.pk}?include=series").json()
    assert "series" not in told.get("data", {})
