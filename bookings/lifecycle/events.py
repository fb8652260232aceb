"""Events of a resource's calendars: busy time that is not a booking.

Their pieces are not strict: they refuse strict newcomers and are refused by none, since what a calendar says is a
fact already.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from uuid import UUID

from bookings.availability.parts import alike
from bookings.errors import Conflict, EventGone
from bookings.lifecycle.claims import Claim, claim_pieces, pieces_of
from bookings.lifecycle.retries import verb
from bookings.models import Calendar, Event, Occupancy

Change = Callable[[Event], Collection[str]]
"""Sets what is to be changed on an event, and returns the names of those columns; may refuse."""


@verb
def add_event(draft: Event) -> Event:
    """Save an unsaved event and occupy its time.  Raises ``Conflict`` where its calendar is gone."""
    draft.calendar = _locked(draft.calendar_id)
    draft.save(force_insert=True)
    _occupy(draft)
    return draft


@verb
def change_event(event: Event, change: Change = lambda _event: (), *, into: Calendar | None = None) -> Event:
    """Let ``change`` change an event as it stands once it is locked, put it ``into`` a calendar, and return it.

    What ``change`` does not name stays as others left it.  The old piece goes and a new one comes, since a range is
    never updated.  Raises ``EventGone`` where somebody removed it meanwhile.
    """
    here = Event.objects.filter(pk=event.pk).values_list("calendar", flat=True).first()
    if here is None:
        raise EventGone
    calendar = _locked(into.pk if into else here)
    if not _is_there(event):
        raise EventGone
    current = Event.objects.get(pk=event.pk)
    if into is None and current.calendar_id != here:
        raise Conflict  # what is locked is another calendar
    columns = [*change(current), "calendar", "updated_at"]
    current.calendar = calendar
    current.save(update_fields=columns)
    Occupancy.objects.filter(event=current).delete()
    _occupy(current)
    return current


def _locked(calendar: UUID) -> Calendar:
    """The calendar as it stands: whether its events count does not change before the transaction ends.

    It is locked before events, and these before their pieces.
    """
    found = Calendar.objects.filter(pk=calendar).select_for_update(no_key=True).first()
    if found is None:
        raise Conflict
    return found


@verb
def remove_event(event: Event) -> None:
    if _is_there(event):
        event.delete()


def _is_there(event: Event) -> bool:
    """Whether there is one once its row is locked, which comes before its piece: else two wait in a circle."""
    return Event.objects.filter(pk=event.pk).select_for_update(no_key=True).exists()


@verb
def count_events(calendar: Calendar) -> None:
    """Let the events of a calendar of this site's own take their time, or none, as it says now."""
    counting = _locked(calendar.pk)
    events = list(counting.events.order_by("pk").select_for_update(no_key=True))
    Occupancy.objects.filter(event__calendar=counting).delete()
    for event in events:
        event.calendar = counting
        _occupy(event)


@verb
def remove_calendar(calendar: Calendar) -> None:
    """Remove a calendar of this site's own, with its events."""
    if Calendar.objects.filter(pk=calendar.pk).select_for_update().exists():
        list(
            calendar.events.order_by("pk").select_for_update(no_key=True).values_list("pk")
        )  # before their pieces
        calendar.delete()


def _occupy(event: Event) -> None:
    if not (event.busy and event.calendar.provider_sync):
        return
    wanted = Claim(
        pieces=pieces_of(alike([event.calendar.resource_id], event.end - event.start), event.start),
        strict=False,
        all_day=event.all_day,
    )
    claim_pieces(wanted, event=event.pk)
