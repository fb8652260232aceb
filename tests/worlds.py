"""The two sides of a live site, each with a row of every kind: what is live, and what is for tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from bookings.models import (
    Booking,
    Calendar,
    Customer,
    Event,
    Location,
    Occupancy,
    Project,
    Reservation,
    Resource,
    Webhook,
)
from tests.situations import a_booking, a_hold, a_location, a_project, a_resource, a_session, at


@dataclass(frozen=True, kw_only=True)
class World:
    """One side: a row of every kind, whose texts all have a word of their own."""

    word: str
    location: Location
    resource: Resource
    project: Project
    event: Event
    booking: Booking
    session: Booking
    hold: Reservation
    webhook: Webhook

    @property
    def ids(self) -> dict[str, str]:
        rows = {name: getattr(self, name) for name in self.__dataclass_fields__ if name != "word"}
        return {name: str(row.pk) for name, row in rows.items()} | {
            "calendar": str(self.resource.calendars.get().pk),
            "option": str(self.project.options.get().pk),
        }

    @property
    def traces(self) -> list[str]:
        """What no answer to the other side may hold."""
        return [self.word, *self.ids.values(), self.booking.reference]


def a_world(word: str, *, is_test: bool) -> World:
    place = a_location(name=f"{word} place", address=f"{word} street", is_test=is_test)
    resource = a_resource(
        name=f"{word} resource",
        slug=f"{word}-resource",
        email=f"{word}@example.com",
        location=place,
        is_test=is_test,
    )
    project = a_project(resource, name=f"{word} project", slug=f"{word}-project", is_test=is_test)
    event = Event.objects.create(
        calendar=resource.calendars.get(), start=at(20), end=at(21), what=f"{word} event"
    )
    texts = {
        "what": f"{word} what",
        "where": f"{word} where",
        "description": f"{word} text",
        "project": project,
    }
    customer = Customer(name=f"{word} person", email=f"{word}-person@example.com")
    return World(
        word=word,
        location=place,
        resource=resource,
        project=project,
        event=event,
        booking=a_booking(resource, at(10), customer=customer, meta={"note": word}, **texts),
        session=a_session(resource, at(12), seats=5, **texts),
        hold=a_hold(resource, at(14), project=project, what=f"{word} hold"),
        webhook=Webhook.objects.create(url=f"https://{word}.example.com/", is_test=is_test),
    )


def kept(world: World) -> dict[str, Any]:
    """All of a world's rows as the database has them now."""
    ids = world.ids
    rows: dict[str, Any] = {}
    for name, row in {name: getattr(world, name) for name in ids if hasattr(world, name)}.items():
        rows[name] = type(row).objects.filter(pk=row.pk).values().first()
    return rows | {
        "bookings": Booking.objects.filter(resource=world.resource).count(),
        "holds": Reservation.objects.filter(resource=world.resource).count(),
        "links": list(world.project.links.values()),
        "calendars": list(Calendar.objects.filter(resource=world.resource).values()),
        "events": Event.objects.filter(calendar__resource=world.resource).count(),
        "pieces": Occupancy.objects.filter(resource=world.resource).count(),
    }
