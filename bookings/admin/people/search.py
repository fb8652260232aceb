"""Finding people by what somebody says on the telephone: a name, a number in any spelling, an e-mail, a reference."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bookings.models import Person
from bookings.models.bookings import REFERENCE_LETTERS
from bookings.people_keys import email_key, phone_beginning
from bookings.staff_limits import limited

LONGEST = 200
REFERENCE_LENGTH = 7


def found(text: str, country: str) -> QuerySet[Person]:
    """Who is meant, each way along an index; in no order.  ``country`` says what a number without one means."""
    typed = text.replace("\0", "").strip()[:LONGEST]
    if email := email_key(typed):
        return Person.objects.reached_at(email)
    if number := phone_beginning(typed, country):
        return Person.objects.reached_at(number)
    named = Person.objects.named(typed)
    if _is_reference(typed):
        of_booking = Person.objects.of_reference(typed)
        return of_booking if of_booking.exists() else named
    return named


def first(text: str, most: int, user: Any, country: str) -> list[Person]:
    """At most so many of them that the user sees, by name."""
    people = limited(found(text, country), user)[:most]
    return sorted(people, key=lambda person: (person.name_key, person.pk))


def _is_reference(text: str) -> bool:
    return len(text) == REFERENCE_LENGTH and set(text.upper()) <= set(REFERENCE_LETTERS)
