"""A person as somebody may know them who sees some resources: by what was typed with bookings of those."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from bookings.models import Customer, Person
from bookings.people_keys import as_read
from bookings.staff_limits import Seen, resources_seen_by


def as_known_to(people: Iterable[Person], user: Any) -> list[Person]:
    """The same, not to be saved; to a limited member without note, other names and addresses given elsewhere.

    One query for whoever is limited.
    """
    found = list(people)
    given = typed_with(found, resources_seen_by(user))
    if given is None:
        return found
    for person in found:
        person.note = person.also = ""
        person.email = person.phone = person.language = ""
        for last in given[person.pk][-1:]:
            person.name, person.email, person.phone = last.name, last.email, last.phone
            person.language = last.language
    return found


def typed_with(people: list[Person], seen: Seen) -> dict[int, list[Customer]] | None:
    """By the person's id, what was typed with bookings of those resources, the newest last; None where all are seen."""
    if seen is None:
        return None
    given: dict[int, list[Customer]] = defaultdict(list)
    for customer in _customers(people, seen):
        given[customer.booking.joined.person_id].append(customer)
    return given


def addresses_of(person: Person, seen: Seen) -> list[str]:
    """Where the person is reached, as far as it was typed with bookings of those resources."""
    if seen is None:
        found = person.addresses.order_by("pk").values_list("value", flat=True).distinct()
        return [as_read(value) for value in found]
    typed = [text for one in _customers([person], seen) for text in (one.email, one.phone) if text]
    return list(dict.fromkeys(typed))


def _customers(people: list[Person], seen: frozenset[Any]) -> Iterable[Customer]:
    rows = Customer.objects.filter(
        booking__joined__person__in=[one.pk for one in people],
        booking__resource__in=seen,
        booking__deleted_at=None,
    )
    return rows.select_related("booking__joined").order_by("booking__created_at")
