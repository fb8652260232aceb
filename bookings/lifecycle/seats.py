"""The seats of a session: one number on its row, changed by conditional statements alone.

A booking or a hold takes as many of them as it has ``places``, all or none.
"""

from __future__ import annotations

import uuid

from django.db.models import F, QuerySet
from django.db.models.functions import Now

from bookings.errors import BookingError, GroupFull, SessionClosed
from bookings.models import Booking, Reservation, State


def session_of(seat: Booking | Reservation) -> uuid.UUID:
    """The id of the session that a seat or its hold belongs to; raises ``SessionClosed`` where it names none."""
    if seat.session_id is None:
        raise SessionClosed
    return seat.session_id


def take_seats(session_id: uuid.UUID, places: int) -> bool:
    """Count so many seats more, in one conditional statement.

    False, and none taken, where fewer are left or the session takes none.
    """
    free = _open(session_id).filter(seats_taken__lte=F("max_seats") - places)
    return bool(free.update(seats_taken=F("seats_taken") + places))


def _open(session_id: uuid.UUID) -> QuerySet[Booking]:
    """The session, where it takes seats."""
    states = State.objects.filter(occupies=True, version__offers_seats=True).values("pk")
    return Booking.objects.filter(pk=session_id, deleted_at=None, state__in=states)


def check_open(session_id: uuid.UUID) -> None:
    """Raise ``SessionClosed`` where the session takes no seats any more."""
    if not _open(session_id).exists():
        raise SessionClosed


def why_no_seat(session_id: uuid.UUID, having: int = 0) -> BookingError:
    """The refusal: fewer seats left than were wanted, or not open at all.

    ``having`` of them are held already by whoever wants more.
    """
    session = _open(session_id).first()
    if session is None:
        return SessionClosed()
    return GroupFull(places_left=(session.max_seats or 0) - session.seats_taken + having)


def give_expired_seats(session_id: uuid.UUID) -> int:
    """Give back the seats of holds that ended, all of their places; return how many.  The session is locked."""
    holds = Reservation.objects.filter(
        session=session_id, holds_seat=True, booking=None, released_at=None, expires_at__lte=Now()
    )
    freed = _locked_places(holds)
    if freed:
        Reservation.objects.filter(pk__in=freed).update(holds_seat=False)
        give_seats(session_id, sum(freed.values()))
    return sum(freed.values())


def end_seat_holds(session_id: uuid.UUID) -> int:
    """Release what holds seats of a session that moves away; return how many seats.  The session is locked.

    Whoever holds one chose another time, and nobody can tell them the new one.
    """
    holding = Reservation.objects.filter(session=session_id, holds_seat=True, booking=None)
    ended = _locked_places(holding)
    Reservation.objects.filter(pk__in=ended).update(holds_seat=False, released_at=Now())
    return sum(ended.values())


def _locked_places(holds: QuerySet[Reservation]) -> dict[uuid.UUID, int]:
    """How many places each of the holds has, once their rows are locked, in order of id."""
    return dict(holds.order_by("pk").select_for_update(of=("self",)).values_list("pk", "places"))


def give_seats(session_id: uuid.UUID, places: int) -> None:
    """Count so many seats fewer."""
    Booking.objects.filter(pk=session_id).update(seats_taken=F("seats_taken") - places)
