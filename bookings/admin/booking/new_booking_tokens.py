"""What the form of a new booking carries, signed: the time that is held meanwhile, and why somebody was proposed."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.core import signing

from bookings.models import Booking, Reservation

SALT = "a time held at the desk"
TURN_SALT, TURN_HOLDS = "whose turn it was at the desk", timedelta(minutes=30)
"""How long a page may stand open for its proposal to be why somebody was booked."""


def hold_token(held: Reservation, user: Any) -> str:
    """Names a hold in a form of that user's."""
    return signing.dumps([str(held.pk), user.pk], salt=SALT)


def held_by(token: str, user: Any) -> Reservation | None:
    """The live hold that a form of this user's names."""
    try:
        pk, owner = signing.loads(token, salt=SALT)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    live = Reservation.objects.live().filter(pk=pk) if owner == user.pk else Reservation.objects.none()
    return live.select_related("resource").first()


def turn_token(start: datetime, assignment: dict[str, Any], user: Any) -> str:
    """What a form of that user's carries of a proposal: its start, and why it is of whom it is."""
    return signing.dumps([start.isoformat(), assignment, user.pk], salt=TURN_SALT)


def turn_of(token: str, booking: Booking, user: Any) -> dict[str, Any] | None:
    """Why a booking came to its resource, where it is what the form proposed to this user, and lately; else None."""
    try:
        start, assignment, owner = signing.loads(token, salt=TURN_SALT, max_age=TURN_HOLDS)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    proposed = (assignment["chosen"], datetime.fromisoformat(start), owner)
    return assignment if proposed == (str(booking.resource_id), booking.start, user.pk) else None
