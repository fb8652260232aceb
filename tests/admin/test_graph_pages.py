"""A draft looked at before it is published, tried out, copied, taken out as JSON and brought in again."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from bookings.admin import graphs
from bookings.graphs.exchange import exported
from bookings.graphs.validator import problems
from bookings.graphs.versions import new_draft
from bookings.lifecycle import Actor
from bookings.lifecycle.dry_run import dry_run
from bookings.models import Action, Graph, GraphVersion
from tests.admin.conftest import text_of, values_of
from tests.situations import a_booking, a_resource

pytestmark = pytest.mark.django_db
IMPORT = "admin:bookings_graph_import"
SEEDED = [
    "instant",
    "confirm_decline",
    "instant_payment",
    "group_owner",
    "group_customer",
    "group_customer_payment",
    "request",
]


@pytest.fixture
def draft() -> GraphVersion:
    return new_draft(Graph.objects.get(name="confirm_decline"))


def url(version: GraphVersion, name: str) -> str:
    return reverse(f"admin:bookings_graphversion_{name}", args=[version.pk])


def tried(
    version: GraphVersion, state: str, actor: str, *, before: timedelta, cut_off: Any = None
) -> dict[str, Any]:
    found = version.states.get(name=state)
    by = Actor(actor)
    answers = dry_run(version, found, by, now=timezone.now(), before=before, cut_off=cut_off)
    return {answer.action: answer for answer in answers}


def test_publishing_shows_what_changes_and_who_stays_on_the_old_one(designer, draft):
    a_booking(a_resource(), timezone.now() + timedelta(days=1), graph="confirm_decline")
    draft.states.filter(name="confirmed").update(label="Agreed")
    draft.actions.filter(name="complete").update(automatic_after=timedelta(hours=2))
    draft.actions.get(name="cancel").delete()
    draft.states.create(name="late", label="Late")
    shown = text_of(designer.get(url(draft, "publish")))
    for sentence in (
        "The state “Confirmed”: label was “Confirmed” and becomes “Agreed”.",
        "automatic after was 1 hour and becomes 2 hours.",
        "The action “Cancel” of “Confirmed” is gone.",
        "The state “Late” is new.",
        "1 booking stays on version 1 for good.",
    ):
        assert sentence in shown


def test_a_draft_like_the_version_in_force_says_that_nothing_changes(designer, draft):
    assert "Nothing that bookings would notice." in text_of(designer.get(url(draft, "publish")))


def test_a_customer_who_cancels_too_late_is_refused_and_staff_are_not(draft):
    late = {"before": timedelta(hours=2), "cut_off": timedelta(days=1)}
    by_customer = tried(draft, "confirmed", "customer", **late)["Cancel"]
    assert by_customer.refused == "Too late: it may be changed until 1 day before it begins."
    assert tried(draft, "confirmed", "staff", **late)["Choose another time"].refused == ""
    in_time = tried(draft, "confirmed", "customer", before=timedelta(days=2), cut_off=timedelta(days=1))
    assert in_time["Cancel"].follows[:4] == [
        "It becomes “Cancelled by the customer”.",
        "The time is free again.",
        "The customer gets a mail: the booking was cancelled.",
        "The owner gets a mail: the booking was cancelled.",
    ]


def test_who_may_not_play_an_action_is_told_so(draft):
    assert (
        tried(draft, "tentative", "customer", before=timedelta(days=1))["Accept"].refused
        == "Not open to them."
    )
    accepted = tried(draft, "tentative", "owner", before=timedelta(days=1))["Accept"]
    assert "The time is taken, where it is still free." in accepted.follows
    assert any("1 hour after the booking's end “Complete”" in one for one in accepted.follows)


def test_trying_out_writes_nothing_and_what_is_typed_wrong_is_said(designer, draft):
    before = Action.objects.count()
    asked = {
        "state": draft.states.get(name="confirmed").pk,
        "who": "customer",
        "before": "2 hours",
        "cut_off": "",
    }
    assert "The time is free again." in text_of(designer.get(url(draft, "try"), asked))
    wrong = text_of(designer.get(url(draft, "try"), asked | {"before": "2", "who": "nobody", "state": "0"}))
    assert "The unit is missing" in wrong
    assert wrong.count("errorlist") == 3
    assert Action.objects.count() == before


@pytest.mark.parametrize("name", SEEDED)
def test_what_is_exported_comes_in_again_as_it_was(designer, name):
    version = GraphVersion.objects.published().get(graph__name=name)
    answer = designer.get(url(version, "export"))
    assert answer["Content-Disposition"] == f'attachment; filename="{name}-{version.number}.json"'
    file = SimpleUploadedFile("graph.json", answer.content)
    assert designer.post(reverse(IMPORT), {"file": file, "title": "Again"}).status_code == 302
    again = GraphVersion.objects.get(graph__name="again")
    assert again.status == "draft"
    assert problems(again) == []
    assert exported(again) == exported(version) | {"title": "Again"}


def test_a_file_that_comes_in_beside_another_of_its_name_has_the_next_one(designer, draft, monkeypatch):
    """The other one is there between the look for a free name and the saving."""
    names = iter(["instant", "again"])
    monkeypatch.setattr(graphs, "free_name", lambda _title: next(names))
    monkeypatch.setattr(Graph, "full_clean", lambda _graph: None)
    file = SimpleUploadedFile("graph.json", json.dumps(exported(draft)).encode())
    assert designer.post(reverse(IMPORT), {"file": file, "title": "Again"}).status_code == 302
    assert Graph.objects.get(title="Again").name == "again"


def test_a_copy_is_a_graph_of_its_own(designer, draft):
    assert designer.post(url(draft, "copy")).status_code == 302
    copy = Graph.objects.latest("pk").versions.get()
    assert copy.graph.name == "copy_of_asked_for_then_accepted_or_declined"
    assert exported(copy)["actions"] == exported(draft)["actions"]
    assert designer.post(url(draft, "copy")).status_code == 302
    assert Graph.objects.filter(name__startswith="copy_of").count() == 2


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "Invalid JSON"),
        (b"{", "Invalid JSON"),
        (b"[]", "object"),
        (b"\xff\xfe", "Invalid JSON"),
        ({"title": 3}, "title: "),
        ({"states": [{"name": "A", "label": "A"}]}, "states.A.name: "),
        ({"states": [{"name": "a\n", "label": "A"}]}, "states.a\n.name: Use small letters"),
        ({"claims": "everything"}, "claims.claims: "),
        ({"unknown": 1}, "unknown: "),
        ({"states": [{"name": "a", "label": "A"}] * 2}, "states.a."),
        ({"states": [{"name": f"s{n}", "label": "S"} for n in range(61)]}, "states: "),
        (
            {"actions": [{"name": "go", "label": "Go", "from": None, "to": "nowhere"}]},
            "no state is called “nowhere”.",
        ),
        (
            {
                "states": [{"name": "a", "label": "A"}],
                "actions": [{"name": "go", "label": "Go", "from": "a", "to": "a"}],
            },
            "An action must lead to another state than the one it leaves.",
        ),
        (
            {
                "states": [{"name": "a", "label": "A"}],
                "actions": [
                    {"name": "go", "label": "Go", "from": None, "to": "a", "automatic_after_seconds": 9e99}
                ],
            },
            "automatic_after_seconds",
        ),
    ],
)
def test_a_file_that_is_no_graph_is_refused_in_words_and_leaves_nothing(designer, content, sentence):
    if isinstance(content, dict):
        content = json.dumps({"title": "T", "states": [], "actions": []} | content).encode()
    before = Graph.objects.count()
    answer = designer.post(reverse(IMPORT), {"file": SimpleUploadedFile("graph.json", content), "title": ""})
    assert answer.status_code == 200
    assert "errorlist" in text_of(answer)
    if content:
        assert sentence in text_of(answer).replace("&quot;", '"')
    assert Graph.objects.count() == before


def test_a_new_graph_leads_to_its_first_draft_and_is_named_after_its_title(designer):
    page = reverse("admin:bookings_graph_add")
    values = values_of(designer.get(page)) | {"title": "Waiting room"}
    answer = designer.post(page, values)
    graph = Graph.objects.get(name="waiting_room")
    assert answer.url == url(graph.versions.get(), "change")


def test_the_desk_may_look_and_neither_copy_nor_bring_in(desk, draft):
    assert desk.get(url(draft, "try")).status_code == 200
    assert desk.get(url(draft, "export")).status_code == 200
    assert desk.post(url(draft, "copy")).status_code == 403
    assert desk.get(url(draft, "publish")).status_code == 403
    assert desk.get(reverse(IMPORT)).status_code == 403


def test_cards_say_how_many_bookings_are_there_in_the_version_in_force(designer, draft):
    for days in (1, 2):
        a_booking(a_resource(), timezone.now() + timedelta(days=days), graph="confirm_decline")
    assert "2 now" in text_of(designer.get(url(draft, "change")))


def test_a_text_that_cannot_be_stored_is_refused_wherever_it_stands(designer):
    whole = exported(GraphVersion.objects.published().get(graph__name="instant"))
    for rows, column in ([whole], "title"), (whole["states"], "label"), (whole["actions"], "on_seats"):
        rows[0][column], before = "a\0b", rows[0][column]
        file = SimpleUploadedFile("graph.json", json.dumps(whole).encode())
        response = designer.post(reverse(IMPORT), {"file": file, "title": ""})
        assert f"{column}: This text holds characters that cannot be stored." in text_of(response)
        rows[0][column] = before
