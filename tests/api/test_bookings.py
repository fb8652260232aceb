"""Bookings through the API: what they cost in queries, what is told of them, how they move and come in numbers."""

from datetime import timedelta

import pytest
from django.db import connection, transaction

from bookings.graphs.flow import Flow
from bookings.models import Booking, Option, Reservation, Resource
from tests.api.conftest import LATER, MARTY, hour, queries
from tests.situations import a_booking, a_project, a_resource, aged, at, own_terms
from tests.views.conftest import visitor as visitor


@pytest.fixture
def used(server, settings):
    """The server's door after its first call of the minute, in a process that has read the graph already.

    Requests are not counted, which is written each second.
    """
    settings.REQUESTS_A_MINUTE_PER_KEY = 0
    Flow.published("instant")
    server.get("/bookings/groups")
    return server


def writing() -> int:
    """How many statements write a booking's time, row, customer, history and messages."""
    return 1 if connection.vendor == "postgresql" else 5


def test_a_booking_reads_by_four_statements_and_the_next_by_one_and_each_is_written_by_one(used, wish):
    # the version of what is set up; key, resource with its calendar, graph
    assert queries(lambda: used.made("/bookings", wish)) == 1 + 3 + writing()
    assert queries(lambda: used.made("/bookings", wish | LATER)) == 1 + writing()


@pytest.mark.parametrize("options", [1, 4])
def test_with_a_project_it_reads_by_six_statements_however_many_options_there_are(used, wish, options):
    resource = Resource.objects.get(pk=wish["resource_id"])
    project = a_project(resource, length=timedelta(minutes=45))
    for number in range(1, options):
        Option.objects.create(project=project, label=str(number), length=timedelta(hours=number))
    own_terms(project, resource, offered=True)
    wish["project_id"] = str(project.pk)
    # the version; key, resource in the project, options, what each says of the resource, graph
    assert queries(lambda: used.made("/bookings", wish)) == 1 + 5 + writing()
    assert queries(lambda: used.made("/bookings", wish | LATER)) == 1 + writing()


def test_a_refusal_takes_three_statements(used, wish):
    used.made("/bookings", wish)
    # the version; time, whether what is in the way has ended
    assert queries(lambda: used.post("/bookings", wish)) == 3


def test_an_invalid_request_takes_four_queries_and_the_next_takes_one(used, wish):
    assert queries(lambda: used.post("/bookings", wish | {"end": "x"})) == 4
    assert queries(lambda: used.post("/bookings", wish | {"end": "x"})) == 1


def test_a_hold_reads_by_four_statements_and_the_next_by_one_and_each_is_written_by_one(used, wish):
    # the version; key, resource, graph; the hold with its time, which SQLite writes by two
    written = 1 if connection.vendor == "postgresql" else 2
    assert queries(lambda: used.made("/bookings/reserve", wish)) == 4 + written
    assert queries(lambda: used.made("/bookings/reserve", wish | LATER)) == 1 + written


def test_reading_one_takes_two_queries_and_a_list_three(used, wish):
    booking = used.made("/bookings", wish)
    assert queries(lambda: used.read(f"/bookings/{booking['id']}")) == 2
    assert queries(lambda: used.read("/bookings")) == 3


def test_the_widgets_includes_cost_a_create_nothing(used, wish):
    everything = "/bookings?include=attributes,event,user,project,meta,customers"
    assert queries(lambda: used.made(everything, wish)) == 4 + writing()


def test_includes_nest_by_dots(server, wish):
    session = server.made("/bookings", wish | {"graph": "group_owner", "settings": {"max_seats": 2}})
    seat = {"graph": "group_customer", "related": {"owner_booking_id": session["id"]}, "customer": MARTY}
    wanted = "owner_booking.attributes,owner_booking.resource.calendars"
    made = server.made(f"/bookings?include={wanted}", seat)
    assert made["owner_booking"]["attributes"]["group_booking"] == {"max_seats": 2, "current_seats": 1}
    assert made["owner_booking"]["resource"]["calendars"][0]["primary"] is True


@pytest.mark.parametrize("name", ["include", "includes"])
def test_both_spellings_of_include_are_understood(server, wish, name):
    assert server.made(f"/bookings?{name}=meta", wish | {"meta": {"a": 1}})["meta"] == {"a": 1}


def test_the_customer_is_told_with_every_answer(server, wish):
    wish["customer"] = MARTY | {"shoe_size": 42}
    (customer,) = server.made("/bookings?include=customers", wish)["customers"]
    assert {key: customer[key] for key in MARTY} == MARTY
    assert (customer["shoe_size"], customer["meta"]) == (42, {"shoe_size": 42})


def test_no_provider_has_an_event_where_none_is_connected(server, wish):
    assert server.made("/bookings?include=provider_event", wish)["provider_event"] is None


def test_the_log_tells_why_it_came_to_its_resource(server, visitor):
    """Held on a page of a balanced project: the other one was taken then."""
    ben, anna = a_resource(), a_resource()
    project = a_project(anna, ben, availability={"mode": "balanced"})
    a_booking(anna, at(14))
    visitor.book(project, at(14))
    booking = Booking.objects.get(project=project)
    (made,) = server.read(f"/bookings/{booking.pk}?include=logs")["logs"]
    order = [(ben, 0), (anna, 60)]
    assert made["assignment"] == {
        "resource": str(ben.pk),
        "order": [{"resource": str(one.pk), "minutes": minutes, "weight": 1} for one, minutes in order],
    }


def test_the_log_tells_who_did_what(server, wish):
    booking = server.made("/bookings", wish | {"graph": "confirm_decline"})
    server.put(f"/bookings/{booking['id']}/decline", {"decline": {"message": "Storm"}})
    made, declined = server.read(f"/bookings/{booking['id']}?include=logs")["logs"]
    assert (made["action"], made["from_state"], made["to_state"]) == ("create", None, "tentative")
    assert (declined["actor"], declined["to_state"], declined["message"]) == ("key", "declined", "Storm")


def test_the_times_of_automatic_actions_can_be_set(server, wish):
    settings = {"automatic_times": {"timeout": "20 minutes"}}
    booking = server.made("/bookings", wish | {"graph": "instant_payment", "settings": settings})
    row = Booking.objects.get(pk=booking["id"])
    assert row.due_at - row.state_entered_at == timedelta(minutes=20)


def test_a_request_that_is_overdue_reads_as_what_it_became(server, wish):
    booking = server.made("/bookings", wish | {"graph": "instant_payment"})
    aged(Booking.objects.get(pk=booking["id"]))
    refusal = server.put(f"/bookings/{booking['id']}/pay")
    assert (refusal.status_code, refusal.json()["available_actions"]) == (409, [])
    assert server.read(f"/bookings/{booking['id']}")["state"] == "unpaid"


def test_alternatives_are_looked_up_after_the_refusing_transaction(
    widget, server, consultation, doc, soon, monkeypatch
):
    seen = []

    def look(*args):
        seen.append(connection.in_atomic_block and len(connection.savepoint_ids))
        return []

    monkeypatch.setattr("bookings.api.responses.alternatives.alternatives", look)
    visit = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **soon}
    server.made("/bookings", visit)
    outside = len(connection.savepoint_ids)
    widget.post("/bookings", visit, Idempotency_Key="88")
    assert seen == [outside]


def test_alternatives_have_the_same_length_and_are_told_in_the_zone_asked_for(server, wish):
    server.made("/bookings", wish)
    refusal = server.post("/bookings?include=alternatives", wish, Timekit_Timezone="Asia/Tokyo")
    for other in refusal.json()["alternatives"]:
        assert other["start"].endswith("+09:00")
        assert other["resources"] == [{"id": wish["resource_id"], "name": "Doc"}]


def test_a_move_to_a_taken_time_offers_other_times_too(server, wish):
    booking = server.made("/bookings", wish)
    server.made("/bookings", wish | LATER)
    refusal = server.post(f"/bookings/{booking['id']}/reschedule?include=alternatives", LATER)
    assert (refusal.status_code, len(refusal.json()["alternatives"])) == (409, 3)


def test_a_move_may_name_another_resource(server, wish, jules):
    booking = server.made("/bookings", wish)
    answer = server.post(
        f"/bookings/{booking['id']}/reschedule?include=resource", LATER | {"resource_id": jules}
    )
    assert (answer.status_code, answer.json()["data"]["resource"]["id"]) == (201, jules)


def test_a_seat_moves_to_another_session(server, wish):
    owner = wish | {"graph": "group_owner", "settings": {"max_seats": 2}}
    first, second = server.made("/bookings", owner), server.made("/bookings", owner | LATER)
    seat = server.made(
        "/bookings",
        {"graph": "group_customer", "related": {"owner_booking_id": first["id"]}, "customer": MARTY},
    )
    path = f"/bookings/{seat['id']}/reschedule?include=owner_booking"
    assert list(server.post(path, LATER).json()["errors"]) == ["related.owner_booking_id"]
    moved = server.post(path, {"related": {"owner_booking_id": second["id"]}}).json()["data"]
    assert moved["owner_booking"]["id"] == second["id"]


def test_all_or_nothing_names_each_failure_by_its_place(server, wish):
    rows = [wish, wish, wish | {"start": "tomorrow"}]
    refusal = server.post("/bookings/bulk", {"bookings": rows, "delete_all_on_error": True})
    assert refusal.status_code == 422
    assert set(refusal.json()["errors"]) == {"bookings.1.start", "bookings.2.start"}
    assert not Booking.objects.exists()


def test_all_or_nothing_is_a_conflict_where_only_times_are_taken(server, wish):
    refusal = server.post("/bookings/bulk", {"bookings": [wish, wish], "delete_all_on_error": True})
    assert (refusal.status_code, refusal.json()["code"]) == (409, "slot_taken")


def test_what_was_not_tried_says_so(server, wish):
    rows = [wish, wish, wish | LATER]
    told = server.post("/bookings/bulk", {"bookings": rows, "stop_on_first_error": True}).json()["data"]
    assert [row.get("code", row.get("state")) for row in told] == ["confirmed", "slot_taken", "not_tried"]


@pytest.mark.parametrize("bookings", [None, "all", {}, [{}] * 501])
def test_a_bulk_call_needs_a_list_of_bounded_length(server, bookings):
    refusal = server.post("/bookings/bulk", {"bookings": bookings})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["bookings"])


def test_bulk_actions_are_all_or_nothing_too(server, wish):
    first = server.made("/bookings", wish)
    rows = [{"id": first["id"], "action": "cancel"}, {"id": first["id"], "action": "cancel"}]
    refusal = server.put("/bookings/bulk", {"bookings": rows, "delete_all_on_error": True})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (409, ["bookings.1.action"])
    assert server.read(f"/bookings/{first['id']}")["state"] == "confirmed"


def test_a_session_with_a_lapsed_hold_on_its_last_seat_can_be_joined(server, wish, soon):
    session = server.made("/bookings", wish | soon | {"graph": "group_owner", "settings": {"max_seats": 1}})
    seat = {"graph": "group_customer", "related": {"owner_booking_id": session["id"]}}
    held = server.made("/bookings/reserve", seat)
    assert server.read("/bookings/groups") == []
    aged(Reservation.objects.get(pk=held["id"]))
    assert [row["id"] for row in server.read("/bookings/groups")] == [session["id"]]


def test_an_empty_relabelling_is_refused(server, wish):
    booking = server.made("/bookings", wish)
    for body in ({}, {"meta": None}, {"meta": []}):
        refusal = server.put(f"/bookings/{booking['id']}", body)
        assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["meta"])


@pytest.mark.parametrize("one", [7, "marty@example.com"], ids=["no text", "an address"])
def test_too_many_participants_are_one_fault_and_not_thousands(server, wish, one):
    refusal = server.post("/bookings", wish | {"participants": [one] * 10_000})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, ["participants"])


@pytest.mark.parametrize("name", ["meta", "settings", "related", "event"])
def test_an_empty_list_is_the_empty_object_that_php_means(server, wish, name):
    assert server.made("/bookings?include=meta", wish | {name: []})["meta"] == {}
    refusal = server.post("/bookings", wish | hour(days=40) | {name: [1]})
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, [name])


def test_an_empty_list_as_the_customer_says_what_is_missing(server, wish):
    refusal = server.post("/bookings", wish | {"customer": []})
    assert sorted(refusal.json()["errors"]) == ["customer.email", "customer.name"]


@pytest.mark.parametrize("body", [b"[]", b'{"cancel": []}', b""])
def test_an_action_takes_phps_way_to_say_nothing(server, wish, body):
    booking = server.made("/bookings", wish)
    answer = server.put(f"/bookings/{booking['id']}/cancel", body)
    assert (answer.status_code, answer.json()["data"]["state"]) == (200, "cancelled")


@pytest.mark.parametrize("body", [b"[1]", b'{"cancel": [1]}', b'{"cancel": 0}'])
def test_an_action_takes_no_other_list(server, wish, body):
    booking = server.made("/bookings", wish)
    assert server.put(f"/bookings/{booking['id']}/cancel", body).status_code in {400, 422}
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"


def test_an_action_link_that_is_not_ours_leads_to_a_page_that_says_so(server, wish, client):
    booking = server.made("/bookings", wish)
    for pk in (booking["id"], "1"):
        page = client.get(f"/v2/bookings/{pk}/external_action/cancel_by_customer?signature=x", follow=True)
        assert page.status_code == 404
    assert server.read(f"/bookings/{booking['id']}")["state"] == "confirmed"


def test_a_project_in_mode_mutual_takes_everybodys_time(server, doc, jules, wish):
    together = a_project(*Resource.objects.filter(pk__in=[doc, jules]), availability={"mode": "mutual"})
    server.made("/bookings", wish | {"project_id": str(together.pk)})
    assert server.post("/bookings", wish | {"resource_id": jules}).status_code == 409


def test_buffers_of_a_project_keep_the_neighbours_away(server, doc, wish):
    row = a_project(Resource.objects.get(pk=doc), availability={"buffer_after": "15 minutes"})
    server.made("/bookings", wish | {"project_id": str(row.pk)})
    touching = {"start": wish["end"], "end": LATER["end"]}
    assert server.post("/bookings", wish | touching).status_code == 409


def test_every_include_of_a_widget_is_pruned_below_its_own_booking(widget, consultation, doc):
    wanted = "owner_booking.customers,project.resources,resource.calendars,customers"
    visit = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **hour(days=3)}
    told = widget.made(f"/bookings?include={wanted}", visit)
    assert "resources" not in told["project"]
    assert "calendars" not in told["resource"]
    assert told["customers"][0]["name"] == MARTY["name"]


def test_nothing_is_written_by_a_refused_request(server, wish):
    server.made("/bookings", wish)
    with transaction.atomic():
        server.post("/bookings", wish)
    assert Booking.objects.count() == 1
