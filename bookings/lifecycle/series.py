"""``book_series``, ``move_series`` and ``act_on_series``: several dates in one transaction, all of them or none.

Each date is booked, moved or played on by its own verb within it, so that the same rules and the same constraint
decide; who is mailed of several dates gets one mail that lists them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import TypeVar

from django.utils.translation import gettext_noop

from bookings.errors import BookingError, Conflict
from bookings.graphs.flow import Flow
from bookings.lifecycle.act import Inputs, act_on_all, lock_many
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.book import book
from bookings.lifecycle.holds import locks_of
from bookings.lifecycle.locks import Locks
from bookings.lifecycle.reschedule import reschedule
from bookings.lifecycle.retries import verb
from bookings.lifecycle.together import last_message, tell_together
from bookings.models import Booking, Customer, Resource, Series

Row = TypeVar("Row", Booking, Customer)
OF_ONE_DATE = frozenset({"id", "reference", "nonce", "uid", "start", "end", "created_at", "updated_at"})
"""What each date has of its own; all else it shares with the first."""


class SeriesRefused(BookingError):
    """Some dates of a series cannot be had, so that none was taken: by its place in what was wanted each refusal.

    Raised to staff alone: programs make no series.
    """

    code = "series_refused"
    sentence = gettext_noop("Some of these dates cannot be had, so nothing was done.")
    field = "start"

    def __init__(self, refusals: Mapping[int, BookingError]) -> None:
        super().__init__()
        self.refusals = dict(refusals)


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """What is the same on every date: an unsaved booking, whose times are not looked at, and whom it is for."""

    draft: Booking
    flow: Flow
    customer: Customer | None = None
    companions: Sequence[Resource] = field(default_factory=tuple)

    def on(self, start: datetime, series: Series | None) -> tuple[Booking, Customer | None]:
        """An unsaved booking of the series that begins at ``start``, and its customer."""
        booking = _copy(self.draft, besides=OF_ONE_DATE)
        booking.series = series
        booking.start, booking.end = start, start + self.draft.length
        return booking, _copy(self.customer, besides={"booking"}) if self.customer else None


def _copy(row: Row, *, besides: Iterable[str]) -> Row:
    names = [one.attname for one in row._meta.concrete_fields if one.name not in besides]
    again = type(row)(**{name: getattr(row, name) for name in names})
    again._state.fields_cache |= {
        name: value for name, value in row._state.fields_cache.items() if name not in besides
    }
    return again


@dataclass(frozen=True, kw_only=True)
class Move:
    """A booking and where it goes; it keeps its length, and its resource where none is named."""

    booking: Booking
    start: datetime
    resource: Resource | None = None


@verb
def book_series(
    pattern: Pattern, starts: Sequence[datetime], *, every_days: int, by: Actor, now: datetime | None = None
) -> list[Booking]:
    """Book the pattern at each of the ``starts`` as one series and return the bookings, in that order.

    One date alone is no series.  Raises ``SeriesRefused`` with the refusal of each date that cannot be had; nothing is
    written then.
    """
    locks_of(pattern.draft, pattern.companions).take()
    series = Series.objects.create(every_days=every_days) if len(starts) > 1 else None
    since = last_message()

    def book_on(start: datetime) -> Booking:
        draft, customer = pattern.on(start, series)
        return book(
            draft, graph=pattern.flow, by=by, customer=customer, companions=pattern.companions, now=now
        )

    made = _all({place: partial(book_on, start) for place, start in enumerate(starts)})
    tell_together([booking.pk for booking in made], since=since)
    return made


@verb
def move_series(
    moves: Sequence[Move], *, by: Actor, message: str = "", now: datetime | None = None
) -> list[Booking]:
    """Move several bookings, each as ``reschedule`` does; return the new ones, in the order of the moves.

    What goes to a later time is moved from the last on, so that no date is in another's way.  Raises ``SeriesRefused``
    with the refusal of each that cannot be moved; all stay where they are then.
    """
    there = Locks.on(resources=[move.resource.pk for move in moves if move.resource])
    lock_many([move.booking for move in moves], besides=there)
    since = last_message()

    def go(move: Move) -> Booking:
        end = move.start + move.booking.length
        return reschedule(
            move.booking, by=by, start=move.start, end=end, resource=move.resource, message=message, now=now
        )

    order = sorted(range(len(moves)), key=lambda place: _turn(moves[place]))
    moved = _all({place: partial(go, moves[place]) for place in order})
    ids = [booking.pk for booking in moved] + [move.booking.pk for move in moves]
    tell_together(ids, since=since)
    by_place = dict(zip(order, moved, strict=True))
    return [by_place[place] for place in range(len(moves))]


def _turn(move: Move) -> tuple[int, float]:
    """When it is its turn: those that go to a later time first, the last of them before the others."""
    start = move.booking.start.timestamp()
    return (0, -start) if move.start > move.booking.start else (1, start)


@verb
def act_on_series(
    bookings: Sequence[Booking], action: str, *, by: Actor, message: str = "", now: datetime | None = None
) -> list[Booking]:
    """Play the action on the first of the bookings and on those others that know it, all or none; return all.

    Raises what ``act`` does.
    """
    since = last_message()
    played = act_on_all(bookings, action, by=by, inputs=Inputs(message=message), now=now)
    tell_together([booking.pk for booking in played], since=since)
    return played


def _all(steps: Mapping[int, Callable[[], Booking]]) -> list[Booking]:
    """What the steps return, each tried even where one before it was refused; raises ``SeriesRefused``."""
    done, refusals = [], {}
    for place, step in steps.items():
        try:
            done.append(step())
        except Conflict:
            raise
        except BookingError as refusal:
            refusals[place] = refusal
    if refusals:
        raise SeriesRefused(refusals)
    return done
