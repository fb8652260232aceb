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


def press_publish(client: Client, version: GraphVersion) -> Any:
    """The page after it."""
    return client.post(url(version, "publish"), values_of(client.get(url(version, "publish"))), follow=True)


def row_of(version: GraphVersion, table: str, name: str) -> str:
    """The prefix of a row's controls on the page."""
    row = getattr(version, table).filter(name=name).first()
    return f"{'s' if table == 'states' else 'a'}{row.pk}"


def blank_below(client: Client, version: GraphVersion, state: str) -> str:
    """The prefix of the blank action below a state."""
    key = version.states.get(name=state).pk
    places = values_of(client.get(url(version)))["arrow"]
    return f"a{next(one for one in places if one.startswith(f'{key}:n')).partition(':')[2]}"


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
    assert f'href="#state-{draft.states.get(name="lost").pk}"' in shown
    assert ">Publish<" not in text_of(designer.get(url(draft, "publish")))


def test_the_picture_stands_on_the_page(designer, draft):
    assert "<svg" in text_of(designer.get(url(draft)))


def test_publishing_makes_the_draft_the_followed_version(designer, draft, graph):
    assert ">Publish<" in text_of(designer.get(url(draft, "publish")))
    press_publish(designer, draft)
    assert graph.versions.published().get() == draft


def test_what_somebody_else_changed_meanwhile_is_looked_at_before_it_is_published(designer, draft, graph):
    looked_at = values_of(designer.get(url(draft, "publish")))
    draft.states.filter(name="confirmed").update(mail_to_customer="")
    response = designer.post(url(draft, "publish"), looked_at, follow=True)
    assert "Somebody else changed this draft meanwhile." in text_of(response)
    assert "mail to the customer was" in text_of(response)
    assert graph.versions.published().get().number == 1
    press_publish(designer, draft)
    assert graph.versions.published().get() == draft


def test_a_draft_with_problems_is_not_published(designer, draft, graph):
    draft.actions.all().delete()
    response = press_publish(designer, draft)
    assert "This draft cannot be published yet." in text_of(response)
    assert graph.versions.published().get().number == 1


def test_published_and_retired_versions_are_only_shown(designer, desk, draft, graph):
    old = graph.versions.published().get()
    publish(draft)
    for version in (old, draft):
        shown = designer.get(url(version))
        assert 'name="seen"' not in text_of(shown)
        response = designer.post(url(version), {"claims": "nothing", "seen": "x"}, follow=True)
        assert "This version was published meanwhile. What was typed is not saved." in text_of(response)
        assert desk.post(url(version), {"claims": "nothing"}).status_code == 403
    assert designer.post(url(old, "delete"), {"post": "yes"}).status_code == 403


def test_a_read_only_version_says_durations_in_words(designer):
    version = Graph.objects.get(name="request").versions.published().get()
    assert "<p>2 days</p>" in text_of(designer.get(url(version)))


def test_two_create_actions_are_refused_in_words(designer, draft):
    values = values_of(designer.get(url(draft)))
    complete = draft.actions.get(name="complete")
    values["arrow"] = [
        f"start:{complete.pk}" if one.endswith(f":{complete.pk}") else one for one in values["arrow"]
    ]
    assert "One action only can create the booking" in text_of(designer.post(url(draft), values))
    assert draft.actions.filter(source=None).count() == 1


def test_a_state_that_an_action_needs_is_not_taken_away_unsaid(designer, draft):
    row = row_of(draft, "states", "completed")
    response = save(designer, draft, **{f"{row}-gone": "on"})
    assert "That state is to be taken away. Lead this elsewhere first." in text_of(response)
    assert draft.states.filter(name="completed").exists()


def test_a_state_goes_with_the_actions_that_leave_it(designer, draft):
    completed = draft.states.get(name="completed")
    gone = {f"{row_of(draft, 'states', 'confirmed')}-gone": "on"}
    create = row_of(draft, "actions", "confirm")
    assert save(designer, draft, **gone, **{f"{create}-target": str(completed.pk)}).status_code == 302
    assert [*draft.actions.values_list("target__name", flat=True)] == ["completed"]
    assert not draft.states.filter(name="confirmed").exists()


def test_actions_lead_between_the_states_of_their_own_version_only(designer, draft):
    other = State.objects.filter(version__graph__name="request").first()
    row = row_of(draft, "actions", "complete")
    assert "Select a valid choice" in text_of(save(designer, draft, **{f"{row}-target": str(other.pk)}))


def test_an_action_names_a_new_state_and_both_are_there_at_once(designer, draft):
    row = blank_below(designer, draft, "confirmed")
    words = {f"{row}-label": "Arrived", f"{row}-target": "new", f"{row}-new_state": "In the waiting room"}
    assert save(designer, draft, **words).status_code == 302
    action = draft.actions.get(label="Arrived")
    assert (action.source.name, action.target.label) == ("confirmed", "In the waiting room")
    assert (action.name, action.target.name) == ("arrived", "in_the_waiting_room")


def test_two_actions_that_name_one_new_state_lead_to_the_same(designer, draft):
    first, second = (blank_below(designer, draft, name) for name in ("confirmed", "completed"))
    words = {
        f"{row}-{name}": value
        for row in (first, second)
        for name, value in {"label": "Shelve", "target": "new", "new_state": "Shelved"}.items()
    }
    words[f"{second}-new_state"] = "shelved"
    assert save(designer, draft, **words).status_code == 302
    assert draft.states.filter(label__iexact="shelved").count() == 1
    assert draft.actions.filter(target__label="Shelved").count() == 2


def test_a_new_state_is_added_by_itself(designer, draft):
    key = values_of(designer.get(url(draft)))["state"][-1]
    assert save(designer, draft, **{f"s{key}-label": "On hold"}).status_code == 302
    assert draft.states.get(name="on_hold").label == "On hold"


def test_names_may_change_places(designer, draft):
    one, other = (row_of(draft, "states", name) for name in ("completed", "cancelled"))
    assert (
        save(designer, draft, **{f"{one}-name": "cancelled", f"{other}-name": "completed"}).status_code == 302
    )
    assert draft.states.get(name="cancelled").label == "Completed"


def test_what_is_wrong_stands_at_its_row_all_at_once_and_nothing_is_lost(designer, draft):
    before = [*draft.actions.order_by("pk").values(), *draft.states.order_by("pk").values()]
    state, action = row_of(draft, "states", "confirmed"), row_of(draft, "actions", "complete")
    blank = blank_below(designer, draft, "confirmed")
    wrong = {f"{state}-label": "", f"{action}-target": "", f"{action}-automatic_after": "soon"}
    response = save(designer, draft, **wrong, **{f"{blank}-label": "Kept words", f"{blank}-target": "new"})
    shown = text_of(response)
    for words in (
        "This field is required.",
        "Say where this leads: a state, or a new one.",
        "Say what the new state is called.",
        "Kept words",
        "soon",
    ):
        assert words in shown
    assert [*draft.actions.order_by("pk").values(), *draft.states.order_by("pk").values()] == before


def test_a_moment_that_is_none_is_refused_in_words(designer, draft):
    row = row_of(draft, "actions", "cancel_by_customer")
    for moment in ("-1", "never"):
        page = save(designer, draft, **{f"{row}-automatic_after": "1 hour", f"{row}-automatic_from": moment})
        assert page.status_code == 200
        assert f"{moment} is not one of the available choices." in text_of(page)


def test_what_somebody_else_saved_meanwhile_is_not_written_over(designer, draft):
    stale = values_of(designer.get(url(draft)))
    row = row_of(draft, "states", "confirmed")
    assert save(designer, draft, **{f"{row}-label": "Agreed"}).status_code == 302
    response = designer.post(url(draft), stale | {f"{row}-label": "Mine"})
    assert "Somebody else changed this draft meanwhile." in text_of(response)
    assert draft.states.get(name="confirmed").label == "Agreed"


def test_keys_that_nobody_gave_are_left_out(designer, draft):
    values = values_of(designer.get(url(draft)))
    other = State.objects.filter(version__graph__name="request").first()
    values["state"] = [*values["state"], str(other.pk), "999999", "n;drop", "n" + "x" * 99]
    values["arrow"] = [*values["arrow"], f"{other.pk}:1", "nowhere:n1", "start:", "::"]
    before = State.objects.count()
    assert designer.post(url(draft), values | {f"s{other.pk}-label": "Stolen"}).status_code == 302
    assert State.objects.count() == before
    assert not State.objects.filter(label="Stolen").exists()


def test_a_request_of_very_many_rows_is_refused(designer, draft):
    values = values_of(designer.get(url(draft)))
    values["state"] = [*values["state"], *(f"nq{number}" for number in range(200))]
    values |= {f"snq{number}-label": f"State {number}" for number in range(200)}
    assert "A graph has at most 60 states" in text_of(designer.post(url(draft), values))


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
