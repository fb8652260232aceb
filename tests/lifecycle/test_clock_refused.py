"""What the clock cannot do, since the time went to another, stands in nobody's way; no worker runs here."""

from datetime import timedelta
from itertools import pairwise

import pytest

from bookings.effects.links import manage_token
from bookings.errors import Conflict
from bookings.graphs.versions import publish
from bookings.lifecycle import Actor, act, play_due
from bookings.lifecycle.retries import MOST_OVERDUE
from bookings.models import Action, Graph, GraphVersion, State
from tests.situations import HOUR, SERVER, a_booking, a_resource, aged, at, long_ago

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def request_too_late():
    """Whoever asks is accepted after an hour, and this one's time was booked within it."""
    version = GraphVersion.objects.create(graph=Graph.objects.create(name="soon", title="Soon"), number=1)

    def state(name, **fields):
        return State.objects.create(version=version, name=name, label=name.title(), **fields)

    asked, booked, over = state("asked", settled=False), state("booked", occupies=True), state("over")
    arrows = [
        ("ask", None, asked),
        ("accept", asked, booked),
        ("withdraw", asked, over),
        ("finish", booked, over),
    ]
    for name, source, target in arrows:
        by_itself = {"by_clock": True, "automatic_after": HOUR} if name == "accept" else {}
        fields = {"name": name, "label": name.title(), "source": source, "target": target} | by_itself
        Action.objects.create(version=version, by_customer=True, **fields)
    publish(version)
    doc = a_resource()
    late = a_booking(doc, at(10), graph="soon")
    a_booking(doc, at(10))
    return aged(late, timedelta(hours=2))


def test_it_can_be_withdrawn(request_too_late):
    assert act(request_too_late, "withdraw", by=CUSTOMER).state.name == "over"


def test_its_page_opens(client, request_too_late):
    assert client.get(f"/b/{manage_token(request_too_late)}/").status_code == 200


def test_the_clock_tries_again_later(request_too_late):
    due = request_too_late.due_at
    assert play_due() == 0
    request_too_late.refresh_from_db()
    assert request_too_late.due_at > due
    assert request_too_late.state.name == "asked"


def a_chain(length):
    """A booking that has ended, which its graph takes through so many states by itself from there on."""
    version = GraphVersion.objects.create(graph=Graph.objects.create(name="chain", title="Chain"), number=1)
    names = [f"state {number}" for number in range(length + 1)] + ["over"]
    states = [State.objects.create(version=version, name=name, label=name) for name in names]
    at_the_end = {"by_clock": True, "automatic_after": timedelta(), "automatic_from": Action.Anchor.END}
    for place, (source, target) in enumerate(pairwise([None, *states])):
        by_itself = at_the_end if 0 < place <= length else {}
        fields = {"name": f"go {place}", "label": "Go", "source": source, "target": target, **by_itself}
        Action.objects.create(version=version, by_customer=True, **fields)
    publish(version)
    return long_ago(a_booking(a_resource(), at(10), graph="chain"), timedelta(days=5000))


def test_every_overdue_action_is_played_before_what_is_asked_for():
    assert act(a_chain(3), "go 4", by=SERVER).state.name == "over"


def test_one_request_makes_way_for_so_many_and_no_more():
    with pytest.raises(Conflict):
        act(a_chain(MOST_OVERDUE + 1), f"go {MOST_OVERDUE + 2}", by=SERVER)
