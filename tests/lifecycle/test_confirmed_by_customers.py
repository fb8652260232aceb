"""A request that its customer confirms takes its time then, and stands behind whoever booked meanwhile."""

from datetime import timedelta

import pytest
from django.utils import timezone

from bookings.errors import CapReached, SlotTaken
from bookings.graphs.versions import publish
from bookings.lifecycle import Actor, act
from bookings.models import Action, Graph, GraphVersion, Occupancy, State
from tests.situations import HOUR, SERVER, a_booking, a_project, a_resource

pytestmark = pytest.mark.django_db
CUSTOMER = Actor.customer()


@pytest.fixture
def day():
    return (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)


@pytest.fixture(autouse=True)
def graph():
    """Asked for on the page, and confirmed by the customer's own press in a mail."""
    version = GraphVersion.objects.create(graph=Graph.objects.create(name="twice", title="Twice"), number=1)

    def state(name, **fields):
        return State.objects.create(version=version, name=name, label=name.title(), **fields)

    asked, booked, over = state("asked", settled=False), state("booked", occupies=True), state("over")
    arrows = (
        ("ask", None, asked),
        ("confirm", asked, booked),
        ("move", booked, over),
        ("finish", booked, over),
    )
    for name, source, target in arrows:
        fields = {"name": name, "label": name.title(), "source": source, "target": target}
        Action.objects.create(version=version, by_customer=True, continues=name == "move", **fields)
    lapse = {"automatic_after": timedelta(), "automatic_from": "start", "by_clock": True, "label": "Lapse"}
    Action.objects.create(version=version, name="lapse", source=asked, target=over, **lapse)
    publish(version)


def asked(resource, start, by=CUSTOMER, **fields):
    return a_booking(resource, start, graph="twice", by=by, **fields)


def confirmed(booking, by=CUSTOMER):
    return act(booking, "confirm", by=by)


def test_a_day_takes_no_more_than_its_cap(day):
    doc = a_resource(daily_cap=1)
    first, second = asked(doc, day), asked(doc, day + 3 * HOUR)
    assert confirmed(first).state.occupies
    with pytest.raises(CapReached):
        confirmed(second)
    assert list(Occupancy.objects.values_list("booking", flat=True)) == [first.pk]
    assert confirmed(second, by=SERVER).state.occupies


def test_the_distance_to_others_is_kept(day):
    doc = a_resource()
    project = a_project(doc, availability={"buffer": "30 minutes"})
    request = asked(doc, day, project=project)
    a_booking(doc, day - HOUR)
    with pytest.raises(SlotTaken):
        confirmed(request)
