"""Bookings that do not stand in a calendar as they should: found by comparing, whatever was lost on the way."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID, uuid4

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now

from bookings import database_clock
from bookings.models import Booking, CalendarEntry, Connection, OutboxMessage, Resource

KIND = "calendar"
AT_ONCE = 200


def enqueue_coming(resource: Resource) -> None:
    """Let all coming bookings of a resource be written anew, since its calendars changed."""
    _enqueue(_coming(resource).values_list("pk", flat=True), uuid4().hex[:12])


def enqueue_now(booking_id: UUID) -> None:
    """Let one booking be looked at once more."""
    _enqueue([booking_id], uuid4().hex[:12])


def enqueue_missed(connection: Connection) -> None:
    """Let what is missing from the connection's calendars, or stands there wrongly, be written; once an hour each."""
    resource = connection.resource
    if not connection.calendars.filter(writes=True).exists():
        return
    theirs = CalendarEntry.objects.standing().filter(calendar__resource=resource)
    written = theirs.filter(uid=OuterRef("uid"), booking=OuterRef("pk"), sequence=OuterRef("sequence"))
    missing = _coming(resource).exclude(Exists(written))
    left = theirs.filter(calendar__connection=connection, end__gt=Now(), conflict="").filter(
        Q(booking__state__occupies=False) | Q(booking__continued_by__isnull=False)
    )
    hour = f"{database_clock.now():%Y%m%d%H}"
    _enqueue(missing.values_list("pk", flat=True)[:AT_ONCE], hour)
    _enqueue(left.values_list("booking", flat=True)[:AT_ONCE], hour)


def _coming(resource: Resource) -> QuerySet[Booking]:
    theirs = Q(resource=resource) | Q(companions=resource)
    return (
        Booking.objects.visible()
        .occupying()
        .filter(theirs, end__gt=Now(), session=None, disposable=False)
        .distinct()
    )


def _enqueue(bookings: Iterable[UUID], why: str) -> None:
    ids = list(bookings)
    for first in range(0, len(ids), AT_ONCE):
        rows = [
            OutboxMessage(
                kind=KIND,
                booking_id=pk,
                dedupe_key=f"{KIND}:{pk}:{why}",
                run_after=database_clock.now(),
            )
            for pk in ids[first : first + AT_ONCE]
        ]
        OutboxMessage.objects.bulk_create(rows, ignore_conflicts=True)
