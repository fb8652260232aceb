"""Finding people by what somebody says on the telephone: a name, a number in any spelling, an e-mail, a reference."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet

from bookings.admin.people.known import typed_with
from bookings.models import Customer, Person
from bookings.models.bookings import REFERENCE_LETTERS
from bookings.people_keys import email_key, phone_beginning, phone_key, words
from bookings.staff_limits import is_limited, limited, resources_seen_by

LONGEST = 200
_LOOKED_AT = 200
"""Of how many that are found it is read what they gave to whom a limited member sees."""
REFERENCE_LENGTH = 7


def found(text: str, country: str) -> QuerySet[Person]:
    """Who is meant, each way along an index; in no order.  ``country`` says what a number without one means."""
    typed = _cleaned(text)
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
    """At most so many of them that the user sees, by name: to a limited member, whoever is known to them as typed."""
    people = list(limited(found(text, country), user)[: _LOOKED_AT if is_limited(user) else most])
    given = typed_with(people, resources_seen_by(user))
    if given is not None:
        people = [one for one in people if any(_says(each, text, country) for each in given[one.pk])][:most]
    return sorted(people, key=lambda person: (person.name_key, person.pk))


def _says(customer: Customer, text: str, country: str) -> bool:
    """Whether somebody who is found so gave it with this booking."""
    typed = _cleaned(text)
    if email := email_key(typed):
        return email_key(customer.email).startswith(email)
    if number := phone_beginning(typed, country):
        return (customer.phone_e164 or phone_key(customer.phone, country)).startswith(number)
    name = " ".join(words(customer.name))
    return customer.booking.reference == typed.upper() or all(word in name for word in words(typed))


def _cleaned(text: str) -> str:
    return text.replace("\0", "").strip()[:LONGEST]


def _is_reference(text: str) -> bool:
    return len(text) == REFERENCE_LENGTH and set(text.upper()) <= set(REFERENCE_LETTERS)
