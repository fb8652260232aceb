"""The first free slot of many searches: whatever their number, the rows of all are read together."""

from collections.abc import Sequence
from datetime import UTC, datetime

from bookings.availability.busy import load_taken
from bookings.availability.intervals import Busy
from bookings.availability.modes import Mode
from bookings.availability.query import Query
from bookings.availability.search import days_of, frame_of, resource_zone, seconds_of, unique
from bookings.availability.sources import StoredHours, capped_days, policies
from bookings.availability.supplies import Frame, Supply, together


def soonest(queries: Sequence[Query], now: datetime) -> list[datetime | None]:
    """When the first free slot of each query starts, ``None`` where it has none in its window.

    Two queries, and one more each for dated hours and a daily cap.  Every query names a length, none a booking to
    ignore, and all agree on all-day events.
    """
    if not queries:
        return []
    frames = [frame_of(query, now) for query in queries]
    rows = _Rows(queries, frames)
    found = [
        _first(query.mode, rows.supplies(query, frame), frame)
        for query, frame in zip(queries, frames, strict=True)
    ]
    return [None if start is None else datetime.fromtimestamp(start, UTC) for start in found]


class _Rows:
    """What the database knows of all resources of some searches."""

    def __init__(self, queries: Sequence[Query], frames: Sequence[Frame]) -> None:
        resources = unique(resource for query in queries for resource in query.resources)
        start = min(frame.start for frame in frames)
        end = max(frame.end for frame in frames)
        self.days = days_of(resources, start, end)
        self.hours = StoredHours(resources, [query.project for query in queries])
        self.capped = capped_days(resources, self.days)
        self.taken = load_taken(
            [each.pk for each in resources],
            start,
            end,
            margin=max(max(vars(query.distance).values()) for query in queries),
            ignore_all_day_events=any(query.ignore_all_day_events for query in queries),
        )

    def supplies(self, query: Query, frame: Frame) -> list[Supply]:
        resources = unique(query.resources)
        judged = policies(resources, query.project, query.constraints, self.hours)
        return [
            Supply(
                key=place,
                zone=resource_zone(each),
                days=self.days[each.pk],
                length=seconds_of(query.length_of(each)),
                open=policy.open(self.days[each.pk], resource_zone(each)),
                busy=self.taken[each.pk].busy(query.distance) if each.pk in self.taken else Busy(),
                capped=self.capped.get(each.pk, []),
            )
            for place, (each, policy) in enumerate(zip(resources, judged, strict=True))
        ]


def _first(mode: Mode, supplies: Sequence[Supply], frame: Frame) -> int | None:
    if mode is Mode.MUTUAL and supplies:
        supplies = [together(supplies)]
    return min((starts[0] for supply in supplies for starts in supply.starts(frame)), default=None)
