"""What blocked people tried to book: noted by the door that refused, since the refusal rolled all else back."""

from __future__ import annotations

from django.db.models import F
from django.db.models.functions import Now

from bookings.errors import BookingError
from bookings.lifecycle.person_caps import Attempt
from bookings.models import Block


def note(refusal: BookingError) -> None:
    """Note the attempt that was refused, if that was the reason; a row a person, however often it is tried."""
    attempt = refusal.data.get("attempt")
    if isinstance(attempt, Attempt):
        Block.objects.filter(pk=attempt.block).update(
            tries=F("tries") + 1, tried_at=Now(), tried_for=attempt.what[:300]
        )
