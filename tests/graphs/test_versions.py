"""The validator's words, publishing, and drafts."""

from datetime import timedelta
from importlib import import_module

import pytest
from django.apps import apps

from bookings.graphs.validator import Drawing, faults, problems, remarks
from bookings.graphs.versions import DraftExists, GraphHasProblems, NotADraft, new_draft, publish
from bookings.models import Action, Graph, GraphVersion, State

pytestmark = pytest.mark.django_db


@pytest.fixture
def draft() -> GraphVersion:
    """A draft without a fault: booked, then over, with one way to move."""
    version = GraphVersion.objects.create(graph=Graph.objects.create(name="visit", title="Visit"), number=1)
    booked, over, moved = (state(version, name, name == "booked") for name in ("booked", "over", "moved"))
    action(version, "book", None, booked)
    action(version, "finish", booked, over)
    action(version, "move", booked, moved, continues=True)
    return version


def state(version: GraphVersion, name: str, occupies: bool = False) -> State:
    return State.objects.create(version=version, name=name, label=name.title(), occupies=occupies)


def action(version: GraphVersion, name: str, source: State | None, target: State, **fields) -> Action:
    return Action.objects.create(
        version=version, name=name, label=name.title(), source=source, target=target, **fields
    )


@pytest.mark.parametrize(
    "name",
    [
        "instant",
        "confirm_decline",
        "instant_payment",
        "group_owner",
        "group_customer",
        "group_customer_payment",
        "request",
    ],
)
def test_seeded_graphs_have_no_problems(name):
    assert problems(GraphVersion.objects.published().get(graph__name=name)) == []


def test_a_sound_draft_has_no_problems(draft):
    assert problems(draft) == []


def test_a_graph_without_a_create_action_is_named(draft):
    draft.actions.get(name="book").delete()
    assert problems(draft) == ["No action creates a booking: one must have no state before it."]


def test_a_state_that_nothing_leads_to_is_named(draft):
    state(draft, "lost")
    assert problems(draft) == ["No way leads to the state “Lost”."]


def test_a_final_state_that_occupies_is_named(draft):
    draft.states.filter(name="over").update(occupies=True)
    assert "“Over” is final and occupies: its bookings would keep their time for ever." in problems(draft)


def test_states_that_only_lead_to_each_other_and_occupy_are_traps(draft):
    draft.actions.exclude(name="book").delete()
    booked = draft.states.get(name="booked")
    here = state(draft, "here", occupies=True)
    action(draft, "go", booked, here)
    action(draft, "back", here, booked)
    trapped = [sentence for sentence in problems(draft) if "gives the time back" in sentence]
    assert len(trapped) == 2


def told(version: GraphVersion) -> list[str]:
    return [one.text for one in remarks(Drawing.of(version))]


def test_a_way_to_move_that_nobody_needs_is_a_remark_and_no_fault(draft):
    draft.actions.filter(name="move").update(continues=False)
    assert problems(draft) == []
    assert "Bookings in “Booked” cannot be moved to another time: no action is played when moved." in told(
        draft
    )
    assert publish(draft).status == "published"


def test_states_that_tell_nobody_are_a_remark(draft):
    draft.states.filter(name="booked").update(mail_to_customer="booked")
    assert told(draft) == ["Nobody gets a mail on: Over and Moved."]
    draft.states.update(mail_to_owner="booked")
    assert told(draft) == []


def test_each_finding_names_its_row(draft):
    draft.actions.filter(name="finish").update(by_staff=False)
    (fault,) = faults(Drawing.of(draft))
    assert fault.row == draft.actions.get(name="finish")


def test_two_actions_played_when_moved_are_one_too_many(draft):
    draft.actions.filter(name="finish").update(continues=True)
    assert problems(draft) == ["2 actions of “Booked” are played when moved; there must be one."]


def test_moving_must_lead_to_a_state_that_gives_the_time_back(draft):
    held = state(draft, "held", occupies=True)
    action(draft, "let_go", held, draft.states.get(name="over"))
    action(draft, "move", held, draft.states.get(name="moved"), continues=True)
    draft.actions.filter(name="move", source__name="booked").update(target=held)
    assert problems(draft) == [
        "“Move” is played when moved, so it must lead to a state that does not occupy."
    ]


def test_an_action_between_versions_is_named(draft):
    other = GraphVersion.objects.create(graph=draft.graph, number=2)
    action(draft, "leave", draft.states.get(name="booked"), state(other, "elsewhere"))
    assert "“Leave” leads from or to a state of another version." in problems(draft)


def test_an_action_for_nobody_is_named(draft):
    draft.actions.filter(name="finish").update(by_staff=False)
    assert problems(draft) == ["Nobody may play “Finish”."]


def test_a_clock_without_a_time_is_named(draft):
    draft.actions.filter(name="finish").update(by_clock=True)
    assert problems(draft) == ["The clock may play “Finish”, but no time says when."]


def test_waiting_that_nothing_ends_is_named(draft):
    draft.states.filter(name="booked").update(settled=False)
    (sentence,) = problems(draft)
    assert sentence.startswith("In “Booked” something is awaited, and no automatic action ends that")
    draft.actions.filter(name="finish").update(
        by_clock=True, automatic_after=timedelta(), automatic_from="start"
    )
    assert problems(draft) == []


def test_a_final_state_in_which_something_is_awaited_is_named(draft):
    draft.states.filter(name="over").update(settled=False)
    assert problems(draft) == [
        "In “Over” something is awaited, and no action leaves it: it would wait for ever."
    ]


def test_a_session_that_is_called_off_over_the_heads_of_its_seats_is_named():
    session = new_draft(Graph.objects.get(name="group_owner"))
    session.actions.filter(name="cancel").update(on_seats="")
    (sentence,) = problems(session)
    assert sentence.startswith("“Cancel” ends a session and plays nothing on its seats")
    session.actions.filter(name="complete").update(on_seats="")
    assert problems(session) == [sentence], "what the clock ends is over for the seats, too"


def test_seats_that_do_not_know_what_their_session_plays_are_remarked():
    session = new_draft(Graph.objects.get(name="group_owner"))
    before = len(remarks(Drawing.of(session)))
    seats = new_draft(Graph.objects.get(name="group_customer"))
    asked = State.objects.create(version=seats, name="asked", label="Asked", settled=False)
    accept = {"source": asked, "target": seats.states.get(name="confirmed"), "automatic_from": "start"}
    waits = {"by_clock": True, "automatic_after": timedelta()}
    action(seats, "accept", **accept, **waits)
    seats.actions.filter(source=None).update(target=asked)
    publish(seats)
    (said,) = remarks(Drawing.of(session))[before:]
    assert said.text.startswith("“Cancel” leaves a seat that is “Asked”")
    assert "no action called “cancel_by_owner” leads on from there" in said.text


def test_automatic_actions_that_go_round_are_named(draft):
    booked = draft.states.get(name="booked")
    idle = state(draft, "idle")
    automatic = {"by_clock": True, "automatic_after": timedelta(hours=1)}
    action(draft, "rest", booked, idle, **automatic)
    action(draft, "wake", idle, booked, **automatic)
    assert len([sentence for sentence in problems(draft) if "go round for ever" in sentence]) == 2


def test_seats_need_time_and_graphs_without_seats_play_on_none(draft):
    draft.actions.filter(name="finish").update(on_seats="finish")
    assert problems(draft) == ["“Finish” plays on seats, but this graph offers none."]
    draft.offers_seats, draft.claims = True, GraphVersion.Claims.NOTHING
    assert problems(draft) == ["A graph that offers seats must take the resource's time."]


def test_publishing_retires_the_version_before(draft):
    publish(draft)
    second = new_draft(draft.graph)
    publish(second)
    draft.refresh_from_db()
    second.refresh_from_db()
    assert (draft.status, second.status) == ("retired", "published")
    assert second.published_at is not None


def test_a_draft_with_problems_is_not_published(draft):
    draft.actions.get(name="book").delete()
    with pytest.raises(GraphHasProblems) as refused:
        publish(draft)
    assert refused.value.data["problems"] == problems(draft)
    draft.refresh_from_db()
    assert draft.status == "draft"


def test_only_drafts_are_published(draft):
    publish(draft)
    with pytest.raises(NotADraft):
        publish(draft)


def test_a_new_draft_is_a_whole_copy_with_states_of_its_own():
    published = GraphVersion.objects.published().get(graph__name="request")
    copy = new_draft(published.graph)
    assert (copy.number, copy.status, copy.published_at) == (2, "draft", None)
    assert names(copy) == names(published)
    assert problems(copy) == []
    published.refresh_from_db()
    assert published.status == "published"


def test_a_graph_has_one_draft_at_a_time(draft):
    with pytest.raises(DraftExists) as refused:
        new_draft(draft.graph)
    assert refused.value.data["version"] == draft.pk


def test_the_first_draft_of_a_graph_can_be_published_as_it_is():
    first = new_draft(Graph.objects.create(name="fresh", title="Fresh"))
    assert (first.number, problems(first)) == (1, [])
    assert publish(first).status == "published"


def names(version: GraphVersion) -> list[tuple]:
    rows = version.actions.values_list("source__name", "name", "target__name", "automatic_after", "continues")
    return [*version.states.values_list("name", "occupies", "mail_to_customer"), *rows]


def test_where_the_seeded_graph_had_requests_without_an_end_its_next_version_ends_them():
    migration = import_module("bookings.migrations.0005_requests_end_at_their_start")
    actions = Action.objects.filter(version__graph__name="confirm_decline")
    before = set(actions.values_list("name", "source__name", "target__name", "automatic_from"))
    migration.publish_next_version(apps, None)
    assert GraphVersion.objects.filter(graph__name="confirm_decline").count() == 1, "it is as it should be"
    actions.filter(name="decline").update(by_clock=False, automatic_after=None)
    migration.publish_next_version(apps, None)
    published = GraphVersion.objects.published().get(graph__name="confirm_decline")
    assert (published.number, problems(published)) == (2, [])
    assert (
        set(published.actions.values_list("name", "source__name", "target__name", "automatic_from")) == before
    )
    assert all(action.target.version_id == published.pk for action in published.actions.all())
