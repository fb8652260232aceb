"""What one process remembers of what staff set up, another changes; the very next request sees it."""

from __future__ import annotations

import json
import os
import re
import socket
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bookings import configuration
from bookings.availability.sources import StoredHours
from bookings.constraints import RaisesConfigVersion
from bookings.errors import OutsideHours
from bookings.graphs.flow import Flow
from bookings.lifecycle import Actor, book
from bookings.models import (
    Action,
    ApiKey,
    Block,
    Calendar,
    ConfigVersion,
    DatedHours,
    Graph,
    GraphVersion,
    Location,
    Option,
    OptionResource,
    Person,
    PersonAddress,
    Project,
    ProjectResource,
    Resource,
    State,
    WeeklyHours,
)
from tests.situations import a_draft, a_location, a_project, a_resource, a_server_key, at, marty, own_terms

NINE, FIVE = time(9), time(17)
MARTY = {"name": "Marty McFly", "email": "marty@example.com"}
Ask = Callable[[dict[str, Any]], tuple[int, str]]


@dataclass
class Shop:
    """All that a booking, a search and a page are made of, and a call of each kind."""

    place: Location = field(default_factory=lambda: a_location(name="Courthouse"))
    hours: Iterator[int] = field(default_factory=count)

    def __post_init__(self) -> None:
        self.resource = a_resource(location=self.place)
        for owner in ({"resource": self.resource}, {"location": self.place}):
            for weekday in range(7):
                WeeklyHours.objects.create(weekday=weekday, opens=NINE, closes=FIVE, **owner)
        self.project = a_project(self.resource, location=self.place, name="Haircut")
        self.option = self.project.options.get()
        Option.objects.filter(pk=self.option.pk).update(price=Decimal(20), currency="EUR")
        own_terms(self.project, price=Decimal(30))
        self.link = ProjectResource.objects.get(project=self.project)
        self.key, value = a_server_key()
        self.authorization = "Basic " + b64encode(f":{value}".encode()).decode()

    def call(self, path: str, body: dict[str, Any]) -> dict[str, Any]:
        headers = {"Authorization": self.authorization}
        return {"method": "POST", "path": f"/v2{path}", "json": body, "headers": headers}

    def search(self) -> dict[str, Any]:
        week = {"from": at(0).isoformat(), "to": at(0, days=1).isoformat()}
        return self.call("/availability", week | {"resources": [str(self.resource.pk)], "length": "1 hour"})

    def page(self) -> dict[str, Any]:
        return {"method": "GET", "path": f"/book/{self.project.slug}/?month=2033-03"}

    def book(self) -> dict[str, Any]:
        """Each at another time."""
        start = at(0, days=next(self.hours))
        times = {"start": start.isoformat(), "end": (start + timedelta(hours=1)).isoformat()}
        texts = {"what": "Hair", "where": "Here", "description": "Short"}
        return self.call(
            "/bookings?include=attributes",
            times | texts | {"graph": "instant", "resource_id": str(self.resource.pk), "customer": MARTY},
        )

    def book_project(self) -> dict[str, Any]:
        call = self.book()
        for text in ("what", "where", "description", "graph"):
            del call["json"][text]
        call["json"] |= {"project_id": str(self.project.pk), "customer": MARTY}
        return call


def nothing_of_its_own(text: str) -> str:
    """An answer without what differs between two bookings: ids, times, tokens."""
    return re.sub(
        r"[0-9a-f]{8}-?[0-9a-f-]{27,}|\d\d\d\d-\d\d-\d\dT[^\"]*|[A-Za-z0-9_-]{20,}|[A-Z0-9]{6,8}", "", text
    )


def changes(shop: Shop) -> dict[str, tuple[Callable[[], dict[str, Any]], Callable[[], object]]]:
    """By the kind of row: what is asked before and after, and what is changed, past all of our own code.

    Others are changed in ``tests/api/test_seen_elsewhere.py`` and ``tests/availability/test_kept_hours.py``.
    """
    resources, projects = (
        Resource.objects.filter(pk=shop.resource.pk),
        Project.objects.filter(pk=shop.project.pk),
    )
    person = Person.objects.create(name="Marty McFly")
    PersonAddress.objects.create(person=person, value="marty@example.com", name_key="marty mcfly")
    versions = GraphVersion.objects.filter(graph__name="instant", status="published")
    return {
        "a resource's zone": (shop.search, lambda: resources.update(timezone="Asia/Tokyo")),
        "a resource that goes, on the page": (shop.page, lambda: resources.update(deleted_at=timezone.now())),
        "a resource that is back": (shop.page, lambda: resources.update(deleted_at=None)),
        "weekly hours": (shop.search, lambda: WeeklyHours.objects.filter(weekday=0).update(closes=time(12))),
        "dated hours": (
            shop.search,
            lambda: DatedHours.objects.create(
                resource=shop.resource, first=at(0).date(), last=at(0, days=1).date()
            ),
        ),
        "dated hours that end": (shop.search, lambda: DatedHours.objects.all().delete()),
        "a project on its page": (shop.page, lambda: projects.update(name="Beards")),
        "an option on the page": (shop.page, lambda: Option.objects.update(label="Quick")),
        "an option with nothing said of it": (
            shop.book_project,
            lambda: OptionResource.objects.all().delete(),
        ),
        "a resource's place in a project": (
            shop.book_project,
            lambda: ProjectResource.objects.update(booking={"what": "By Anna"}),
        ),
        "a block": (shop.book, lambda: Block.objects.create(person=person, reason="Never came")),
        "no block": (shop.book, lambda: Block.objects.all().delete()),
        "a graph": (shop.book, lambda: Graph.objects.filter(name="instant").update(name="gone")),
        "a graph, back": (shop.book, lambda: Graph.objects.filter(name="gone").update(name="instant")),
        "a graph's version": (shop.book, lambda: versions.update(status="retired")),
        "a key": (shop.search, lambda: ApiKey.objects.update(revoked_at=timezone.now())),
    }


def answered_by(client: Client, call: dict[str, Any]) -> int:
    """The status."""
    sent = {"data": json.dumps(call["json"]), "content_type": "application/json"} if "json" in call else {}
    return client.generic(call["method"], call["path"], headers=call.get("headers", {}), **sent).status_code


@pytest.fixture
def ask(ask_another: Callable[[dict[str, Any]], Any]) -> Ask:
    """What another process answers, which goes on."""

    def ask(call: dict[str, Any]) -> tuple[int, str]:
        answer = ask_another(call)
        return answer.status, nothing_of_its_own(answer.text)

    return ask


@pytest.mark.django_db(transaction=True)
def test_the_very_next_request_of_another_process_sees_each_change(ask: Ask) -> None:
    shop, unseen = Shop(), []
    for kind, (call, change) in changes(shop).items():
        before = ask(call())
        assert ask(call()) == before, kind
        change()
        if ask(call()) == before:
            unseen.append(kind)
    assert unseen == []


@pytest.mark.django_db(transaction=True)
def test_without_its_trigger_a_change_stays_unseen(ask: Ask) -> None:
    """The control: it is remembered indeed."""
    shop = Shop()
    (trigger,) = (one for one in WeeklyHours._meta.constraints if isinstance(one, RaisesConfigVersion))
    before = ask(shop.search())
    with connection.schema_editor() as editor:
        trigger.remove_sql(WeeklyHours, editor)
    try:
        WeeklyHours.objects.update(closes=time(12))
        assert ask(shop.search()) == before
    finally:
        with connection.schema_editor() as editor:
            trigger.create_sql(WeeklyHours, editor)
    ConfigVersion.objects.all().delete()
    assert ask(shop.search()) != before


@pytest.mark.django_db
def test_a_verb_that_may_have_waited_reads_what_its_rules_judge_by() -> None:
    shop = Shop()
    visitor = Actor.of_key(shop.key.pk, is_widget=True)
    draft = a_draft(shop.resource, at(10), project=shop.project, option=shop.option)
    with configuration.forgotten_afterwards(), configuration.trust():
        assert StoredHours([shop.resource], [shop.project]).levels(shop.resource)
        DatedHours.objects.create(resource=shop.resource, first=at(0).date(), last=at(0).date())  # by another
        with pytest.raises(OutsideHours):
            book(draft, graph="instant", by=visitor, customer=marty())


@pytest.mark.django_db
def test_outside_of_a_request_nothing_is_remembered() -> None:
    shop = Shop()
    Flow.published("instant")  # what was published once is kept by itself
    with configuration.trust():
        for _twice in range(2):
            with CaptureQueriesContext(connection) as captured:
                Flow.published("instant")
                StoredHours([shop.resource])
            assert len(captured) == 2


@pytest.mark.skipif("connection.vendor == 'sqlite'", reason="SQLite has no server that could go away")
@pytest.mark.django_db(transaction=True)
def test_a_connection_that_went_away_since_the_last_request_is_opened_anew(client) -> None:
    shop = Shop()
    for call in (shop.search(), shop.page(), shop.search()):
        connection.ensure_connection()
        with socket.socket(fileno=os.dup(connection.connection.fileno())) as wire:
            wire.shutdown(socket.SHUT_RDWR)
        connection.health_check_enabled, connection.health_check_done = True, False  # as a request finds it
        assert answered_by(client, call) == 200


@pytest.mark.django_db
def test_every_table_that_is_remembered_raises_the_version(monkeypatch, client) -> None:
    shop, read = Shop(), set()

    def noting(kept: Callable[..., Any]) -> Callable[..., Any]:
        def inner(*args: Any) -> Any:
            *before, reads = args

            def noted(*asked: Any) -> Any:
                with CaptureQueriesContext(connection) as captured:
                    value = reads(*asked)
                read.update(*(re.findall(r"\b(bookings_\w+)", one["sql"]) for one in captured))
                return value

            return kept(*before, noted)

        return inner

    for name in ("kept", "kept_each"):
        monkeypatch.setattr(configuration, name, noting(getattr(configuration, name)))
    for call in (shop.search(), shop.book(), shop.book_project(), shop.page()):
        assert answered_by(client, call) < 300
    raising = {
        one.links or model._meta.db_table
        for model in apps.get_app_config("bookings").get_models()
        for one in model._meta.constraints
        if isinstance(one, RaisesConfigVersion)
    }
    never_edited = {State._meta.db_table, Action._meta.db_table}  # of what was published
    assert {Calendar._meta.db_table, WeeklyHours._meta.db_table, Option._meta.db_table} <= read
    assert read <= raising | never_edited
