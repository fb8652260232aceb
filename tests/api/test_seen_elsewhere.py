"""What one process changes, the very next booking in another sees: of each kind of row that a booking is made of."""

import itertools
import json
from base64 import b64encode
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from bookings.graphs.versions import new_draft, publish
from bookings.models import ApiKey, Booking, Calendar, DatedHours, Graph, Option, Project, Resource, Site
from tests.api.conftest import MARTY, outsider
from tests.race.conftest import ask_another as ask_another
from tests.race.conftest import hands as hands
from tests.situations import HOUR, a_location, a_project, a_resource, a_server_key, a_widget_key, own_terms

FIRST = datetime(2033, 3, 14, 9, tzinfo=UTC)
TOLD = ("what", "where", "price", "currency", "calendar_id", "version_id", "buffer_before")
Change = tuple[Callable[[], Any], dict[str, Any]]


def booked(key: str, **body: Any) -> dict[str, Any]:
    """The status of a create, and what it was created with."""
    answer = outsider(key).post("/bookings", body)
    return came_to(answer.status_code, answer.content.decode())


def came_to(status: int, text: str) -> dict[str, Any]:
    if status != 201:
        return {"status": status}
    made = Booking.objects.get(pk=json.loads(text)["data"]["id"])
    return {"status": 201} | {name: str(getattr(made, name)) for name in TOLD}


@pytest.fixture
def elsewhere(ask_another: Callable[[dict[str, Any]], Any]) -> Callable[..., dict[str, Any]]:
    """``booked`` in a process that goes on for as long as the test."""

    def ask(key: str, **body: Any) -> dict[str, Any]:
        headers = {"Authorization": "Basic " + b64encode(f":{key}".encode()).decode()}
        call = {"method": "POST", "path": "/v2/bookings", "json": body, "headers": headers}
        answer = ask_another(call)
        return came_to(answer.status, answer.text)

    return ask


def changes(project: Project, resource: Resource, server: ApiKey) -> dict[str, Change]:
    """One of each kind of row, what is done to it, and what the next booking differs in."""
    projects, resources = Project.objects.filter(pk=project.pk), Resource.objects.filter(pk=resource.pk)
    keys = ApiKey.objects.filter(pk=server.pk)
    place = a_location(name="Hill Valley", address="Main Street 1")
    other = a_project()
    calendar = Calendar.objects.create(resource=resource, name="Second")

    def another_calendar() -> None:
        resource.calendars.update(primary=False)
        Calendar.objects.filter(pk=calendar.pk).update(primary=True)

    def another_version() -> None:
        publish(new_draft(Graph.objects.get(name="instant")))

    return {
        "project": (lambda: projects.update(name="Flux"), {"what": "Flux"}),
        "its settings": (
            lambda: projects.update(availability={"buffer_before": "10 minutes"}),
            {"buffer_before": "0:10:00"},
        ),
        "resource": (lambda: resources.update(location=place), {"where": "Hill Valley, Main Street 1"}),
        "location": (
            lambda: type(place).objects.filter(pk=place.pk).update(name="Hill"),
            {"where": "Hill, Main Street 1"},
        ),
        "option": (
            lambda: Option.objects.filter(project=project).update(price=Decimal(40), currency="EUR"),
            {"price": "40.000", "currency": "EUR"},
        ),
        "option at the resource": (
            lambda: own_terms(project, resource, price=Decimal(38)),
            {"price": "38.000"},
        ),
        "primary calendar": (another_calendar, {"calendar_id": str(calendar.pk)}),
        "graph": (another_version, {}),
        "a key's projects": (lambda: server.projects.add(other), {"status": 422}),
        "none of them": (server.projects.clear, {"status": 201}),
        "link": (project.links.all().delete, {"price": "40.000"}),
        "a resource that is deleted": (lambda: resources.update(deleted_at=timezone.now()), {"status": 422}),
        "and comes back": (lambda: resources.update(deleted_at=None), {"status": 201}),
        "a project that is deleted": (lambda: projects.update(deleted_at=timezone.now()), {"status": 422}),
        "key": (lambda: keys.update(revoked_at=timezone.now()), {"status": 401}),
    }


@pytest.mark.django_db(transaction=True)
def test_every_change_is_seen_by_the_very_next_booking_of_two_processes(elsewhere: Any) -> None:
    resource = a_resource()
    project = a_project(resource)
    server, value = a_server_key()
    hours = itertools.count()

    def wish() -> dict[str, Any]:
        start = FIRST + 2 * next(hours) * HOUR
        times = {"start": start.isoformat(), "end": (start + HOUR).isoformat()}
        named = {"project_id": str(project.pk), "resource_id": str(resource.pk)}
        return {"key": value, "customer": MARTY, **named, **times}

    before = elsewhere(**wish())
    assert before == booked(**wish())
    for name, (change, differs) in changes(project, resource, server).items():
        change()
        there, here = elsewhere(**wish()), booked(**wish())
        assert there == here, name
        assert there != before, name
        assert differs.items() <= there.items(), name
        before = there


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("of", ["resource", "location", "site", "project"])
def test_a_day_that_is_closed_is_closed_to_the_very_next_booking_of_another_process(
    elsewhere: Any, of: str
) -> None:
    resource = a_resource(location=a_location())
    project = a_project(resource)
    _key, value = a_widget_key(project)
    owner = {"resource": resource, "location": resource.location, "site": Site.current(), "project": project}[
        of
    ]
    tomorrow = (timezone.now() + timedelta(days=1)).replace(hour=12, minute=0, second=0, microsecond=0)

    def wish(ahead: int) -> dict[str, Any]:
        start = tomorrow + ahead * HOUR
        times = {"start": start.isoformat(), "end": (start + HOUR).isoformat()}
        return {
            "key": value,
            "customer": MARTY,
            "project_id": str(project.pk),
            "resource_id": str(resource.pk),
        } | times

    assert elsewhere(**wish(0))["status"] == 201
    closed = {"first": tomorrow.date() - timedelta(days=1), "last": tomorrow.date() + timedelta(days=1)}
    DatedHours.objects.create(**{of: owner}, opens=None, closes=None, **closed)
    assert elsewhere(**wish(1))["status"] == 409
    DatedHours.objects.all().delete()
    assert elsewhere(**wish(2))["status"] == 201
