"""The picture of a graph: all in it, nothing over anything, readable without eyes, safe."""

from datetime import timedelta
from itertools import combinations
from xml.etree import ElementTree as ET

import pytest

from bookings.graphs.layout import BOX_WIDTH, START, Arrow, Layout
from bookings.graphs.picture import as_svg, transitions
from bookings.models import Action, Graph, GraphVersion, State

pytestmark = pytest.mark.django_db
SVG = "{http://www.w3.org/2000/svg}"


def version_of(name):
    return GraphVersion.objects.published().get(graph__name=name)


def drawn(version):
    return ET.fromstring(as_svg(version))  # noqa: S314  # it is our own


def test_every_state_of_every_seeded_graph_is_a_box_with_its_meaning_as_title():
    for version in GraphVersion.objects.published():
        titles = [title.text for title in drawn(version).iter(f"{SVG}title")]
        for state in version.states.all():
            assert any(title.startswith(f"{state.label} ({state.name}): ") for title in titles)


def test_every_action_is_an_arrow_with_its_label():
    version = version_of("confirm_decline")
    texts = [text.text for text in drawn(version).iter(f"{SVG}text")]
    for action in version.actions.all():
        assert action.label in texts


def test_final_occupying_and_waiting_states_are_said_in_words():
    titles = {title.text for title in drawn(version_of("request")).iter(f"{SVG}title")}
    assert "Waiting for an answer (tentative): occupies, something is awaited" in titles
    assert "Declined (declined): does not occupy, final" in titles


def test_what_is_awaited_what_keeps_its_time_and_what_does_not_have_grounds_of_their_own():
    of = {
        group.find(f"{SVG}title").text.partition(" (")[0]: group.find(f"{SVG}rect")
        for group in drawn(version_of("request")).iter(f"{SVG}g")
        if group.find(f"{SVG}rect") is not None
    }
    kinds = {name: of[name].get("class") for name in ("Waiting for an answer", "Confirmed", "Declined")}
    assert kinds == {"Waiting for an answer": "awaited", "Confirmed": "kept", "Declined": "let-go"}
    assert len({of[name].get("fill") for name in kinds}) == 3


def test_the_description_says_what_the_arrows_show():
    described = drawn(version_of("instant")).find(f"{SVG}desc").text
    assert "Confirmed (confirmed) → Cancelled (cancelled) by Cancel (cancel) (owner, staff)" in described


def test_the_table_has_a_line_for_each_action_and_says_when_the_clock_plays_it():
    lines = {line.action: line for line in transitions(version_of("instant_payment"))}
    assert lines["Book (create)"].source == ""
    assert lines["Time out (timeout)"].automatic == "5 minutes after entering the state"
    assert lines["Time out (timeout)"].who == "clock"
    lines = {line.action: line for line in transitions(version_of("confirm_decline"))}
    assert lines["Decline (decline)"].automatic == "at this moment: the booking's start"


def test_names_with_markup_stay_text():
    graph = Graph.objects.create(name="odd", title='<script>alert("x")</script>')
    version = GraphVersion.objects.create(graph=graph, number=1)
    state = State.objects.create(version=version, name="here", label="<b>&</b>")
    Action.objects.create(version=version, name="create", label="<i>", target=state)
    assert "<script>" not in as_svg(version)
    assert "<b>&</b>" in [text.text for text in drawn(version).iter(f"{SVG}text")]


def test_no_style_that_the_policy_would_refuse_stands_in_the_picture():
    svg = as_svg(version_of("instant"))
    assert "style" not in svg


def test_a_graph_without_any_state_is_still_a_picture():
    graph = Graph.objects.create(name="empty", title="Empty")
    assert drawn(GraphVersion.objects.create(graph=graph, number=1)) is not None


def test_a_graph_that_leads_back_is_drawn_with_an_arrow_to_the_left():
    layout = Layout([1, 2], [Arrow(START, 1, "create"), Arrow(1, 2, "park"), Arrow(2, 1, "resume")])
    assert [line.backward for line in layout.lines()] == [False, False, True]


def boxes_overlap(one, other):
    beside = one.x + BOX_WIDTH <= other.x or other.x + BOX_WIDTH <= one.x
    above = one.y + one.height <= other.y or other.y + other.height <= one.y
    return not (beside or above)


@pytest.mark.parametrize("name", ["instant", "confirm_decline", "group_customer_payment", "request"])
def test_no_box_lies_on_another_and_all_lie_in_the_picture(name):
    version = version_of(name)
    layout = Layout(
        [state.pk for state in version.states.all()],
        [
            Arrow(action.source_id or START, action.target_id, action.label)
            for action in version.actions.all()
        ],
    )
    passed = [box for line in layout.lines() for box in line.boxes[1:-1]]
    boxes = [*layout.boxes.values(), *passed]
    assert not any(boxes_overlap(one, other) for one, other in combinations(boxes, 2))
    assert all(box.y >= 0 and box.y + box.height <= layout.height for box in boxes)
    assert all(box.x + BOX_WIDTH <= layout.width for box in boxes)


def test_an_automatic_action_after_the_end_names_the_end():
    version = version_of("instant")
    action = version.actions.get(name="complete")
    assert action.automatic_after == timedelta(hours=1)
    line = next(line for line in transitions(version) if line.action == "Complete (complete)")
    assert line.automatic == "1 hour after the booking's end"
