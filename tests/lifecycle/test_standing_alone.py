"""A booking that is one statement needs no transaction around it; whatever is more than that has one."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from bookings import wake_ups
from bookings.errors import Conflict, SlotTaken
from bookings.lifecycle import Actor, act, book, reserve
from bookings.models import Booking, Customer, HistoryEntry, Occupancy, OutboxMessage, Reservation
from tests.situations import (
    HOUR,
    SERVER,
    a_booking,
    a_draft,
    a_hold,
    a_project,
    a_resource,
    a_seat,
    a_seat_hold,
    a_session,
    aged,
    at,
    marty,
)

pytestmark = pytest.mark.django_db(transaction=True)
CUSTOMER = Actor.customer()
IS_ALONE = connection.vendor == "postgresql"
"""On SQLite the rows are written one by one, in a transaction that begins with the first of them."""
WRITES = ("INSERT", "UPDATE", "DELETE", "WITH")


@dataclass
class Written:
    """Of each statement that wrote, and of each that read: whether a transaction was open."""

    within: list[bool] = field(default_factory=list)
    read_within: list[bool] = field(default_factory=list)

    def __call__(self, execute: Callable[..., Any], text: str, *args: Any) -> Any:
        if text.startswith(WRITES):
            self.within.append(connection.in_atomic_block)
        elif text.startswith("SELECT"):
            self.read_within.append(connection.in_atomic_block)
        return execute(text, *args)


@contextmanager
def watched() -> Iterator[Written]:
    written = Written()
    with connection.execute_wrapper(written):
        yield written


def rows() -> list[int]:
    kinds = (Booking, Customer, HistoryEntry, Occupancy, OutboxMessage, Reservation)
    return [kind._default_manager.count() for kind in kinds]


def test_a_booking_of_one_resource_is_one_statement_without_a_transaction():
    doc = a_resource()
    with watched() as written:
        a_booking(doc, at(10))
    assert written.within == ([False] if IS_ALONE else [True] * 5)
    assert rows()[:4] == [1, 1, 1, 1]


def test_what_is_decided_before_it_keeps_no_other_writer_out():
    doc = a_resource()
    project = a_project(doc, length=HOUR, availability={"future": "10 years"})
    start = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    with watched() as written:
        a_booking(doc, start, by=CUSTOMER, project=project)
    assert written.read_within
    assert not any(written.read_within)


def with_others():
    doc, jules = a_resource(), a_resource()
    return lambda: book(
        a_draft(doc, at(10)), graph="instant", by=SERVER, customer=marty(), companions=[jules]
    )


def of_a_hold():
    doc = a_resource()
    hold = a_hold(doc, at(10))
    return lambda: a_booking(doc, at(10), reservation=hold)


def of_a_seat():
    session = a_session(a_resource(), at(10), seats=2)
    return lambda: a_seat(session)


def with_words():
    doc = a_resource()
    return lambda: book(a_draft(doc, at(10)), graph="instant", by=SERVER, customer=marty(), words="Be early.")


def under_a_cap():
    doc = a_resource(daily_cap=1)
    start = (timezone.now() + timedelta(days=3)).replace(hour=10, minute=0, second=0, microsecond=0)
    return lambda: a_booking(doc, start, by=CUSTOMER)


def in_a_transaction_of_others():
    doc = a_resource()

    def all_or_none():
        with transaction.atomic():
            a_booking(doc, at(10))

    return all_or_none


@pytest.mark.parametrize(
    "prepared", [with_others, of_a_hold, of_a_seat, with_words, under_a_cap, in_a_transaction_of_others]
)
def test_what_takes_more_than_that_statement_is_written_in_a_transaction(prepared):
    do = prepared()
    with watched() as written:
        do()
    assert written.within
    assert all(written.within)


def test_in_a_transaction_of_others_what_fails_is_taken_back_alone(monkeypatch):
    other = a_booking(a_resource(), at(9))
    module = sys.modules["bookings.lifecycle.book"]
    monkeypatch.setattr(module, "new_reference", lambda: other.reference)
    with transaction.atomic():
        with pytest.raises(Conflict):
            a_booking(a_resource(), at(10))
        assert Booking.objects.get() == other


def test_a_refusal_writes_nothing():
    doc = a_resource()
    a_booking(doc, at(10))
    before = rows()
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10, 30))
    assert rows() == before
    assert not connection.in_atomic_block


def test_what_only_seems_taken_is_cleared_and_booked_in_a_transaction():
    doc = a_resource()
    held = aged(a_hold(doc, at(10)))
    with watched() as written:
        made = a_booking(doc, at(10))
    assert written.within[:2] == ([False, True] if IS_ALONE else [True, True])
    assert all(written.within[1:])
    assert Occupancy.objects.get().booking_id == made.pk
    assert Reservation.objects.get().pk == held.pk


def test_an_overdue_request_in_the_way_gives_its_time():
    doc = a_resource()
    overdue = aged(a_booking(doc, at(10), graph="confirm_decline"), timedelta(days=400))
    made = a_booking(doc, at(10))
    assert Occupancy.objects.get().booking_id == made.pk
    assert not Booking.objects.get(pk=overdue.pk).state.occupies


def test_whoever_is_woken_finds_what_was_written():
    found = []
    wake_ups.listen(lambda: found.append(OutboxMessage.objects.count()))
    try:
        a_booking(a_resource(), at(10))
    finally:
        wake_ups.stop_listening()
    assert found == [OutboxMessage.objects.count()] != [0]


def test_a_refused_booking_can_be_made_once_the_other_is_gone():
    doc = a_resource()
    first = a_booking(doc, at(10))
    with pytest.raises(SlotTaken):
        a_booking(doc, at(10))
    act(first, "cancel_by_customer", by=CUSTOMER)
    assert a_booking(doc, at(10)).pk == Occupancy.objects.get().booking_id


def test_a_hold_of_one_resource_is_one_statement_and_ends_as_its_piece_does():
    doc = a_resource()
    with watched() as written:
        hold = a_hold(doc, at(10))
    assert written.within == ([False] if IS_ALONE else [True] * 2)
    kept = Reservation.objects.get()
    assert kept.pk == hold.pk
    assert kept.expires_at == hold.expires_at == kept.occupancies.get().expires_at


def held_by_a_visitor():
    doc = a_resource()
    return lambda: a_hold(doc, at(10), visitor="v", by=CUSTOMER)


def held_from_an_address():
    doc = a_resource()
    return lambda: a_hold(doc, at(10), address="192.0.2.1", by=CUSTOMER)


def held_with_others():
    doc, jules = a_resource(), a_resource()
    draft = Reservation(resource=doc, start=at(10), end=at(11))
    return lambda: reserve(draft, hold=HOUR, by=SERVER, companions=[jules])


def held_in_place_of_another():
    doc = a_resource()
    other = a_hold(doc, at(10))
    draft = Reservation(resource=doc, start=at(10, 30), end=at(11, 30))
    return lambda: reserve(draft, hold=HOUR, by=SERVER, replacing=other)


def a_seat_held():
    session = a_session(a_resource(), at(10), seats=2)
    return lambda: a_seat_hold(session)


@pytest.mark.parametrize(
    "prepared",
    [held_by_a_visitor, held_from_an_address, held_with_others, held_in_place_of_another, a_seat_held],
)
def test_a_hold_that_takes_more_than_that_is_written_in_a_transaction(prepared):
    do = prepared()
    with watched() as written:
        do()
    assert written.within
    assert all(written.within)


def test_a_refused_hold_writes_nothing():
    doc = a_resource()
    a_booking(doc, at(10))
    before = rows()
    with pytest.raises(SlotTaken):
        a_hold(doc, at(10, 30))
    assert rows() == before


def test_a_hold_in_place_of_an_expired_one_clears_it_in_a_transaction():
    doc = a_resource()
    aged(a_hold(doc, at(10)))
    with watched() as written:
        hold = a_hold(doc, at(10))
    assert written.within[:2] == ([False, True] if IS_ALONE else [True, True])
    assert Occupancy.objects.get().reservation_id == hold.pk
