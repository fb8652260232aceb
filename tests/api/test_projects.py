"""Projects that are made with little, and changed in parts."""

import pytest

from bookings.models import Option, Project
from tests.api.conftest import MARTY, hour

pytestmark = pytest.mark.django_db
WHOLE = {
    "availability": {"mode": "mutual", "length": "1 hour", "buffer": "10 minutes"},
    "booking": {"graph": "instant", "what": "Advice", "settings": {"min_cancel_time": "1 day"}},
    "ui": {"timezone": "UTC", "localization": {"submit_button": "Go", "success_message": "Thanks, %s"}},
    "customer_fields": {"name": {"title": "Name", "required": True}, "email": {"title": "E-mail"}},
    "meta": {"cost": {"centre": 7}, "kept": True},
}
PARTS = [
    ({"availability": {"length": "30 minutes"}}, WHOLE["availability"] | {"length": "30 minutes"}),
    ({"availability": {"buffer": None}}, WHOLE["availability"] | {"buffer": None}),
    ({"booking": {"what": "Talk"}}, WHOLE["booking"] | {"what": "Talk"}),
    (
        {"booking": {"settings": {"min_booking_time": "1 hour"}}},
        WHOLE["booking"] | {"settings": {"min_cancel_time": "1 day", "min_booking_time": "1 hour"}},
    ),
    (
        {"ui": {"localization": {"submit_button": "Book"}}},
        WHOLE["ui"] | {"localization": {"submit_button": "Book", "success_message": "Thanks, %s"}},
    ),
    (
        {"customer_fields": {"email": {"required": True}}},
        WHOLE["customer_fields"] | {"email": {"title": "E-mail", "required": True}},
    ),
    ({"meta": {"cost": {"payer": "Doc"}}}, {"cost": {"centre": 7, "payer": "Doc"}, "kept": True}),
    ({"meta": {}}, WHOLE["meta"]),
    (
        {"customer_fields": {"email": None, "phone": {"format": "tel"}}},
        {"name": WHOLE["customer_fields"]["name"], "phone": {"format": "tel"}},
    ),
    ({"ui": None}, WHOLE["ui"]),
]


@pytest.mark.parametrize(("sent", "expected"), PARTS, ids=str)
def test_each_object_of_a_project_merges_by_key_and_leaves_the_others(server, sent, expected):
    made = server.made("/projects", {"name": "Whole"} | WHOLE)
    answer = server.put(f"/projects/{made['id']}", sent)
    assert answer.status_code == 204, answer.content
    (name,) = sent
    kept = server.read(f"/projects/{made['id']}")
    assert kept[name] == expected
    others = WHOLE.keys() - {name}
    assert {other: kept[other] for other in others} == {other: WHOLE[other] for other in others}


def test_a_project_of_a_name_alone_is_booked_at_once_for_an_hour(server, widget, doc):
    made = server.made("/projects", {"name": "Little"})
    assert made["reminders"] == []  # who makes projects by the API has reminders of their own
    path = f"/projects/{made['id']}"
    assert server.post("/availability", {"project_id": made["id"]}).json() == {"data": []}
    assert server.put(f"{path}/resources", [doc]).status_code == 200
    told = widget.read(f"/projects/embed/{made['id']}")
    assert told["availability"]["length"] == "1 hour"
    free = widget.post("/availability", {"project_id": made["id"]} | told["availability"]).json()["data"][9]
    times = {"start": free["start"], "end": free["end"]}
    wish = {"project_id": made["id"], "resource_id": doc, "customer": MARTY} | times
    booking = widget.made("/bookings", wish | told["booking"])
    assert (booking["state"], booking["graph"]) == ("confirmed", "instant")
    assert server.made("/bookings", wish | hour(days=3))["graph"] == "instant"
    assert not Option.objects.exists()


def test_a_widget_key_may_not_choose_the_graph_of_a_project_that_names_none(server, widget, doc):
    made = server.made("/projects", {"name": "Little", "resources": [doc]})
    wish = {"project_id": made["id"], "resource_id": doc, "customer": MARTY} | hour(days=3)
    assert widget.post("/bookings", wish | {"graph": "confirm_decline"}).status_code == 403
    assert server.made("/bookings", wish | {"graph": "confirm_decline"})["state"] == "tentative"


def test_a_graph_that_was_taken_back_is_the_usual_one_again(server, widget, doc):
    made = server.made("/projects", {"name": "Little", "resources": [doc], "booking": {"graph": "request"}})
    assert server.put(f"/projects/{made['id']}", {"booking": {"graph": None}}).status_code == 204
    told = widget.read(f"/projects/embed/{made['id']}")["booking"]
    assert told["graph"] == "instant"
    wish = {"project_id": made["id"], "resource_id": doc, "customer": MARTY} | hour(days=3)
    assert widget.made("/bookings", wish | told)["state"] == "confirmed"


@pytest.mark.parametrize(
    ("body", "fields"),
    [
        ({}, ["name"]),
        ({"name": None}, ["name"]),
        (
            {"name": "", "resources": "doc", "availability": ["1 hour"], "booking": 1},
            ["availability", "booking", "name", "resources"],
        ),
        ({"resources": [7], "booking": {"graph": "nonsense"}}, ["booking.graph", "name", "resources.0"]),
    ],
    ids=str,
)
def test_what_a_project_lacks_and_what_is_wrong_is_told_at_once(server, body, fields):
    answer = server.post("/projects", body)
    assert (answer.status_code, sorted(answer.json()["errors"])) == (422, fields)


def test_an_empty_list_is_an_empty_object_of_a_project_and_of_a_resource(server):
    names = ("availability", "booking", "customer_fields", "ui", "meta")
    made = server.made("/projects", {"name": "From PHP", **{name: [] for name in names}})
    assert [made[name] for name in names] == [{}] * 5
    assert server.made("/resources", {"name": "Doc", "timezone": "UTC", "meta": []})["meta"] == {}


@pytest.mark.parametrize(
    ("settings", "field"),
    [
        ({"length": "0 minutes"}, "length"),
        ({"timeslot_increments": "1 second"}, "timeslot_increments"),
        ({"from": "-1 day"}, "from"),
        ({"from": "2027-01-01"}, "from"),
        ({"to": "7 months"}, "to"),
        ({"from": "2 weeks", "to": "1 week"}, "to"),
    ],
    ids=str,
)
def test_what_no_search_could_read_is_refused_in_a_project_too(server, doc, settings, field):
    body = {"name": "Talk", "resources": [doc], "availability": settings}
    refusal = server.post("/projects", body)
    assert (refusal.status_code, list(refusal.json()["errors"])) == (422, [f"availability.{field}"])
    project = server.made("/projects", body | {"availability": {}})["id"]
    changed = server.put(f"/projects/{project}", {"availability": settings})
    assert (changed.status_code, list(changed.json()["errors"])) == (422, [f"availability.{field}"])


def test_a_window_that_has_passed_stays_until_it_is_sent_again(server, doc, time_machine):
    window = {"from": "2027-01-01T00:00:00Z", "to": "2027-02-01T00:00:00Z"}
    project = server.made("/projects", {"name": "Talk", "resources": [doc], "availability": window})["id"]
    time_machine.move_to("2027-03-01T00:00:00Z", tick=False)
    assert server.put(f"/projects/{project}", {"name": "Old talk"}).status_code == 204


UNREACHABLE = {
    "only a question of one's own": {"size": {"format": "select", "enum": ["S", "M"]}},
    "an address that nobody sees and nobody set": {"name": {}, "email": {"hidden": True}},
    "blank beforehand": {"email": {"hidden": True, "prefilled": " "}, "phone": {"hidden": True}},
    "a question of the format of an address": {"mail": {"format": "email"}},
}


@pytest.mark.parametrize("questions", UNREACHABLE.values(), ids=UNREACHABLE)
def test_questions_after_which_nobody_could_be_reached_are_refused(server, questions):
    made = server.made("/projects", {"name": "Little"})
    whole = server.post("/projects", {"name": "Other", "customer_fields": questions, "reminders": [{}]})
    part = server.put(f"/projects/{made['id']}", {"customer_fields": questions})
    assert "customer_fields" in whole.json()["errors"]
    assert len(whole.json()["errors"]) > 1
    assert (part.status_code, next(iter(part.json()["errors"]))) == (422, "customer_fields")
    assert server.read(f"/projects/{made['id']}")["customer_fields"] == {}


@pytest.mark.parametrize(
    "questions",
    [
        {},
        {"phone": {}},
        {"email": {"hidden": True, "prefilled": "desk@example.com"}},
        {"email": {"required": False}},
    ],
    ids=str,
)
def test_one_way_to_be_reached_is_enough_and_no_questions_are_the_usual_ones(server, questions):
    made = server.made("/projects", {"name": "Little", "customer_fields": questions})
    assert made["customer_fields"] == questions


def test_taking_out_the_last_way_to_be_reached_is_refused(server):
    made = server.made("/projects", {"name": "Little", "customer_fields": {"name": {}, "email": {}}})
    refused = server.put(f"/projects/{made['id']}", {"customer_fields": {"email": None}})
    assert list(refused.json()["errors"]) == ["customer_fields"]
    both = {"email": None, "phone": {"format": "tel"}}
    assert server.put(f"/projects/{made['id']}", {"customer_fields": both}).status_code == 204


def test_an_older_row_without_a_way_to_be_reached_is_changed_in_all_else_and_booked(server, widget, doc):
    questions = {"size": {"title": "Size", "format": "select", "enum": ["S", "M"]}}
    made = server.made("/projects", {"name": "Little", "resources": [doc]})
    Project.objects.update(customer_fields=questions)
    assert server.put(f"/projects/{made['id']}", {"name": "Less"}).status_code == 204
    told = widget.read(f"/projects/embed/{made['id']}")["customer_fields"]
    assert list(told) == ["size", "email"]
    assert told["email"] == {"title": "E-mail", "format": "email", "required": True, "hidden": False}


REFUSED = {
    "none of the choices": {"plan": {"format": "select", "enum": ["a"], "prefilled": "b", "readonly": True}},
    "no address": {"email": {"prefilled": "the desk", "readonly": True}},
    "no address in a question of one's own": {
        "mail": {"format": "email", "prefilled": "x", "readonly": True}
    },
    "no address that nobody sees": {"email": {"prefilled": "the desk", "hidden": True}},
    "a box that must be ticked": {
        "ok": {"format": "checkbox", "required": True, "prefilled": False, "readonly": True}
    },
    "too long": {"code": {"prefilled": "x" * 2001, "readonly": True}},
    "an object": {"code": {"prefilled": {"a": 1}, "readonly": True}},
}


@pytest.mark.parametrize("question", REFUSED.values(), ids=REFUSED)
def test_an_answer_that_nobody_can_change_is_one_that_the_question_takes(server, question):
    (key,) = question
    questions = {"name": {}, "phone": {}, **question}
    made = server.made("/projects", {"name": "Little"})
    whole = server.post("/projects", {"name": "", "customer_fields": questions})
    part = server.put(f"/projects/{made['id']}", {"customer_fields": questions})
    assert {"name", f"customer_fields.{key}.prefilled"} == whole.json()["errors"].keys()
    assert (part.status_code, list(part.json()["errors"])) == (422, [f"customer_fields.{key}.prefilled"])
    Project.objects.update(customer_fields=questions)
    assert server.put(f"/projects/{made['id']}", {"name": "An older one"}).status_code == 204


@pytest.mark.parametrize(
    "question",
    [
        {"format": "select", "enum": ["a"], "prefilled": "a", "readonly": True},
        {"format": "select", "enum": ["a"], "prefilled": "b"},
        {"format": "checkbox", "enum": ["a", "b"], "prefilled": ["a", "b"], "readonly": True},
        {"format": "checkbox", "enum": ["a", "b"], "prefilled": "a", "readonly": True},
        {"format": "checkbox", "prefilled": False, "readonly": True},
        {"format": "number", "prefilled": 5, "readonly": True},
        {"format": "label", "prefilled": "x", "readonly": True},
        {"format": "email", "prefilled": "", "readonly": True},
    ],
    ids=str,
)
def test_an_answer_that_the_question_takes_or_that_can_be_changed_is_taken(server, question):
    questions = {"email": {}, "own": question}
    assert (
        server.made("/projects", {"name": "Little", "customer_fields": questions})["customer_fields"]
        == questions
    )


def test_a_wish_for_texts_that_is_only_to_be_read_is_taken(server):
    questions = {"email": {}, "phone": {}, "wants_texts": {"prefilled": True, "readonly": True}}
    made = server.made("/projects", {"name": "Little", "customer_fields": questions})
    assert made["customer_fields"] == questions
