"""A desk that is busy: five thousand people, two hundred bookings of the week, three who are called alike."""

import uuid
from datetime import timedelta
from functools import cache

from django.utils import timezone

from bookings.lifecycle import join_people
from bookings.models import Booking, Customer, Occupancy, Person, PersonAddress, PersonBooking, Resource, Site
from bookings.models.bookings import REFERENCE_LETTERS
from tests.situations import a_booking, a_project, a_resource, long_ago, marty

PEOPLE, BOOKINGS, ROOMS = 5000, 200, 8
ALIKE = ("Anna Wieczorek", "Berta Wieczorek", "Cleo Wieczorek")


def noon_zone():
    """The zone in which it is between twelve and one o'clock."""
    ahead = 12 - timezone.now().hour
    return f"Etc/GMT{'-' if ahead >= 0 else '+'}{abs(ahead)}"


def a_big_desk():
    """Eight rooms that are always open, every sixth hour of the week booked, two requests, a booking of today."""
    zone = noon_zone()
    Site.objects.update_or_create(
        pk=1, defaults={"timezone": zone, "email": "z@example.org", "country": "DE", "name": "Atelier"}
    )
    rooms = [a_resource(name=f"Room {number}", timezone=zone) for number in range(ROOMS)]
    project = a_project(*rooms, name="Portrait sitting")
    hour = timezone.now().replace(minute=0, second=0, microsecond=0)
    for room, graph in zip(rooms, ("instant", "instant", "request", "request"), strict=False):
        booking = a_booking(room, hour + timedelta(days=1), graph=graph, project=project, customer=marty())
        if graph == "instant":
            long_ago(booking, timedelta(days=1, hours=2))
    join_people()
    Person.objects.bulk_create(_people())
    known = Person.objects.exclude(email="marty@example.com")
    PersonAddress.objects.bulk_create(
        PersonAddress(person=one, value=value, name_key=" ".join(sorted(one.name_key.split())))
        for one in known
        for value in (one.email, one.phone)
    )
    pattern = a_booking(rooms[0], hour + timedelta(days=2), project=project)
    rows = [*zip(*_week(pattern, rooms, hour, list(known[: BOOKINGS + 3])), strict=True)]
    for model, of_model in zip((Booking, Customer, Occupancy, PersonBooking), rows, strict=True):
        model.objects.bulk_create(of_model)
    return project


@cache
def _names():
    return (*ALIKE, *(f"Person{number} Surname{number % 1700}" for number in range(PEOPLE - len(ALIKE))))


def _reference(number):
    letters = "".join(
        REFERENCE_LETTERS[number // len(REFERENCE_LETTERS) ** place % len(REFERENCE_LETTERS)]
        for place in range(3)
    )
    return f"WEEK{letters}"


def _people():
    for number, name in enumerate(_names()):
        person = Person(name=name, email=f"p{number}@example.org", phone=f"+4930{9_000_000 + number}")
        person.set_keys()
        yield person


def _week(pattern: Booking, rooms: list[Resource], hour, people: list[Person]):
    own = ("id", "reference", "start", "end", "resource_id")
    names = [one.attname for one in Booking._meta.concrete_fields if one.attname not in own]
    common = {name: getattr(pattern, name) for name in names}
    for number, person in enumerate(people):
        room = rooms[number % ROOMS]
        start = hour + timedelta(hours=5 + 6 * (number // ROOMS))  # beside the four of tomorrow and after
        span = {"resource": room, "start": start, "end": start + timedelta(hours=1)}
        booking = Booking(id=uuid.uuid4(), reference=_reference(number), **common, **span)
        busy = {"busy_start": span["start"], "busy_end": span["end"]}
        yield (
            booking,
            Customer(booking=booking, name=person.name, email=person.email, phone=person.phone),
            Occupancy(booking=booking, strict=True, **span, **busy),
            PersonBooking(booking=booking, person=person),
        )
