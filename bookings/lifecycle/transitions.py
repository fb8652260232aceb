"""How a booking enters a state: occupancy first, then the row, then history and what must follow.

Everything here runs inside the transaction of a verb.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from django.db.models.functions import Now

from bookings import database_clock, sql
from bookings.availability.parts import alike
from bookings.availability.query import Buffers
from bookings.errors import SlotTaken
from bookings.lifecycle.actors import Actor
from bookings.lifecycle.claims import Claim, claim_pieces, pieces_of, release_pieces
from bookings.lifecycle.due import due_moment, leaving, next_due
from bookings.lifecycle.history import entry_of
from bookings.lifecycle.in_the_way import delete_expired, ended_in_the_way, may_clear
from bookings.lifecycle.locks import lock_resources, lock_session, locked
from bookings.lifecycle.notices import Notices, messages_of
from bookings.lifecycle.seats import give_expired_seats, give_seats, session_of, take_seats, why_no_seat
from bookings.lifecycle.writing import follow
from bookings.models import Action, Booking, HistoryEntry, State
from bookings.written_out import Statement, update

T = TypeVar("T")


def claim_of(booking: Booking, companions: Iterable[uuid.UUID], around: timedelta = timedelta()) -> Claim:
    """What a booking, with these other resources, occupies when its state does."""
    buffers = Buffers(before=booking.buffer_before, after=booking.buffer_after)
    parts = alike([booking.resource_id, *companions], booking.length, buffers)
    return Claim(
        pieces=pieces_of(parts, booking.start),
        around=around,
        strict=not booking.allow_double_bookings,
        sees_all_day_events=not booking.ignore_all_day_events,
    )


def claim_time(wanted: Claim, **owner: uuid.UUID) -> datetime | None:
    """Claim all pieces or raise ``SlotTaken``; return when they expire, if they do."""
    return taken(wanted, lambda: claim_pieces(wanted, **owner)).expires_at


def taken(wanted: Claim, claim: Callable[[], T | None]) -> T:
    """What ``claim`` returns once it takes the wanted time, all of it, or raise ``SlotTaken``.

    For several pieces the resources are locked.  A refusal first clears what only seems to be in the way: expired
    pieces, and bookings whose automatic action is overdue.  For that they are locked, too.
    """
    if len(wanted.pieces) > 1:
        lock_resources(wanted.resources)
    for last_try in (False, True):
        if claimed := claim():
            return claimed
        if last_try or not may_clear(wanted):
            break
        _clear(wanted)
    raise SlotTaken


def _clear(wanted: Claim) -> None:
    lock_resources(wanted.resources)
    ended = ended_in_the_way(wanted)
    delete_expired(ended.pieces)
    overdue = Booking.objects.filter(pk__in=ended.bookings, due_at__lte=Now())
    for booking in locked(overdue, skip_locked=True):
        play_overdue(booking)


def play_overdue(booking: Booking) -> bool:
    """Play the automatic action of a locked booking that the database called overdue; tell whether there was one."""
    due = [
        (moment, action.pk, action) for action in leaving(booking) if (moment := due_moment(booking, action))
    ]
    if not due:
        return False
    play(booking, min(due)[2], by=Actor.clock())
    return True


def enter(booking: Booking, state: State, since: datetime | None = None) -> None:
    """Set an unsaved or locked booking's state and what follows from it; claims nothing and saves nothing.

    ``since`` is when it counts as having entered; None for now.
    """
    booking.state = state
    booking.state_entered_at = since or database_clock.now()
    booking.due_at = next_due(booking)


def play(
    booking: Booking,
    action: Action,
    *,
    by: Actor,
    words: str = "",
    reason: str = "",
    notices: Notices | None = None,
    around: timedelta = timedelta(),
) -> HistoryEntry:
    """Take a locked booking through ``action``: claim or release, save, history, messages; seats play along.

    ``around`` see ``occupy``.
    """
    source, target = booking.state, action.target
    if target.occupies and not source.occupies:
        occupy(booking, companions_of(booking), around)
    enter(booking, target)
    booking.sequence += 1
    update(booking, "state", "state_entered_at", "due_at", "sequence", "payment_id", "updated_at")
    if source.occupies and not target.occupies:
        vacate(booking)
    entry = entry_of(
        booking, by=by, words=words, action=action.name, source=source.name, target=target.name, reason=reason
    )
    follow(entry, messages_of(booking, target, entry, notices=notices))
    if action.on_seats:
        _play_on_seats(booking, action.on_seats, by=by, words=words)
    return entry


def _play_on_seats(session: Booking, name: str, *, by: Actor, words: str) -> None:
    for seat in locked(Booking.objects.filter(session=session)):
        along = next((action for action in leaving(seat) if action.name == name), None)
        if along:
            play(seat, along, by=by, words=words, reason="session")


def companions_of(booking: Booking) -> list[uuid.UUID]:
    """The ids of the other resources that it takes with it, in order."""
    found = _companions().all(sql.stored(Booking, "pk", booking.pk))
    return [pk for (told,) in found if (pk := sql.identity(told))]


@cache
def _companions() -> Statement:
    takes = Booking.companions.through._meta.db_table
    return Statement(f"SELECT resource_id FROM {takes} WHERE booking_id = %s ORDER BY resource_id")  # noqa: S608


def occupy(booking: Booking, companions: Iterable[uuid.UUID], around: timedelta = timedelta()) -> None:
    """Claim the time (of its companions, too) or the seats that an occupying state needs, or raise.

    ``around`` is the distance to what is busy that somebody bound by rules has to keep.
    """
    if booking.version.claims_time:
        claim_time(claim_of(booking, companions, around), booking=booking.pk)
    elif booking.version.claims_seat:
        claim_seats(session_of(booking), booking.places)


def vacate(booking: Booking) -> None:
    """Give back the time or the seats."""
    if booking.version.claims_time:
        release_pieces(booking=booking)
    elif booking.version.claims_seat:
        give_seats(session_of(booking), booking.places)


def change_seats(session_id: uuid.UUID, *, having: int, wanting: int) -> None:
    """Take what is missing of the seats that one is ``wanting``, or give back what is too many; raises like a claim."""
    if wanting > having:
        claim_seats(session_id, wanting - having, having=having)
    elif wanting < having:
        give_seats(session_id, having - wanting)


def claim_seats(session_id: uuid.UUID, places: int, *, having: int = 0) -> None:
    """Take so many seats besides those that one is ``having``, or none and raise ``GroupFull`` or ``SessionClosed``.

    A refusal first gives back the session's expired seat holds and plays overdue actions of unpaid seats.  It is tried
    again even where there were none, since another may have done that while the session's lock was waited for.
    """
    if take_seats(session_id, places):
        return
    lock_session(session_id)
    give_expired_seats(session_id)
    overdue = Booking.objects.filter(session=session_id, state__occupies=True, due_at__lte=Now())
    for seat in locked(overdue, skip_locked=True):
        play_overdue(seat)
    if not take_seats(session_id, places):
        raise why_no_seat(session_id, having)
