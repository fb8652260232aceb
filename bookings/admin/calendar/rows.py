"""What the calendar reads of the database: the columns that it draws, as plain values.

A week of twenty resources is a thousand pieces.  To make six rows of models of each takes longer than to ask for all.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from django.db.models import Exists, F, OuterRef, Q

from bookings.admin.calendar.window import Window
from bookings.availability.agenda import taken
from bookings.models import Action, Booking


class BookingRow(NamedTuple):
    """A booking with what is told of its customer (None where it has none), its state and its option."""

    pk: UUID
    resource: UUID
    start: datetime
    end: datetime
    what: str
    max_seats: int | None
    seats_taken: int
    places: int
    attendance: str
    customer: str | None
    state_label: str
    state_name: str
    settled: bool
    occupies: bool
    option_label: str | None
    option_length: timedelta | None


BOOKING = (
    "pk", "resource", "start", "end", "what", "max_seats", "seats_taken", "places", "attendance", "customer__name",
    "state__label", "state__name", "state__settled", "state__occupies", "option__label", "option__length",
)  # fmt: skip
"""Where each of its values is read."""


class PieceRow(NamedTuple):
    """A piece ``[start, end)``, buffers within it, of a booking, a reservation or an event; the others are None."""

    pk: int
    resource: UUID
    start: datetime
    end: datetime
    busy_start: datetime
    busy_end: datetime
    reservation: UUID | None
    held_until: datetime | None
    event: int | None
    event_what: str | None
    event_remote: str | None
    moves: bool
    """Whether its booking is in a state that staff may move."""
    booking: BookingRow | None


PIECE = (
    "pk", "resource", "start", "end", "busy_start", "busy_end", "reservation", "reservation__expires_at",
    "event", "event__what", "event__remote", "moves",
)  # fmt: skip


def piece_rows(ids: list[UUID], window: Window) -> Iterator[PieceRow]:
    """What is taken of these resources in the window.  One query."""
    ways = Action.objects.filter(source=OuterRef("booking__state"), continues=True)
    movable = Exists(ways.filter(Q(by_staff=True) | Q(by_owner=True)))
    found = taken(ids, window.start, window.end).annotate(moves=movable)
    names = [*PIECE, *(f"booking__{name}" for name in BOOKING)]
    for row in found.values_list(*names):
        own, booking = row[: len(PIECE)], BookingRow._make(row[len(PIECE) :])
        yield PieceRow._make((*own, booking if booking.pk else None))


def rows_without_a_piece(ids: list[UUID], window: Window) -> Iterator[BookingRow]:
    """Requests that do not have the time yet, and what took place: it ended in a state after its start.  One query."""
    bookings = Booking.objects.live().filter(
        resource__in=ids, start__gte=window.start, start__lt=window.end, session=None, state__occupies=False
    )
    moved_away = Exists(Booking.objects.order_by().filter(continues=OuterRef("pk")))
    took_place = Q(state__settled=True, state_entered_at__gte=F("start")) & ~moved_away
    waits = Q(state__settled=False)
    # In no order, or a planner reads all bookings in that order instead of a few by their start.
    for row in bookings.order_by().filter(took_place | waits).values_list(*BOOKING):
        yield BookingRow._make(row)
