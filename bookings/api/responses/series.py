"""The series that bookings belong to, with its dates."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from typing_extensions import TypedDict

from bookings.api.responses.context import Context
from bookings.api.responses.fields import Timestamp, Uuid
from bookings.models import Booking, Series


class DateOut(TypedDict):
    """One booking of a series, where it stands now."""

    id: Uuid
    state: str
    start: Timestamp
    end: Timestamp


class SeriesOut(TypedDict):
    """Several dates that staff made in one go, so many days apart at first; each may have moved since.

    ``bookings`` are those of the booking's own project, by start; of one that moved the last.
    """

    id: Uuid
    every_days: int
    bookings: list[DateOut]


def serialize_series(bookings: Sequence[Booking], context: Context) -> list[SeriesOut | None]:
    """For each booking its series, or None; two queries, however many there are.

    Who sees a booking sees its project's, so that nothing of others is told.
    """
    ids = {booking.series_id for booking in bookings if booking.series_id}
    if not ids:
        return [None] * len(bookings)
    every = dict(Series.objects.filter(pk__in=ids).values_list("pk", "every_days"))
    rows = Booking.objects.visible().filter(series__in=ids, continued_by=None).select_related("state")
    dates: dict[tuple[UUID | None, UUID | None], list[DateOut]] = {}
    for row in rows.order_by("start", "pk"):
        told: DateOut = {
            "id": str(row.pk),
            "state": row.state.name,
            "start": context.timestamp(row.start),
            "end": context.timestamp(row.end),
        }
        dates.setdefault((row.series_id, row.project_id), []).append(told)
    return [
        {
            "id": str(one.series_id),
            "every_days": every[one.series_id],
            "bookings": dates.get((one.series_id, one.project_id), []),
        }
        if one.series_id
        else None
        for one in bookings
    ]
