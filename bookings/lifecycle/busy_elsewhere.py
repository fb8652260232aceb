"""Busy times that were read from calendars elsewhere: events without words, whose pieces are not strict.

What a calendar says is a fact already, so its pieces refuse strict newcomers and are refused by none.  Few rows are
written in one transaction, since on SQLite everybody who books waits meanwhile.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from bookings import sql
from bookings.errors import EventGone
from bookings.lifecycle.events import change_event
from bookings.lifecycle.retries import verb
from bookings.models import Calendar, Connection, Event, Occupancy

AT_ONCE = {"sqlite": 100, "postgresql": 1000}
"""Events in one transaction; each has two rows."""


@dataclass(frozen=True)
class Stretch:
    """[``start``, ``end``) of the event with the fingerprint ``remote``."""

    remote: str
    start: datetime
    end: datetime
    all_day: bool = False


@dataclass(frozen=True)
class Difference:
    """What is to go and what is to come, in the order in which it is written."""

    old: Sequence[UUID] = ()
    new: Sequence[Stretch] = ()

    def __bool__(self) -> bool:
        return bool(self.old or self.new)

    def parts(self, most: int) -> Iterator[Difference]:
        """The same in parts of at most so many events; at least one."""
        for first in range(0, max(len(self.old) + len(self.new), 1), most):
            begin = max(first - len(self.old), 0)
            end = max(first + most - len(self.old), 0)
            yield Difference(self.old[first : first + most], self.new[begin:end])


def difference(
    calendar: Calendar, stretches: Collection[Stretch], gone: Collection[str] | None
) -> Difference:
    """What differs from what is known; of everything (``gone`` is None), or of these and the events that went."""
    rows = Event.objects.filter(calendar=calendar).exclude(remote="")
    if gone is not None:
        rows = rows.filter(remote__in={one.remote for one in stretches} | set(gone))
    known = {
        Stretch(remote, start, end, all_day): pk
        for pk, remote, start, end, all_day in rows.values_list("pk", "remote", "start", "end", "all_day")
    }
    wanted = set(stretches)
    new = sorted(wanted - known.keys(), key=lambda one: (one.start, one.remote))
    return Difference([pk for stretch, pk in known.items() if stretch not in wanted], new)


def note_busy(calendar: Calendar, differs: Difference, marks: Mapping[str, Any]) -> bool:
    """Write a difference part by part; ``marks`` are columns of the calendar that are stored with the last.

    False where the calendar is read no more.
    """
    parts = list(differs.parts(AT_ONCE["postgresql" if sql.is_postgresql() else "sqlite"]))
    return all(_note(calendar.pk, part, marks if part is parts[-1] else {}) for part in parts)


@verb
def _note(calendar_id: UUID, part: Difference, marks: Mapping[str, Any]) -> bool:
    # Whoever gives the calendar up waits, and then finds all of this to be forgotten.
    Calendar.objects.select_for_update(no_key=True).filter(pk=calendar_id).first()
    row = Calendar.objects.elsewhere().filter(pk=calendar_id).first()
    if row is None or (part.new and not row.provider_sync):
        return False
    _remove(Event.objects.filter(pk__in=part.old))
    events = [
        Event(calendar=row, remote=one.remote, start=one.start, end=one.end, all_day=one.all_day)
        for one in part.new
    ]
    Event.objects.bulk_create(events)
    Occupancy.objects.bulk_create(_piece(row, event) for event in events)
    if marks:
        Calendar.objects.filter(pk=calendar_id).update(**marks)
    return True


def _piece(calendar: Calendar, event: Event) -> Occupancy:
    return Occupancy(
        resource_id=calendar.resource_id,
        event=event,
        start=event.start,
        end=event.end,
        busy_start=event.start,
        busy_end=event.end,
        strict=False,
        all_day=event.all_day,
    )


def keep_what_was_made_here(connection: Connection) -> None:
    """Put events that staff made into a calendar of this site's own: they would go with those of the connection.

    There they take their time, also those of a calendar that did not count as busy.
    """
    made_here = list(Event.objects.filter(calendar__connection=connection, remote="").order_by("pk"))
    for event in made_here:
        with suppress(EventGone):
            change_event(event, into=connection.resource.busy_calendar())


def forget_busy(calendar: Calendar) -> None:
    """Free all that was read from a calendar, part by part."""
    rows = Event.objects.filter(calendar=calendar).exclude(remote="")
    while some := list(rows.values_list("pk", flat=True)[: AT_ONCE["sqlite"]]):
        _forget(some)


@verb
def _forget(events: Sequence[UUID]) -> None:
    _remove(Event.objects.filter(pk__in=events))


def _remove(events: QuerySet[Event]) -> None:
    Occupancy.objects.filter(event__in=events).delete()
    events.delete()
