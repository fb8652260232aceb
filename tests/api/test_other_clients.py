"""What public clients of the record do that its own two packages do not: each was seen in code that is published."""

import json
from base64 import b64encode
from datetime import UTC, datetime
from io import BytesIO

import pytest

from bookings.models import Booking, Event, Resource
from tests.api.conftest import EXAMPLE, LATER, MARTY, NOTHING, SLOT, outsider
from tests.situations import a_project, a_server_key

MONDAY = datetime(2033, 3, 14, 8, tzinfo=UTC)


def basic(user: str, password: str) -> str:
    return "Basic " + b64encode(f"{user}:{password}".encode()).decode()


def in_chunks(door, path: str, body: bytes):
    """Post a body whose length nobody named, as a web server hands on what it put together from chunks."""
    return door.client.generic(
        "POST",
        f"/v2{path}",
        headers={"Authorization": basic("", door.key), "Transfer-Encoding": "chunked"},
        **{"CONTENT_LENGTH": "", "wsgi.input": BytesIO(body), "wsgi.input_terminated": True},
    )


def test_a_body_in_chunks_is_read(server, wish):
    answer = in_chunks(server, "/bookings", json.dumps(wish).encode())
    assert answer.status_code == 201, answer.content
    assert Booking.objects.count() == 1


def test_a_body_in_chunks_of_more_than_a_megabyte_is_too_large(server):
    answer = in_chunks(server, "/bookings", b" " * (1024 * 1024 + 1))
    assert (answer.status_code, isinstance(answer.json()["error"], str)) == (413, True)


def with_fraction(text: str) -> str:
    return datetime.fromisoformat(text).isoformat().replace("+", ".900+")


@pytest.mark.parametrize("path", ["/bookings", "/bookings/reserve"])
def test_what_is_told_of_a_fraction_of_a_second_is_what_is_held(server, wish, path):
    fractions = {name: with_fraction(SLOT[name]) for name in SLOT}
    told = server.post(f"{path}?include=attributes", wish | fractions).json()["data"]["attributes"][
        "event_info"
    ]
    assert datetime.fromisoformat(told["end"]) == datetime.fromisoformat(SLOT["end"])
    after = {"start": SLOT["end"], "end": LATER["end"]}
    assert server.post("/bookings", wish | after).status_code == 201


def test_a_move_and_an_event_keep_no_fraction_either(server, wish, doc):
    booking = server.made("/bookings", wish)
    fractions = {name: with_fraction(LATER[name]) for name in LATER}
    moved = server.post(f"/bookings/{booking['id']}/reschedule", {"resource_id": doc, **fractions}).json()[
        "data"
    ]
    assert Booking.objects.get(pk=moved["id"]).end == datetime.fromisoformat(LATER["end"])
    server.made("/events", {"resource_id": doc, "what": "Lunch", **fractions})
    assert Event.objects.get().end == datetime.fromisoformat(LATER["end"])


def test_attributes_tell_the_customer_and_the_event(server, wish):
    told = server.post("/bookings?include=attributes", wish).json()["data"]["attributes"]
    assert {name: told["customer"][name] for name in ("name", "email", "phone")} == {
        name: MARTY[name] for name in ("name", "email", "phone")
    }
    assert told["event"].keys() >= {"start", "end", "what", "where", "description"}
    assert told["event"]["what"] == EXAMPLE["what"]


def test_attributes_tell_a_public_page_of_no_customer(widget, consultation, doc):
    body = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **SLOT}
    booking = widget.made("/bookings", body)
    cancel = f"/bookings/{booking['id']}/cancel_by_customer?include=attributes"
    told = widget.put(cancel).json()["data"]["attributes"]
    assert "customer" not in told
    assert "event" in told


@pytest.mark.parametrize("page", ["1include=attributes", "", "first", "1.5"])
def test_a_page_that_is_no_whole_number_is_the_first(server, wish, page):
    booking = server.made("/bookings", wish)
    answer = server.get(f"/bookings?page={page}").json()
    assert ([row["id"] for row in answer["data"]], answer["current_page"]) == ([booking["id"]], 1)


@pytest.mark.parametrize("page", ["0", "-1", "99999999"])
def test_a_page_that_is_none_is_refused(server, db, page):
    assert list(server.get(f"/bookings?page={page}").json()["errors"]) == ["page"]


def test_the_message_about_a_new_webhook_ends_with_its_id(server):
    made = server.post("/webhooks", {"url": "https://example.com/hook"}).json()
    assert made["meta"]["message"].rpartition("id ")[2] == made["data"]["id"]


def test_meta_beside_an_action_is_merged(server, wish):
    booking = server.made("/bookings", wish | {"graph": "confirm_decline", "meta": {"a": 1}})
    answer = server.put(f"/bookings/{booking['id']}/confirm?include=meta", {"meta": {"b": 2}}).json()["data"]
    assert (answer["state"], answer["meta"]) == ("confirmed", {"a": 1, "b": 2})
    refused = server.put(f"/bookings/{booking['id']}/cancel", {"meta": 7})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["meta"])


def test_meta_beside_a_move_is_merged(server, wish, doc):
    booking = server.made("/bookings", wish | {"meta": {"a": 1}})
    move = {"resource_id": doc, "meta": {"b": 2}, **LATER}
    moved = server.post(f"/bookings/{booking['id']}/reschedule?include=meta", move).json()["data"]
    assert moved["meta"] == {"a": 1, "b": 2}


def test_meta_beside_each_of_many_actions_is_merged(server, wish):
    booking = server.made("/bookings", wish)
    row = {"id": booking["id"], "action": "cancel", "meta": {"b": 2}}
    server.put("/bookings/bulk", {"bookings": [row]})
    assert Booking.objects.get().meta == {"b": 2}


def test_a_public_page_changes_no_labels_by_an_action(widget, consultation, doc):
    body = {"project_id": str(consultation.pk), "resource_id": doc, "customer": MARTY, **SLOT}
    booking = widget.made("/bookings", body)
    refused = widget.put(f"/bookings/{booking['id']}/cancel_by_customer", {"meta": {"a": 1}})
    assert refused.status_code == 403
    assert Booking.objects.get().state.name == "confirmed"


OPEN = {"from": None, "to": None, "mode": None, "output_timezone": None}


def test_null_leaves_a_search_open(server, doc):
    search = {"resources": [doc], "length": "1 hour"}
    answer = server.post("/availability", search | OPEN)
    assert answer.status_code == 200, answer.content
    assert answer.json()["data"] == server.post("/availability", search).json()["data"] != []


def test_null_leaves_a_projects_availability_open(server, doc):
    made = server.made("/projects", {"name": "Talk", "resources": [doc], "availability": OPEN})
    assert server.post("/availability", {"project_id": made["id"]}).status_code == 200


@pytest.mark.parametrize(
    ("query", "spelling"),
    [
        ("state=cancelled", "search=state:…"),
        ("resource_id=7", "search=resource.id:…"),
        ("afterStart=2027-01-01", "start"),
        ("Limit=3", "limit"),
        ("order_by=start", "orderBy"),
        ("customer[email]=a", "search=customer.email:…"),
        ("serach=state:x", "search"),
    ],
)
def test_a_filter_that_is_spelt_otherwise_is_refused_with_the_right_spelling(server, db, query, spelling):
    refused = server.get(f"/bookings?{query}")
    assert refused.status_code == 422
    errors = refused.json()["errors"]
    assert list(errors) == [query.partition("=")[0]]
    assert f"“{spelling}”" in errors[query.partition("=")[0]][0]


def test_a_list_that_has_no_window_says_that_it_cannot_be_narrowed(server, db):
    assert list(server.get("/resources?from=2027-01-01").json()["errors"]) == ["from"]


@pytest.mark.parametrize(
    "path", ["/bookings", "/resources", "/projects", "/events", "/webhooks", "/calendars"]
)
def test_names_that_mean_nothing_here_are_let_pass(server, db, path):
    assert server.get(f"{path}?_=17&fbclid=x&utm_source=mail&gclid=1&v=2").status_code in {200, 405}


@pytest.mark.parametrize("plus", ["+", "%2B"])
def test_a_plus_in_a_searched_address_is_a_plus(server, wish, plus):
    booking = server.made("/bookings", wish | {"customer": MARTY | {"email": "ada+x@example.com"}})
    for key in ("customer.email", "email"):
        (found,) = server.read(f"/bookings?search={key}:ada{plus}x@example.com")
        assert found["id"] == booking["id"]


def test_a_plus_between_words_is_a_blank(server, wish):
    server.made("/bookings", wish)
    assert len(server.read("/bookings?search=customer.name:Marty+McFly")) == 1


def test_the_same_json_in_another_order_is_the_same_request(server):
    first = {"url": "https://example.com/hook", "state": "confirmed"}
    made = server.post("/webhooks", first, Idempotency_Key="a")
    turned = json.dumps(dict(reversed(first.items())), indent=2).encode()
    again = server.post("/webhooks", turned, Idempotency_Key="a")
    assert (again.status_code, again.content) == (201, made.content)
    assert server.post("/webhooks", first | {"state": "declined"}, Idempotency_Key="a").status_code == 422


@pytest.mark.parametrize(
    ("named", "day"),
    [("today", 14), ("tomorrow", 15), ("Monday", 14), ("next monday", 21), ("wednesday", 16)],
)
def test_a_search_begins_at_a_day_by_its_name(server, doc, time_machine, named, day):
    time_machine.move_to(MONDAY, tick=False)
    search = {"resources": [doc], "length": "1 hour", "from": named, "to": "2 weeks"}
    found = server.post("/availability", search).json()["data"]
    first = datetime.fromisoformat(found[0]["start"])
    assert first == max(datetime(2033, 3, day, tzinfo=UTC), MONDAY)


@pytest.mark.parametrize("named", ["yesterdayish", "next doomsday", "monday 25:00", "next"])
def test_a_day_that_is_none_is_refused_on_its_field(server, doc, named):
    refused = server.post("/availability", {"resources": [doc], "from": named})
    assert (refused.status_code, list(refused.json()["errors"])) == (422, ["from"])


def test_a_user_name_beside_a_right_key_says_nothing(db):
    _key, value = a_server_key()
    named = outsider(value)
    assert named.get("/bookings", Authorization=basic("me@example.com", value)).status_code == 200
    assert named.get("/bookings", Authorization=basic(value, "")).status_code == 401
    assert named.get("/bookings", Authorization=basic("me@example.com", "wrong")).status_code == 401


def test_a_calendar_names_the_resource_of_a_nested_event(server, wish, doc):
    calendar = server.read(f"/resources/{doc}?include=calendars")["calendars"][0]["id"]
    event = {name: wish[name] for name in ("start", "end", "what", "where", "description")}
    body = {"graph": "instant", "customer": MARTY, "event": event | {"calendar_id": calendar}}
    booking = server.made("/bookings?include=resource", body)
    assert booking["resource"]["id"] == doc
    refused = server.post("/bookings", body | {"event": event | {"calendar_id": NOTHING}})
    assert refused.status_code == 422
    assert any("calendar_id" in name for name in refused.json()["errors"])


def test_an_update_answers_nothing_unless_include_asks(server, consultation, doc):
    for path in (f"/projects/{consultation.pk}", f"/resources/{doc}"):
        bare = server.put(path, {"name": "Emmett"})
        assert (bare.status_code, bare.content) == (204, b"")
        told = server.put(f"{path}?include=resources", {"name": "Brown"})
        assert (told.status_code, told.json()["data"]["name"]) == (200, "Brown")


def test_the_resources_of_a_project_are_ids_for_the_next_request(server, doc):
    project = a_project(Resource.objects.get(pk=doc))
    assert server.read(f"/projects/{project.pk}/resources") == [doc]
    (whole,) = server.read(f"/projects/{project.pk}/resources?include=resources")
    assert whole["id"] == doc
