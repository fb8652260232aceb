"""What is changed while it is deleted: whoever comes too late finds nothing, and nobody meets a fault."""

from base64 import b64encode
from collections.abc import Callable
from typing import Any

import pytest

from bookings.models import Calendar, Resource, Webhook
from tests.race.conftest import Answer
from tests.race.deadlocks import no_deadlock
from tests.situations import a_location, a_project, a_resource, a_server_key

pytestmark = [pytest.mark.race, pytest.mark.django_db(transaction=True)]
ROWS = 12


def a_webhook() -> str:
    return f"/webhooks/{Webhook.objects.create(url='https://example.com/hook').pk}"


def a_calendar() -> str:
    return f"/calendars/{Calendar.objects.create(resource=a_resource(), name='Off').pk}"


def a_place() -> str:
    return f"/locations/{a_location().pk}"


CHANGES: list[tuple[Callable[[], str], dict[str, Any]]] = [
    (a_webhook, {"enabled": False}),
    (a_calendar, {"description": "Away"}),
    (a_calendar, {"primary": True}),
    (a_place, {"name": "Clock tower"}),
]


@pytest.fixture
def key(db: None) -> dict[str, str]:
    return {"Authorization": "Basic " + b64encode(f":{a_server_key()[1]}".encode()).decode()}


@pytest.mark.parametrize(("made", "change"), CHANGES, ids=["webhook", "calendar", "primary", "place"])
def test_a_change_of_what_is_deleted_meanwhile_finds_nothing(
    all_at_once: Callable[[Any], list[Answer]],
    key: dict[str, str],
    made: Callable[[], str],
    change: dict[str, Any],
) -> None:
    paths = [f"/v2{made()}" for _number in range(ROWS)]
    methods = ("PUT", "PUT", "DELETE", "PUT")
    calls = [
        {"method": one, "path": path, "json": change, "headers": key} for path in paths for one in methods
    ]
    with no_deadlock():
        answers = all_at_once(calls)
    told = {(call["method"], answer.status) for call, answer in zip(calls, answers, strict=True)}
    assert told <= {("PUT", 200), ("PUT", 404), ("DELETE", 204), ("DELETE", 409)}
    assert Calendar.objects.filter(primary=True).count() == Resource.objects.count()


def test_a_member_that_is_weighed_while_it_is_taken_out_is_in_it_or_not(
    all_at_once: Callable[[Any], list[Answer]], key: dict[str, str]
) -> None:
    calls: list[dict[str, Any]] = []
    for _number in range(ROWS):
        resource = a_resource()
        path, pk = f"/v2/projects/{a_project(resource).pk}/resources", str(resource.pk)
        calls += [
            {"method": "POST", "path": path, "json": {"resource_id": pk, "weight": 7}},
            {"method": "DELETE", "path": f"{path}/{pk}"},
            {"method": "POST", "path": path, "json": {"resource_id": pk, "weight": 9}},
        ]
    answers = all_at_once([{"headers": key, **call} for call in calls])
    assert {one.status for one in answers} <= {201, 204}
