"""Designers edit drafts beside the validator's words; what was published is only shown."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from bookings.graphs.versions import new_draft, publish
from bookings.models import Graph, GraphVersion, State
from tests.admin.conftest import text_of, values_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def graph() -> Graph:
    return Graph.objects.get(name="instant")


@pytest.fixture
def draft(graph: Graph) -> GraphVersion:
    return new_draft(graph)


def url(version: GraphVersion, name: str = "change") -> str:
    return reverse(f"admin:bookings_graphversion_{name}", args=[version.pk])


def save(client: Client, version: GraphVersion, **changes: Any) -> Any:
    return client.post(url(version), values_of(client.get(url(version))) | changes)


def row_of(version: GraphVersion, table: str, name: str) -> str:
    """The prefix of a row's controls on the page."""
    names = list(getattr(version, table).values_list("name", flat=True))
    return f"{table}-{names.index(name)}"


def test_make_a_draft_copies_the_published_version_and_leads_to_it(designer, graph):
    response = designer.post(reverse("admin:bookings_graph_draft", args=[graph.pk]))
    draft = graph.versions.get(status="draft")
    assert response.url == url(draft)
    assert draft.number == 2
    again = designer.post(reverse("admin:bookings_graph_draft", args=[graph.pk]), follow=True)
    assert "There is a draft of this graph already." in text_of(again)


def test_a_draft_is_edited_and_an_untouched_one_is_saved_as_it_was(designer, draft):
    before = list(draft.actions.order_by("pk").values())
    assert save(designer, draft).status_code == 302
    assert list(draft.actions.order_by("pk").values()) == before
    row = row_of(draft, "states", "confirmed")
    assert save(designer, draft, **{f"{row}-label": "Agreed"}).status_code == 302
    assert draft.states.get(name="confirmed").label == "Agreed"


@pytest.mark.parametrize("status", ["draft", "published"])
def test_more_actions_cost_no_more_queries(designer, graph, draft, status, django_assert_max_num_queries):
    version = graph.versions.get(status=status)

    def queries() -> int:
        with django_assert_max_num_queries(60) as counted:
            assert designer.get(url(version)).status_code == 200
        return len(counted)

    queries()  # the first one also learns what the site's tables are called
    few = queries()
    source, target = version.states.order_by("pk")[:2]
    for number in range(5):
        version.actions.create(name=f"more{number}", label="More", source=source, target=target)
    assert queries() == few


def test_an_automatic_actions_time_is_typed_in_words(designer, draft):
    row = row_of(draft, "actions", "complete")
    assert save(designer, draft, **{f"{row}-automatic_after": "90 minutes"}).status_code == 302
    assert draft.actions.get(name="complete").automatic_after.total_seconds() == 5400
    assert "The unit is missing" in text_of(save(designer, draft, **{f"{row}-automatic_after": "90"}))


def test_the_validators_words_stand_on_the_page_of_a_draft(designer, draft):
    State.objects.create(version=draft, name="lost", label="Lost")
    shown = text_of(designer.get(url(draft)))
    assert "No way leads to the state “Lost”." in shown
    assert ">Publish<" not in shown


def test_the_picture_stands_on_the_page(designer, draft):
    assert "<svg" in text_of(designer.get(url(draft)))


def test_publishing_makes_the_draft_the_followed_version(designer, draft, graph):
    assert ">Publish<" in text_of(designer.get(url(draft)))
    assert designer.post(url(draft, "publish")).status_code == 302
    assert graph.versions.published().get() == draft


def test_a_draft_with_problems_is_not_published(designer, draft, graph):
    draft.actions.all().delete()
    response = designer.post(url(draft, "publish"), follow=True)
    assert "This draft cannot be published yet." in text_of(response)
    assert graph.versions.published().get().number == 1


def test_published_and_retired_versions_are_only_shown(designer, draft, graph):
    old = graph.versions.published().get()
    publish(draft)
    for version in (old, draft):
        shown = designer.get(url(version))
        assert "states-0-label" not in text_of(shown)
        response = designer.post(url(version), {"claims": "nothing"})
        assert response.status_code == 403
    assert designer.post(url(old, "delete"), {"post": "yes"}).status_code == 403


def test_a_read_only_version_says_durations_in_words(designer):
    version = Graph.objects.get(name="request").versions.published().get()
    assert "<p>2 days</p>" in text_of(designer.get(url(version)))


def test_two_create_actions_are_refused_in_words(designer, draft):
    row = row_of(draft, "actions", "complete")
    response = save(designer, draft, **{f"{row}-source": ""})
    assert "One action only can create the booking" in text_of(response)


def test_a_state_that_an_action_needs_is_not_deleted_with_it_unsaid(designer, draft):
    row = row_of(draft, "states", "completed")
    response = save(designer, draft, **{f"{row}-DELETE": "on"})
    assert "needs a state that is to be deleted" in text_of(response)
    assert draft.states.filter(name="completed").exists()


def test_actions_lead_between_the_states_of_their_own_version_only(designer, draft):
    other = State.objects.filter(version__graph__name="request").first()
    row = row_of(draft, "actions", "complete")
    assert "Select a valid choice" in text_of(save(designer, draft, **{f"{row}-target": str(other.pk)}))


def test_the_name_of_a_published_graph_stands_still(designer, graph):
    page = reverse("admin:bookings_graph_change", args=[graph.pk])
    values = values_of(designer.get(page))
    assert "name" not in values
    designer.post(page, values | {"name": "other", "title": "At once"})
    graph.refresh_from_db()
    assert (graph.name, graph.title) == ("instant", "At once")


def test_a_draft_can_be_thrown_away(designer, draft, graph):
    assert designer.post(url(draft, "delete"), {"post": "yes"}).status_code == 302
    assert graph.versions.count() == 1


def test_the_desk_looks_at_graphs_and_changes_none(desk, draft, graph):
    assert desk.get(url(draft)).status_code == 200
    assert desk.post(url(draft, "publish")).status_code == 403
    assert desk.post(reverse("admin:bookings_graph_draft", args=[graph.pk])).status_code == 403


def test_an_action_that_leads_nowhere_is_refused_in_words(designer, draft):
    row = row_of(draft, "actions", "cancel")
    confirmed = draft.states.get(name="confirmed")
    response = save(designer, draft, **{f"{row}-target": confirmed.pk})
    assert "An action must lead to another state than the one it leaves." in text_of(response)
    assert not draft.actions.filter(name="cancel", target=confirmed).exists()


def test_two_actions_of_one_name_that_leave_one_state_are_refused_in_words(designer, draft):
    row = row_of(draft, "actions", "cancel")
    response = save(designer, draft, **{f"{row}-name": "complete"})
    assert "Two actions that leave one state need different names." in text_of(response)
    assert draft.actions.filter(name="cancel").exists()
