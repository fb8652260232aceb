"""Sessions to come and the places they have left."""

from __future__ import annotations

from datetime import datetime

from django.db.models import (
    BigIntegerField,
    DateTimeField,
    Expression,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    Value,
)
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, Now

from bookings.models import Booking, Reservation


def coming_sessions(now: datetime) -> QuerySet[Booking]:
    """Sessions that take bookings at ``now``, by start: in an open state, ahead, and inside their booking
    window.

    Each has ``places_left``; a seat hold that expired counts as free, as taking a seat gives it back first.
    Narrow it by project, resource or start; ``filter(places_left__gt=0)`` leaves out the full ones.  One
    query.
    """

    def later(duration: str) -> Expression:
        moment = Value(now, output_field=DateTimeField())
        return ExpressionWrapper(moment + F(duration), output_field=DateTimeField())

    return (
        open_sessions()
        .filter(start__gt=now)
        .filter(Q(min_booking_time=None) | Q(start__gte=later("min_booking_time")))
        .filter(Q(max_booking_time=None) | Q(start__lte=later("max_booking_time")))
    )


def open_sessions() -> QuerySet[Booking]:
    """Sessions in a state that takes bookings, whenever they are, by start; each has ``places_left``."""
    rows = Booking.objects.visible().sessions().occupying()
    return rows.annotate(places_left=places_left()).order_by("start", "pk")


def places_left() -> Combinable:
    """How many places a session has left; those of a seat hold that expired are."""
    return Coalesce(F("max_seats"), 0) - F("seats_taken") + Coalesce(_expired_holds(), 0)


def _expired_holds() -> Subquery:
    """How many seats of a session are counted for holds that ended by the database's clock."""
    held = Reservation.objects.filter(
        session=OuterRef("pk"), holds_seat=True, booking=None, released_at=None, expires_at__lte=Now()
    )
    counts = held.order_by().values("session").annotate(number=Sum("places")).values("number")
    return Subquery(counts, output_field=BigIntegerField())
