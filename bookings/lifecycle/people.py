"""Bookings join people: the worker reads history behind the bookings, so that no booking waits for it.

A customer is a person's where an address and the name agree (``bookings.people_keys``).  Where only the address does,
or two people's addresses meet, it is proposed to staff.  One transaction at a time changes who is whom.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from django.db.models import Q

from bookings import database_clock, people_keys
from bookings.lifecycle.retries import verb
from bookings.models import (
    Block,
    Booking,
    Customer,
    HistoryEntry,
    JoinedUpTo,
    Person,
    PersonAddress,
    PersonBooking,
    PersonProposal,
    Site,
    Standstill,
)

BATCH = 500
"""Entries of history read in one transaction."""
SETTLED = timedelta(minutes=2)
"""No transaction lasts longer: entries older than that are all there, in the order of their numbers."""
MOST_PROPOSED = 3
"""Of one address: a school's telephone is that of many."""


def join_people(stopped: Callable[[], bool] = lambda: False) -> int:
    """Join what is not yet, batch by batch, until there is no more or ``stopped``; return how many bookings joined.

    None while the site stands still.  It goes on where the last one ended, whatever ended it.
    """
    if Standstill.objects.exists():
        return 0
    joined, after = 0, None
    while not stopped():
        batch = join_batch(after)
        joined += batch.joined
        if batch.last is None:
            break
        after = batch.last
    return joined


@dataclass(frozen=True)
class Batch:
    """``joined`` bookings; ``last`` is the number of the last entry that was read, None where no more may follow."""

    joined: int
    last: int | None


@verb
def join_batch(after: int | None = None) -> Batch:
    """Join the bookings of the next entries of history: after the last settled one, or ``after`` that one."""
    state = _lock()
    entries = HistoryEntry.objects.filter(pk__gt=state.entry if after is None else after).order_by("pk")
    read = list(entries.values_list("pk", "at", "booking_id", "what")[:BATCH])
    joined = _join(_unjoined({booking for _pk, _at, booking, _what in read}))
    _follow_corrections({booking for _pk, _at, booking, what in read if what == HistoryEntry.What.CORRECTED})
    until = database_clock.now() - SETTLED
    settled = [entry[0] for entry in takewhile(lambda entry: entry[1] <= until, read)]
    if settled and (after is None or after == state.entry):
        JoinedUpTo.objects.filter(pk=1).update(entry=settled[-1])
    return Batch(joined, read[-1][0] if len(read) == BATCH else None)


def _lock() -> JoinedUpTo:
    """The one row, locked: whoever has it alone says who is whom."""
    JoinedUpTo.objects.bulk_create([JoinedUpTo(pk=1)], ignore_conflicts=True)
    return JoinedUpTo.objects.select_for_update().get(pk=1)


def _unjoined(bookings: Iterable[UUID]) -> Sequence[Customer]:
    live = Booking.objects.live().filter(pk__in=bookings, joined=None)
    customers = Customer.objects.filter(booking__in=live)
    return list(customers.order_by("booking__created_at", "pk"))


def _join(customers: Sequence[Customer]) -> int:
    country = Site.current().country if customers else ""
    keyed = [(customer, _keys(customer, country)) for customer in customers]
    known = _known({value for _customer, (_name, values) in keyed for value in values})
    joined = []
    for customer, (name, values) in keyed:
        if name and values:
            person = _person_of(customer, name, values, known)
            joined.append(PersonBooking(booking_id=customer.pk, person=person))
    PersonBooking.objects.bulk_create(joined)
    return len(joined)


def _keys(customer: Customer, country: str) -> tuple[str, list[str]]:
    """The name's key, and the addresses, the e-mail first."""
    phone = customer.phone_e164 or people_keys.phone_key(customer.phone, country)
    return people_keys.name_key(customer.name), [
        value for value in (people_keys.email_key(customer.email), phone) if value
    ]


Known = dict[str, dict[str, Person]]
"""Who has an address, by the name's key."""


def _known(values: Iterable[str]) -> Known:
    known: Known = {}
    rows = PersonAddress.objects.filter(value__in=values).select_related("person").order_by("pk")
    for row in rows:
        known.setdefault(row.value, {})[row.name_key] = row.person
    return known


def _person_of(customer: Customer, name: str, values: Sequence[str], known: Known) -> Person:
    """Whose the booking is; made where nobody agrees, and known by the booking's addresses from then on."""
    agreeing = [known[value][name] for value in values if name in known.get(value, {})]
    person = agreeing[0] if agreeing else _new_person(customer)
    _know(person, name, values, known)
    if agreeing:
        _complete(person, customer)
    return person


def _know(person: Person, name: str, values: Sequence[str], known: Known) -> None:
    """Have the person known by these addresses under that name; whoever else has one is proposed."""
    for value in values:
        others = known.setdefault(value, {})
        if others.get(name) is None:
            _propose(person, list(others.values())[:MOST_PROPOSED], value)
            PersonAddress.objects.create(person=person, value=value, name_key=name)
            others[name] = person
        elif others[name] != person:
            _propose(person, [others[name]], value)


def _follow_corrections(bookings: Iterable[UUID]) -> None:
    """Whose customer staff corrected stays the same person, who is known by what stands there now."""
    joined = PersonBooking.objects.filter(booking__in=bookings, booking__deleted_at=None)
    for row in joined.select_related("person", "booking__customer"):
        name, values = _keys(row.booking.customer, Site.current().country)
        if name:
            _know(row.person, name, values, _known(values))
        _tell_again(row.person)


def _new_person(customer: Customer) -> Person:
    person = Person(
        name=customer.name, email=customer.email, phone=customer.phone, language=customer.language
    )
    person.set_keys()
    Person.objects.bulk_create([person])  # what nobody did at the desk leaves no copy in the history
    return person


def _complete(person: Person, customer: Customer) -> None:
    """Keep what a later booking tells that none did before."""
    told = {
        name: getattr(customer, name)
        for name in ("email", "phone", "language")
        if getattr(customer, name) and not getattr(person, name)
    }
    if told:
        Person.objects.filter(pk=person.pk).update(**told)
        for name, value in told.items():
            setattr(person, name, value)


def _propose(person: Person, others: Iterable[Person], address: str) -> None:
    pairs = {tuple(sorted((person.pk, other.pk))) for other in others if other != person}
    rows = [PersonProposal(person_id=one, other_id=other, address=address) for one, other in sorted(pairs)]
    PersonProposal.objects.bulk_create(rows, ignore_conflicts=True)


@verb
def merge(person: Person, other: Person) -> None:
    """Make two people one: bookings, addresses and notes of ``other`` become ``person``'s, and a block binds both."""
    _lock()
    person, other = Person.objects.get(pk=person.pk), Person.objects.get(pk=other.pk)
    names = [name for name in (person.also, other.name, other.also) if name and name != person.name]
    person.also = ", ".join(dict.fromkeys(names))[:500]
    person.note = "\n".join(filter(None, (person.note, other.note)))
    person.email, person.phone = person.email or other.email, person.phone or other.phone
    PersonBooking.objects.filter(person=other).update(person=person)
    PersonAddress.objects.filter(person=other).update(person=person)
    block = getattr(other, "block", None)
    if block and not hasattr(person, "block"):
        tried = {name: getattr(block, name) for name in ("reason", "tries", "tried_at", "tried_for")}
        Block.objects.create(person=person, **tried)
    person.save()
    PersonProposal.objects.filter(Q(person=other) | Q(other=other)).delete()
    _forget([other.pk])


@verb
def split(person: Person, bookings: Sequence[UUID]) -> Person:
    """Give some of a person's bookings to a new one, who has their addresses from then on; return that one.

    An address under a name that bookings on both sides have stays where it was.  Raises ValueError where none or all
    of the bookings are named.
    """
    _lock()
    mine = PersonBooking.objects.filter(person=person)
    going = list(mine.filter(booking__in=bookings).values_list("booking_id", flat=True))
    if not going or len(going) == mine.count():
        raise ValueError("Some of the bookings go, and not all.")
    customers = list(Customer.objects.filter(booking__in=going).order_by("-booking__created_at", "pk"))
    last = customers[0]
    new = Person(name=last.name, email=last.email, phone=last.phone, language=last.language)
    new.save()
    PersonBooking.objects.filter(booking__in=going).update(person=new)
    leaving = _addresses_of(customers) - _addresses_of(_customers_of(person))
    for value, name in leaving:
        PersonAddress.objects.filter(person=person, value=value, name_key=name).update(person=new)
    first, second = sorted((person.pk, new.pk))
    PersonProposal.objects.create(person_id=first, other_id=second, address="", settled=True)
    return new


@verb
def keep_apart(proposal: PersonProposal) -> None:
    """Two who were proposed as one are two; it is not proposed again."""
    PersonProposal.objects.filter(pk=proposal.pk).update(settled=True)


def leave(booking: UUID) -> None:
    """A booking's customer is erased: nothing of the person stays that no other booking tells.

    The caller has the booking locked.  Without another booking the person goes, with notes, proposals and block.
    """
    _lock()
    for joined in PersonBooking.objects.filter(booking=booking).select_related("person"):
        joined.delete()
        if joined.person.bookings.exists():
            _tell_again(joined.person)
        else:
            _forget([joined.person_id])


def _tell_again(person: Person) -> None:
    """Tell of a person only what the remaining bookings tell; staff's notes stay."""
    customers = _customers_of(person)
    kept = _addresses_of(customers)
    for address in PersonAddress.objects.filter(person=person):
        if (address.value, address.name_key) not in kept:
            PersonProposal.objects.filter(address=address.value).filter(
                Q(person=person) | Q(other=person)
            ).delete()
            address.delete()
    told: dict[str, Any] = {"name": "", "email": "", "phone": ""}
    for name in told:
        values = [getattr(customer, name) for customer in customers if getattr(customer, name)]
        told[name] = getattr(person, name) if getattr(person, name) in values else (values or [""])[0]
    if any(getattr(person, name) != value for name, value in told.items()) or person.also:
        person.name, person.also = told["name"], ""
        person.set_keys()
        keys = {"name_key": person.name_key, "last_key": person.last_key, "also": ""}
        Person.objects.filter(pk=person.pk).update(**told, **keys)
        Person.history.filter(id=person.pk).delete()


def forget_without_bookings() -> None:
    """Forget those whose bookings were removed otherwise than by the verbs."""
    _forget(list(Person.objects.without_bookings().values_list("pk", flat=True)))


def _forget(people: Sequence[int]) -> None:
    """Remove people with all that hangs on them, and what history told of them."""
    Person.objects.filter(pk__in=people).delete()
    Person.history.filter(id__in=people).delete()
    Block.history.filter(person_id__in=people).delete()


def _customers_of(person: Person) -> list[Customer]:
    """Of the person's bookings, the newest first."""
    customers = Customer.objects.filter(booking__joined__person=person)
    return list(customers.order_by("-booking__created_at", "pk"))


def _addresses_of(customers: Iterable[Customer]) -> set[tuple[str, str]]:
    country = Site.current().country
    keyed = [_keys(customer, country) for customer in customers]
    return {(value, name) for name, values in keyed for value in values}
