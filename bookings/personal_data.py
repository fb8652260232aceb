"""Everything that the tables hold of a person, told or erased; a person is known by the e-mail address.

Backups that were made before keep what is erased here until the last of them is removed.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Now

from bookings import texting
from bookings.errors import BookingError
from bookings.lifecycle import Actor, delete, forget_guest
from bookings.models import (
    Block,
    Booking,
    Customer,
    HistoryEntry,
    IdempotencyKey,
    OutboxMessage,
    Person,
    PersonAddress,
    PersonBooking,
    PersonProposal,
    Remark,
    Reservation,
    Site,
    WebhookCall,
)
from bookings.models.outbox import OutboxQuerySet
from bookings.people_keys import email_key, is_guest, name_key

Rows = dict[str, list[dict[str, Any]]]
HELD = {"customer": {}, "visitor": "", "address": "", "what": "", "where": "", "description": ""}
"""What a hold keeps of a person, as it is without."""
GUESTS = "guest"
"""The name under which an export has the bookings that others made and named the person in."""
AT_ONCE = 100
"""So many ids one query looks for in what was answered; SQLite takes no condition of more than 1000 parts."""


def exported(email: str) -> Rows:
    """Each table's rows about the person as they are stored, by the model's name; nothing where nobody is known so."""
    ids = list(bookings_of(email).values_list("pk", flat=True))
    found = _stored(_rows_about(ids, _holds_of(email, ids), _addresses_with(email)))
    return found | _as_guest(email)


def _as_guest(email: str) -> Rows:
    """Where others named the person beside themselves: when, and the address; the rest is of those others."""
    ids = _naming(email)
    told = Booking.objects.filter(pk__in=ids).order_by("pk").values_list("pk", "start", "end")
    rows = [{"booking_id": pk, "start": start, "end": end, "address": email} for pk, start, end in told]
    return {GUESTS: rows} if rows else {}


def _naming(email: str) -> list[Any]:
    """The ids of bookings that name the address as a guest.  Looks at every booking that has guests."""
    named = (
        Booking.objects.visible().exclude(participants=[]).order_by("pk").values_list("pk", "participants")
    )
    return [pk for pk, guests in named.iterator() if any(is_guest(one, email) for one in guests)]


def exported_person(person: Person) -> Rows:
    """The same of everything that joined the person, under whatever address."""
    ids = list(person.bookings.values_list("booking", flat=True))
    holds = Reservation.objects.filter(Q(booking__in=ids) | Q(pk__in=_lone_holds(person)))
    return _stored(_rows_about(ids, holds, _addresses_of(person)))


def _stored(tables: Iterator[QuerySet[Any]]) -> Rows:
    found = {type_of(rows): list(rows.order_by("pk").values()) for rows in tables}
    return {name: rows for name, rows in found.items() if rows}


def type_of(rows: QuerySet[Any]) -> str:
    """The name of the rows' model, like ``booking``."""
    return str(rows.model._meta.model_name)


def _rows_about(
    ids: list[Any], holds: QuerySet[Reservation], addresses: list[str]
) -> Iterator[QuerySet[Any]]:
    yield Booking.objects.filter(pk__in=ids)
    yield Customer.objects.filter(booking_id__in=ids)
    yield holds
    yield HistoryEntry.objects.filter(booking_id__in=ids)
    yield Remark.objects.filter(booking_id__in=ids)
    yield OutboxMessage.objects.filter(Q(booking_id__in=ids) | Q(pk__in=_asked_for_links(addresses)))
    yield WebhookCall.objects.filter(booking_id__in=ids)
    yield _answers_about([*ids, *holds.values_list("pk", flat=True)])
    yield from _rows_of_people(ids)


def _answers_about(ids: Iterable[Any]) -> QuerySet[IdempotencyKey]:
    every, found = list(ids), list[int]()
    for first in range(0, len(every), AT_ONCE):
        answers = Q(pk__in=[])
        for one in every[first : first + AT_ONCE]:
            answers |= Q(pk__in=IdempotencyKey.objects.about(one))
        found.extend(IdempotencyKey.objects.filter(answers).values_list("pk", flat=True))
    return IdempotencyKey.objects.filter(pk__in=found)


def _asked_for_links(addresses: Iterable[str]) -> OutboxQuerySet:
    """What was to bring somebody their links, and could not be sent: it still knows the address it was asked for."""
    known = [address.strip().lower() for address in addresses]
    asked = Q(payload__email__in=known) | Q(payload__phone__in=known)
    return OutboxMessage.objects.filter(asked, kind__in=["links", "link_text"])


def _addresses_with(email: str) -> list[str]:
    """The address, and the telephone numbers in E.164 that were given with it, also with a hold alone."""
    numbers = Customer.objects.addressed(email).exclude(phone_e164="").values_list("phone_e164", flat=True)
    held = Reservation.objects.filter(customer__email__iexact=email)
    return [email, *numbers.order_by().distinct(), *_numbers_in(held)]


def _addresses_of(person: Person) -> list[str]:
    """Its e-mail addresses, and its telephone numbers in E.164, also of holds alone."""
    held = Reservation.objects.filter(pk__in=_lone_holds(person))
    return [*person.addresses.values_list("value", flat=True), *_numbers_in(held)]


def _numbers_in(holds: QuerySet[Reservation]) -> set[str]:
    """The telephone numbers in E.164 that were typed into holds."""
    country = Site.current().country
    typed = {str(customer.get("phone") or "") for customer in holds.values_list("customer", flat=True)}
    return {number for phone in typed if (number := texting.in_full(phone, country))}


def _rows_of_people(ids: list[Any]) -> Iterator[QuerySet[Any]]:
    people = list(Person.objects.filter(bookings__booking__in=ids).distinct().values_list("pk", flat=True))
    yield Person.objects.filter(pk__in=people)
    yield PersonAddress.objects.filter(person__in=people)
    yield PersonBooking.objects.filter(booking__in=ids)
    yield PersonProposal.objects.filter(Q(person__in=people) | Q(other__in=people))
    yield Block.objects.filter(person__in=people)
    yield Person.history.filter(id__in=people)
    yield Block.history.filter(person__in=people)


def bookings_of(email: str) -> QuerySet[Booking]:
    """Those that were made for the address, whatever its capitals."""
    return Booking.objects.filter(pk__in=Customer.objects.addressed(email).values("booking"))


def _holds_of(email: str, booking_ids: list[Any]) -> QuerySet[Reservation]:
    return Reservation.objects.filter(Q(booking__in=booking_ids) | Q(customer__email__iexact=email))


@dataclass(frozen=True)
class Erased:
    """``bookings`` that were erased, ``kept`` the ids of those that an action can still change.

    ``as_guest`` are bookings of others that named the person, and do no more.
    """

    bookings: int
    holds: int
    kept: tuple[str, ...]
    as_guest: int = 0


def erase(email: str, *, by: Actor) -> Erased:
    """Erase the person from all bookings in a final state, and from holds that hold nothing any more."""
    addresses = _addresses_with(email)
    gone, kept = _erased(bookings_of(email).order_by("-created_at"), by)
    holds = _forgotten(_ended_holds().filter(customer__email__iexact=email), addresses)
    as_guest, still_named = _taken_off(email, by)
    return Erased(gone, holds, tuple(dict.fromkeys([*kept, *still_named])), as_guest)


def _taken_off(email: str, by: Actor) -> tuple[int, list[str]]:
    """From how many bookings of others the person was taken, and the ids of those that can still change."""
    gone, kept = 0, []
    for booking in Booking.objects.filter(pk__in=_naming(email)):
        try:
            forget_guest(booking, email, by=by)
            gone += 1
        except BookingError:
            kept.append(str(booking.pk))
    return gone, kept


def erase_person(person: Person, *, by: Actor) -> Erased:
    """The same for everything that joined the person; with the last booking go notes, proposals and block."""
    lone, addresses = _lone_holds(person), _addresses_of(person)
    mine = Booking.objects.visible().filter(joined__person=person)
    gone, kept = _erased(mine.order_by("-created_at"), by)
    holds = _forgotten(_ended_holds().filter(pk__in=lone), addresses)
    return Erased(gone, holds, tuple(kept))


def _forgotten(holds: QuerySet[Reservation], addresses: list[str]) -> int:
    """What lone holds and requests for links tell is taken away; how many holds that were."""
    _answers_about(holds.values_list("pk", flat=True)).delete()
    asked = _asked_for_links(addresses)
    asked.waiting().delete()
    asked.update(payload={}, last_error="")
    return holds.update(**HELD)


def _erased(bookings: QuerySet[Booking], by: Actor) -> tuple[int, list[str]]:
    """How many were erased, and the ids of those that can still change."""
    gone, kept = 0, []
    for booking in bookings:
        try:
            if Customer.objects.filter(booking=booking).exists():  # not erased with one that continues it
                delete(booking, by=by)
                gone += 1
        except BookingError:
            kept.append(str(booking.pk))
    return gone, kept


def _ended_holds() -> QuerySet[Reservation]:
    ended = Q(expires_at__lte=Now()) | Q(released_at__isnull=False)
    return Reservation.objects.filter(ended, booking=None)


def _lone_holds(person: Person) -> list[Any]:
    """The ids of holds from which no booking came, under an e-mail address and a name of the person."""
    known = set(person.addresses.values_list("value", "name_key"))
    addressed = Q(pk__in=[])
    for value, _name in known:
        addressed |= Q(customer__email__iexact=value)
    held = Reservation.objects.filter(addressed, booking=None).values_list("pk", "customer")
    return [
        pk
        for pk, customer in held
        if (email_key(str(customer.get("email"))), name_key(str(customer.get("name")))) in known
    ]
