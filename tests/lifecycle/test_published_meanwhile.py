"""A graph is published while people book: each booking follows one version from its first state on, and none fails."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection

from bookings.graphs.versions import new_draft, publish
from bookings.lifecycle import act
from bookings.models import Booking, Graph
from tests.situations import HOUR, SERVER, a_booking, a_resource, at

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
EACH, PEOPLE, VERSIONS = 5, 3, 3


def asks_and_is_accepted(room):
    try:
        asked = [a_booking(room, at(9) + number * HOUR, graph="request") for number in range(EACH)]
        return [act(booking, "confirm", by=SERVER) for booking in asked]
    finally:
        connection.close()


def test_whoever_books_while_a_graph_is_published_has_all_of_one_version():
    graph = Graph.objects.get(name="request")
    before = a_booking(a_resource(), at(9), graph="request")
    with ThreadPoolExecutor(PEOPLE) as people:
        made = people.map(asks_and_is_accepted, [a_resource() for _each in range(PEOPLE)])
        newest = [publish(new_draft(graph)) for _number in range(VERSIONS)][-1]
        accepted = [booking for of_one in made for booking in of_one]
    assert len(accepted) == EACH * PEOPLE
    for booking in [act(before, "confirm", by=SERVER), *accepted]:
        stored = Booking.objects.select_related("state").get(pk=booking.pk)
        assert (stored.state.name, stored.state.version_id) == ("confirmed", stored.version_id)
    assert a_booking(a_resource(), at(9), graph="request").version_id == newest.pk
