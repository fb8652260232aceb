"""Events of a resource's calendars: busy time that is not a booking.

Their pieces are not strict: they refuse strict newcomers and are refused by none, since what a calendar says is a
fact already.
"""

from __future__ import annotations

from contextlib import suppress

from bookings.availability.parts import alike
from bookings.errors import EventGone
from bookings.lifecycle.claims import Claim, claim_pieces, pieces_of
from bookings.lifecycle.retries import verb
from bookings.models import Calendar, Event, Occupancy


@verb
def add_event(draft: Event) -> Event:
    """Save an unsaved event and occupy its time."""
    draft.save(force_insert=True)
    _occupy(draft)
    return draft


@verb
def change_event(event: Event) -> Event:
    """Save a changed event; its old piece goes and a new one comes, since a range is never updated.

    Raises ``EventGone`` where somebody removed it meanwhile.
    """
    if not _is_there(event):
        raise EventGone
    event.save()
    Occupancy.objects.filter(event=event).delete()
    _occupy(event)
    return event


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
    for event in calendar.events.order_by("pk"):  # each is locked
        event.calendar = calendar
        with suppress(EventGone):
            change_event(event)


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
