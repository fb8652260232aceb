"""The seats of a session: one number on its row, changed by conditional statements alone."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import F
from django.db.models.functions import Now

from bookings.errors import BookingError, GroupFull, SessionClosed
from bookings.models import Booking, Reservation, State


def session_of(seat: Booking | Reservation) -> uuid.UUID:
    """The id of the session that a seat or its hold belongs to; raises ``SessionClosed`` where it names none."""
    if seat.session_id is None:
        raise SessionClosed
    return seat.session_id


def take_seat(session_id: uuid.UUID) -> bool:
    """Count one seat more, in one conditional statement; False where none is left or the session takes none."""
    free = Booking.objects.filter(
        pk=session_id, deleted_at=None, seats_taken__lt=F("max_seats"), state__in=_open_states()
    )
    return bool(free.update(seats_taken=F("seats_taken") + 1))


def _open_states() -> Any:
    return State.objects.filter(occupies=True, version__offers_seats=True).values("pk")


def why_no_seat(session_id: uuid.UUID) -> BookingError:
    """The refusal: full, or not open at all."""
    is_open = Booking.objects.filter(pk=session_id, deleted_at=None, state__in=_open_states()).exists()
    return GroupFull() if is_open else SessionClosed()


def give_expired_seats(session_id: uuid.UUID) -> int:
    """Give back the seats of holds that ended; return how many.  The session is locked."""
    holds = Reservation.objects.filter(
        session=session_id, holds_seat=True, booking=None, released_at=None, expires_at__lte=Now()
    )
    ids = list(holds.order_by("pk").select_for_update(of=("self",)).values_list("pk", flat=True))
    freed = Reservation.objects.filter(pk__in=ids, holds_seat=True).update(holds_seat=False) if ids else 0
    if freed:
        give_seats(session_id, freed)
    return freed


def give_seats(session_id: uuid.UUID, count: int) -> None:
    Booking.objects.filter(pk=session_id).update(seats_taken=F("seats_taken") - count)
