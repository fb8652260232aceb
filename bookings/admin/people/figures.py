"""What a person's bookings tell: visits, how often nobody came, what comes next, and what was answered last."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Count, Exists, F, Min, OuterRef, Q

from bookings.admin.booking.facts import answer_title
from bookings.models import Action, Booking, Customer, Person, PersonBooking
from bookings.staff_limits import Seen, narrowed

MOST_SHOWN = 20


@dataclass(frozen=True)
class Figures:
    """``visits`` that took place, ``no_shows``, and the start of the ``next`` booking that is not over, if any."""

    visits: int = 0
    no_shows: int = 0
    next: datetime | None = None


NOBODY = Figures()


def figures_of(people: Iterable[Person], now: datetime, seen: Seen = None) -> dict[int, Figures]:
    """By the person's id, in one query; a visit that was moved counts once, and only what is ``seen``."""
    rows = PersonBooking.objects.filter(
        ~Exists(Booking.objects.order_by().filter(continues=OuterRef("booking"))),
        person__in=[person.pk for person in people],
        booking__deleted_at=None,
    )
    if seen is not None:
        rows = rows.filter(booking__resource__in=seen)
    begun = Q(booking__start__lte=now)
    no_show = Q(booking__attendance=Booking.Attendance.NO_SHOW)
    arrived = Q(booking__attendance=Booking.Attendance.ARRIVED)
    took_place = Q(booking__state__occupies=True) | Q(booking__state_entered_at__gte=F("booking__start"))
    goes_on = Q(Exists(Action.objects.filter(source=OuterRef("booking__state"))))
    counted = rows.values("person").annotate(
        visits=Count("pk", filter=begun & ~no_show & (arrived | took_place)),
        no_shows=Count("pk", filter=no_show),
        next=Min("booking__start", filter=Q(booking__start__gt=now) & goes_on),
    )
    return {row["person"]: Figures(row["visits"], row["no_shows"], row["next"]) for row in counted}


def bookings_of(person: Person, seen: Seen = None) -> list[Booking]:
    """The last ones by their start, each once, with what a line about it shows."""
    rows = narrowed(Booking.objects.live(), seen).not_moved().filter(joined__person=person)
    full = rows.select_related("resource", "project", "option", "state", "customer")
    return list(full.order_by("-start", "pk")[:MOST_SHOWN])


def answers_last_time(bookings: Iterable[Booking]) -> list[tuple[str, Any]]:
    """What was answered when a booking was made last, each under its question."""
    made = sorted(bookings, key=lambda booking: booking.created_at, reverse=True)
    for booking in made:
        customer: Customer | None = getattr(booking, "customer", None)
        if customer and customer.answers:
            return [(answer_title(booking, key), answer) for key, answer in customer.answers.items()]
    return []
