"""A site to measure in: resources, a project, keys and taken time; and one request of each kind."""

from __future__ import annotations

import itertools
import json
from base64 import b64encode
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.core.handlers.wsgi import WSGIHandler
from django.http import HttpRequest, JsonResponse
from django.test import Client, RequestFactory
from django.utils import timezone

from bench.availability import FOUR_WEEKS, START, add, pieces
from bench.floor import Floor
from bookings.availability.parts import alike
from bookings.lifecycle.claims import Claim, claim_pieces, pieces_of
from bookings.models import Booking, Calendar, Event, Resource, WeeklyHours
from bookings.visitors.hold_tokens import hold_token
from tests.situations import SERVER, a_booking, a_hold, a_project, a_resource, a_server_key

QUARTER = timedelta(minutes=15)
FAR = datetime(2041, 1, 1, tzinfo=START.tzinfo)
HOT = 20_000
MARTY = {"name": "Marty McFly", "email": "marty@example.com", "phone": "(916) 555-4385"}
TEXTS = {
    "what": "Catch the lightning",
    "where": "Courthouse, Hill Valley, CA 95420, USA",
    "description": "The lightning strikes at 10:04 PM exactly!",
}


@dataclass(frozen=True)
class Kind:
    """One kind of request: ``prepare`` makes what it needs, outside the clock, and ``ask`` answers a status."""

    name: str
    ask: Callable[[Any], int]
    status: int = 200
    prepare: Callable[[], Any] = lambda: None


class World:
    def __init__(self, taken: int) -> None:
        self.resources = [a_resource(timezone="Europe/Berlin") for _number in range(100)]
        self.hot = a_resource(timezone="Europe/Berlin")
        self.free = a_resource(timezone="Europe/Berlin")
        _open_on_weekdays(self.resources)
        owner = a_booking(self.resources[0], START - timedelta(days=100))
        add(pieces(self.resources, owner), taken)
        add(_in_a_row(self.hot, owner), HOT)
        self.project = a_project(self.free, length=QUARTER, availability={"future": "10 years"})
        self.page = a_project(self.resources[0], slug="bench", length=2 * QUARTER)
        self.floor = Floor(a_booking(self.free, FAR - QUARTER, QUARTER))
        calendar = Calendar.objects.get(resource=self.free)
        self.event = Event.objects.create(calendar=calendar, start=FAR, end=FAR + QUARTER)
        _key, value = a_server_key()
        self.authorization = "Basic " + b64encode(f":{value}".encode()).decode()
        self.handler, self.factory = WSGIHandler(), RequestFactory()
        self.far, self.soon = _slots(FAR), _slots(_tomorrow())

    def kinds(self) -> list[Kind]:
        hundred = [str(one.pk) for one in self.resources]
        move, confirm = self.move, lambda booking: self.put(f"/v2/bookings/{booking.pk}/confirm")
        return [
            Kind("minimal", self.minimal, 201, self.slot),
            Kind("floor", self.write_floor, 201, self.slot),
            Kind("create", self.create, 201, self.slot),
            Kind("create with project", self.create_with_project, 201, lambda: next(self.soon)),
            Kind("refuse, first piece", lambda _: self.refuse(0), 409),
            Kind("refuse, middle piece", lambda _: self.refuse(HOT // 2), 409),
            Kind("refuse, last piece", lambda _: self.refuse(HOT - 1), 409),
            Kind("reserve", self.reserve, 201, self.slot),
            Kind("convert", self.convert, 201, lambda: a_hold(self.free, self.slot()[0], QUARTER)),
            Kind("act", confirm, 200, lambda: self.booked("confirm_decline")),
            Kind("reschedule", move, 201, lambda: (self.booked("instant"), self.slot())),
            Kind("page's form", self.fill_in, 302, self.held_on_the_page),
            Kind("availability, 1", lambda _: self.search(hundred[:1])),
            Kind("availability, 100", lambda _: self.search(hundred)),
            Kind("month page", lambda _: Client().get(f"{START:/book/bench/?month=%Y-%m}").status_code),
            Kind("list of 50", lambda _: self.call("GET", "/v2/bookings?limit=50")),
        ]

    def slot(self) -> tuple[datetime, datetime]:
        return next(self.far)

    def minimal(self, slot: tuple[datetime, datetime]) -> int:
        """Read JSON, claim by one guarded statement, answer JSON."""
        body = json.loads(self.request(self.booking(self.free, slot)).body)
        start, end = _read(body["start"]), _read(body["end"])
        claim = Claim(pieces=pieces_of(alike([UUID(body["resource_id"])], end - start), start))
        return JsonResponse(
            {"data": body}, status=201 if claim_pieces(claim, event=self.event.pk) else 409
        ).status_code

    def write_floor(self, slot: tuple[datetime, datetime]) -> int:
        """Read JSON, write the rows of a booking by one statement, answer JSON."""
        body = json.loads(self.request(self.booking(self.free, slot)).body)
        taken = self.floor.take(_read(body["start"]), _read(body["end"]))
        return JsonResponse({"data": body}, status=201 if taken else 409).status_code

    def request(self, body: dict[str, Any]) -> HttpRequest:
        return self.factory.post("/v2/bookings", json.dumps(body), "application/json")

    def create(self, slot: tuple[datetime, datetime]) -> int:
        return self.call("POST", "/v2/bookings", self.booking(self.free, slot))

    def create_with_project(self, slot: tuple[datetime, datetime]) -> int:
        body = self.booking(self.free, slot) | {"project_id": str(self.project.pk)}
        return self.call("POST", "/v2/bookings", body)

    def refuse(self, number: int) -> int:
        start = FAR + number * QUARTER
        return self.call("POST", "/v2/bookings", self.booking(self.hot, (start, start + QUARTER)))

    def reserve(self, slot: tuple[datetime, datetime]) -> int:
        body = self.booking(self.free, slot) | {"reservation_time": 600}
        return self.call("POST", "/v2/bookings/reserve", body)

    def convert(self, held: Any) -> int:
        body = self.booking(self.free, (held.start, held.end)) | {"reservation_id": str(held.pk)}
        return self.call("POST", "/v2/bookings", body)

    def booked(self, graph: str) -> Booking:
        return a_booking(self.free, self.slot()[0], QUARTER, graph=graph)

    def put(self, path: str) -> int:
        return self.call("PUT", path, {})

    def move(self, asked: tuple[Booking, tuple[datetime, datetime]]) -> int:
        booking, (start, end) = asked
        body = {"start": start.isoformat(), "end": end.isoformat()}
        return self.call("POST", f"/v2/bookings/{booking.pk}/reschedule", body)

    def held_on_the_page(self) -> str:
        held = a_hold(self.free, next(self.soon)[0], QUARTER, project=self.project, by=SERVER)
        return f"/book/{self.project.slug}/details/{hold_token(held)}/"

    def fill_in(self, form: str) -> int:
        return Client().post(form, MARTY).status_code

    def search(self, resources: list[str]) -> int:
        body = {
            "resources": resources,
            "length": "30 minutes",
            "from": START.isoformat(),
            "to": (START + FOUR_WEEKS).isoformat(),
        }
        return self.call("POST", "/v2/availability", body)

    def booking(self, resource: Resource, slot: tuple[datetime, datetime]) -> dict[str, Any]:
        start, end = slot
        times = {"start": start.isoformat(), "end": end.isoformat()}
        return {"resource_id": str(resource.pk), "graph": "instant", "customer": MARTY} | times | TEXTS

    def call(self, method: str, path: str, body: dict[str, Any] | None = None) -> int:
        """The status of one request through the whole handler, its answer read to the end."""
        sent = {"data": json.dumps(body), "content_type": "application/json"} if body is not None else {}
        headers = {"Authorization": self.authorization}
        environ = self.factory.generic(method, path, headers=headers, **sent).environ
        response = self.handler(environ, lambda status, headers: None)
        b"".join(response)
        response.close()
        return response.status_code


def _open_on_weekdays(resources: list[Resource]) -> None:
    WeeklyHours.objects.bulk_create(
        WeeklyHours(resource=one, weekday=weekday, opens=opens, closes=closes)
        for one in resources
        for weekday in range(5)
        for opens, closes in (("09:00", "13:00"), ("13:00", "17:00"))
    )


def _in_a_row(resource: Resource, owner: Booking) -> Iterator[tuple[Any, ...]]:
    for number in itertools.count():
        start = FAR + number * QUARTER
        yield resource.pk, start, start + QUARTER, start, start + QUARTER, owner.pk


def _slots(first: datetime) -> Iterator[tuple[datetime, datetime]]:
    for number in itertools.count():
        start = first + number * QUARTER
        yield start, start + QUARTER


def _tomorrow() -> datetime:
    return (timezone.now() + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)


def _read(text: str) -> datetime:
    return datetime.fromisoformat(text)
