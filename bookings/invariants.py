"""What must hold between the rows at every moment: asked by tests after each step, by drills, and after a crash."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.db import connection
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, Sum, Value
from django.db.models.functions import Coalesce

from bookings.constraints import columns
from bookings.models import Booking, GraphVersion, HistoryEntry, Occupancy, ProjectResource, Reservation

_OCCUPIES = Q(state__occupies=True, deleted_at=None)
_TIME, _SEAT = Q(version__claims=GraphVersion.Claims.TIME), Q(version__claims=GraphVersion.Claims.SEAT)


def broken() -> Iterator[str]:
    """Each invariant that does not hold, as a sentence with how many rows; nothing where all do."""
    for words, count in (
        ("times are taken twice", overlaps()),
        ("bookings have no time, though their state takes one", _without_time().count()),
        ("pieces of time belong to a booking whose state takes none", _idle_pieces().count()),
        ("pieces of time belong to a hold that was used or released", _pieces_of_ended_holds().count()),
        ("sessions count other seats than are taken", miscounted().count()),
        ("bookings are in another state than their history says", _unlike_their_history().count()),
        ("bookings are on another side of the sandbox than their resource", _beside_their_resource().count()),
        ("resources are on another side of the sandbox than their project", _mixed().count()),
    ):
        if count:
            yield f"{count} {words}"


def overlaps() -> int:
    """Strict pieces of one resource that share an instant: among them are always two neighbours by start."""
    names = columns(Occupancy, "start", "end", "strict", "resource")
    start, end, strict, resource = map(connection.ops.quote_name, names)
    statement = (
        f"SELECT count(*) FROM (SELECT {end} AS until, "
        f"lead({start}) OVER (PARTITION BY {resource} ORDER BY {start}) AS following "
        f"FROM {Occupancy._meta.db_table} WHERE {strict}) AS pieces WHERE following < until"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return int(cursor.fetchone()[0])


def _without_time() -> QuerySet[Booking]:
    return Booking.objects.filter(_OCCUPIES, _TIME, ~Exists(Occupancy.objects.filter(booking=OuterRef("pk"))))


def _idle_pieces() -> QuerySet[Occupancy]:
    busy = Booking.objects.filter(_OCCUPIES, _TIME)
    return Occupancy.objects.filter(booking__isnull=False).exclude(booking__in=busy)


def _pieces_of_ended_holds() -> QuerySet[Occupancy]:
    ended = Q(reservation__booking__isnull=False) | Q(reservation__released_at__isnull=False)
    return Occupancy.objects.filter(ended, reservation__isnull=False)


def miscounted() -> QuerySet[Booking]:
    """Sessions that count other seats than bookings take with their places, and holds have not yet given back."""
    seats = Booking.objects.filter(_OCCUPIES, _SEAT, session=OuterRef("pk"))
    holds = Reservation.objects.filter(session=OuterRef("pk"), holds_seat=True)
    sessions = Booking.objects.filter(version__offers_seats=True)
    return sessions.exclude(seats_taken=_places(seats) + _places(holds))


def _places(rows: QuerySet[Any]) -> Coalesce:
    counted = rows.order_by().values("session").annotate(number=Sum("places")).values("number")
    return Coalesce(Subquery(counted), Value(0))


def _unlike_their_history() -> QuerySet[Booking]:
    steps = HistoryEntry.objects.filter(booking_id=OuterRef("pk"), what=HistoryEntry.What.TRANSITION)
    last = Subquery(steps.order_by("-pk").values("target")[:1])
    return Booking.objects.annotate(last=Coalesce(last, Value(""))).exclude(state__name=F("last"))


def _beside_their_resource() -> QuerySet[Booking]:
    return Booking.objects.exclude(is_test=F("resource__is_test"))


def _mixed() -> QuerySet[ProjectResource]:
    return ProjectResource.objects.exclude(resource__is_test=F("project__is_test"))
