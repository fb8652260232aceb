"""The description of the API is true: whatever is sent along it, no answer is undescribed and none is a 500."""

from base64 import b64encode
from collections.abc import Iterator

import pytest
from django.core.handlers.wsgi import WSGIHandler
from django.core.signals import request_finished, request_started
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from hypothesis import HealthCheck, given, settings
from schemathesis import GenerationMode
from schemathesis.checks import not_a_server_error
from schemathesis.openapi import from_dict
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from bookings.api import urls  # noqa: F401  # mounts the calls
from bookings.api.api import api
from bookings.models import ApiKey, Calendar, Webhook
from tests.api.described import closed
from tests.situations import a_booking, a_hold, a_project, a_resource, a_session, at

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
TRIES = 12
OPERATIONS = [result.ok() for result in from_dict(closed()).get_all_operations()]


@pytest.fixture
def described(nobody):
    return nobody.get("/openapi.json").json()


def operations(described):
    return [
        (f"{method} {path}", call)
        for path, calls in described["paths"].items()
        for method, call in calls.items()
    ]


def test_it_is_openapi_3_1_and_needs_no_key(described):
    assert described["openapi"].startswith("3.1")


def test_only_what_is_retired_or_waits_is_left_out(described):
    mounted = [
        operation
        for _prefix, router in api._routers
        for view in router.path_operations.values()
        for operation in view.operations
    ]
    left_out = {operation.view_func.__module__ for operation in mounted if not operation.include_in_schema}
    assert left_out == {"bookings.api.endpoints.retired"}
    assert len(operations(described)) > 50


def test_every_call_describes_its_success(described):
    for name, call in operations(described):
        done = {code: answer for code, answer in call["responses"].items() if code.startswith("2")}
        assert done, name
        assert all(code == "204" or answer.get("content") for code, answer in done.items()), name


def test_every_call_with_a_key_says_what_it_answers_without_one(described):
    for name, call in operations(described):
        if call.get("security"):
            assert {"401", "403", "422", "429", "503"} <= set(call["responses"]), name


def test_every_post_and_put_takes_an_idempotency_key(described):
    for name, call in operations(described):
        if name.startswith(("post", "put")):
            assert "Idempotency-Key" in {parameter["name"] for parameter in call["parameters"]}, name


@pytest.fixture
def known(db) -> dict[str, dict[str, str]]:
    """Path parameters that name a row, by the beginning of the path."""
    one, other = a_resource(email="doc@example.com"), a_resource()
    project = a_project(one, slug="known")
    booking = a_booking(one, at(9), project=project)
    session = a_session(one, at(12), seats=3)
    calendar = Calendar.objects.create(resource=one, name="Other")
    a_hold(other, at(9))
    return {
        "/v2/bookings/groups": {"booking_id": str(session.pk)},
        "/v2/bookings": {"booking_id": str(booking.pk), "action": "cancel"},
        "/v2/calendars": {"pk": str(calendar.pk)},
        "/v2/graphs": {"name": "instant"},
        "/v2/projects/hosted": {"slug": "known"},
        "/v2/projects": {"pk": str(project.pk), "resource_id": str(one.pk)},
        "/v2/resources/timezone": {"email": "doc@example.com"},
        "/v2/resources": {"pk": str(one.pk)},
        "/v2/webhooks": {"pk": str(Webhook.objects.create(url="https://example.com/").pk)},
    }


@pytest.fixture
def password(db) -> str:
    value = ApiKey.issue(kind=ApiKey.Kind.SERVER, name="A tester")[1]
    return "Basic " + b64encode(f":{value}".encode()).decode()


@pytest.fixture
def app(db) -> Iterator[WSGIHandler]:
    """The site as a server calls it, within this test's transaction: its connection stays open between calls."""
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield get_wsgi_application()
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda one: one.label)
def test_whatever_is_sent_is_answered_as_described(app, operation, known, password):
    """Every second try meets rows that exist."""
    names = next((found for start, found in known.items() if operation.path.startswith(start)), {})

    @settings(
        max_examples=TRIES,
        deadline=None,
        derandomize=True,
        database=None,
        suppress_health_check=[*HealthCheck],
    )
    @given(case=operation.as_strategy() | operation.as_strategy(generation_mode=GenerationMode.NEGATIVE))
    def send(case):
        if case.path_parameters and len(str(case.body)) % 2:
            case.path_parameters |= {name: names[name] for name in case.path_parameters if name in names}
        case.call_and_validate(
            app=app, headers={"Authorization": password, "Accept-Encoding": "identity"}, checks=CHECKS
        )

    send()


def test_the_reference_shows_its_parts_in_an_order_of_its_own(described):
    shown = [tag["name"] for tag in described["tags"]]
    assert shown[0] == "Bookings"
    assert {tag for _name, call in operations(described) for tag in call["tags"]} == {*shown}


def test_every_list_says_what_it_can_be_asked_for(described):
    for path, calls in described["paths"].items():
        answer = calls.get("get", {}).get("responses", {}).get("200", {}).get("content", {})
        if "Page_" in str(answer.get("application/json")):
            named = {parameter["name"] for parameter in calls["get"]["parameters"]}
            assert {"search", "sortedBy", "limit", "page"} <= named, path


def test_the_list_of_bookings_says_its_keys_its_window_and_its_orders(described):
    told = {one["name"]: one for one in described["paths"]["/v2/bookings"]["get"]["parameters"]}
    for key in (
        "resource.id",
        "graph",
        "state",
        "completed",
        "customer.name",
        "customer.<field>",
        "meta.<key>",
    ):
        assert key in told["search"]["description"]
    assert told["start"]["schema"]["format"] == told["end"]["schema"]["format"] == "date-time"
    assert {"created_at", "updated_at", "completed", "graph", "state"} < {*told["orderBy"]["schema"]["enum"]}


def test_a_search_is_described_without_nulls_where_null_is_refused(server, described):
    fields = described["components"]["schemas"]["SearchIn"]["properties"]
    body = {"project_id": str(a_project(a_resource()).pk)}
    for name, schema in fields.items():
        refused = name in server.post("/availability", body | {name: None}).json().get("errors", {})
        assert refused != ("null" in str(schema)), name
