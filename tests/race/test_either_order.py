"""Two at once end as they would one after the other: the newcomer decides, and somebody is the newcomer."""

from base64 import b64encode
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import count, product
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from bookings.models import Resource
from tests.situations import a_project, a_resource, a_widget_key

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
TEXTS = {"what": "Catch the lightning", "where": "Courthouse", "description": "At 10:04 PM"}
MINUTES = timedelta(minutes=1)
EVERY_QUARTER = {"timeslot_increments": "15 minutes"}
KINDS = {
    "nothing kept free": {},
    "half an hour around and after": {"buffer": "30 minutes"},
    "half an hour around, nothing claimed": {"buffer": "30 minutes", "buffer_after": "0 minutes"},
    "an hour around, nothing claimed": {"buffer": "1 hour", "buffer_after": "0 minutes"},
}
APART = [60, 75, 105]
"""Minutes between the starts of two bookings of an hour each."""


PAIRS = [(*kinds, apart) for kinds, apart in product(product(KINDS, repeat=2), APART)]
AT_ONCE = 8
NOON = (timezone.now() + timedelta(days=2)).replace(hour=12, minute=0, second=0, microsecond=0)


@pytest.fixture
def visit(db: None, settings: Any) -> Callable[..., dict[str, Any]]:
    """The call that books an hour of a resource for a customer, with a project of that kind."""
    settings.BOOKINGS_AN_HOUR_PER_ADDRESS = settings.BOOKINGS_PER_UNPROVEN_EMAIL = 0
    layer = {"graph": "instant", **TEXTS}
    projects = {
        name: a_project(availability=EVERY_QUARTER | own, booking=layer) for name, own in KINDS.items()
    }
    keys = {name: b64encode(f":{a_widget_key(one)[1]}".encode()).decode() for name, one in projects.items()}

    people = count()

    def call(resource: Resource, kind: str, start: datetime) -> dict[str, Any]:
        projects[kind].links.get_or_create(resource=resource)
        times = {"start": start.isoformat(), "end": (start + 60 * MINUTES).isoformat()}
        customer = {"name": "Marty McFly", "email": f"marty-{next(people)}@example.com"}
        body = {"project_id": str(projects[kind].pk), "resource_id": str(resource.pk), "customer": customer}
        sent = {"Authorization": f"Basic {keys[kind]}"}
        return {"method": "POST", "path": "/v2/bookings", "json": body | times, "headers": sent}

    return call


def both(visit: Any, first: str, second: str, apart: int) -> list[dict[str, Any]]:
    """The calls of two for one resource that nobody booked yet."""
    resource = a_resource()
    return [visit(resource, first, NOON), visit(resource, second, NOON + apart * MINUTES)]


def in_order(calls: list[dict[str, Any]], order: list[int]) -> list[int]:
    """The statuses of both, one after the other."""
    client, found = Client(), {}
    for number in order:
        call = calls[number]
        answer = client.post(
            call["path"], call["json"], "application/json", headers={**call["headers"], "Accept": "*/*"}
        )
        found[number] = answer.status_code
    return [found[0], found[1]]


def test_two_at_once_end_as_in_one_of_both_orders(all_at_once, visit):
    for pairs in batched(PAIRS, AT_ONCE):
        calls = [call for pair in pairs for call in both(visit, *pair)]
        told = [one.status for one in all_at_once(calls)]
        for pair, found in zip(pairs, batched(told, 2), strict=True):
            orders = (in_order(both(visit, *pair), order) for order in ([0, 1], [1, 0]))
            assert any(list(found) == told for told in orders), pair


def test_the_orders_differ_where_only_one_of_the_two_keeps_its_distance(visit):
    pair = ("nothing kept free", "an hour around, nothing claimed", 75)
    assert in_order(both(visit, *pair), [0, 1]) == [201, 409]
    assert in_order(both(visit, *pair), [1, 0]) == [201, 201]


def batched(values: Sequence[Any], size: int) -> Iterator[Sequence[Any]]:
    return (values[first : first + size] for first in range(0, len(values), size))
