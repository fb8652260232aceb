"""What a person changed over there of a booking that stands in a calendar: noticed, never obeyed by itself."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.db.models.functions import Now

from bookings import database_clock
from bookings.calendars.meetings import note_link
from bookings.calendars.missed import enqueue_now
from bookings.calendars.provider import Changes, Ours
from bookings.calendars.standing import CALLED_OFF, newest
from bookings.errors import ActionNotAvailable
from bookings.lifecycle import Actor, act, available_actions, reschedule
from bookings.models import Action, Booking, Calendar, CalendarEntry

Conflict = CalendarEntry.Conflict


def notice(calendar: Calendar, changes: Changes, began: datetime, *, until: datetime) -> None:
    """Flag each entry whose event is not as it was written.

    What was written since ``began`` was read too early; of what lies beyond ``until`` a whole reading says nothing.
    """
    here = {one.key: one for one in changes.ours}
    rows = _as_read(calendar, began)
    ahead = rows.filter(end__gt=began, start__lt=until)
    named = Q(key__in=changes.gone) | Q(event__in=changes.gone)
    missing = ahead.exclude(key__in=here) if changes.whole else rows.filter(named)
    for entry in missing:
        _flag(entry, Conflict.DELETED)
    for entry in rows.filter(key__in=here):
        _compare(entry, here[entry.key])


def _as_read(calendar: Calendar, began: datetime) -> Any:
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    rows = CalendarEntry.objects.standing().filter(free, calendar=calendar, written_at__lt=began)
    return rows.exclude(event="")


def _compare(entry: CalendarEntry, there: Ours) -> None:
    if there.meeting_url and there.meeting_url != entry.meeting_url:
        note_link(entry, there.meeting_url)
    if there.etag and there.etag == entry.etag:
        return
    same = (there.start, there.end) == (entry.start, entry.end)
    if not same:
        _flag(entry, Conflict.MOVED, their_start=there.start, their_end=there.end, their_etag=there.etag)
    elif there.declined or _owner_declined(entry, there):
        _flag(entry, Conflict.DECLINED, etag=there.etag)
    else:  # another colour, an alarm, or back where it was
        solved = {"conflict": ""} if entry.conflict in {Conflict.MOVED, Conflict.DELETED} else {}
        CalendarEntry.objects.filter(pk=entry.pk).update(etag=there.etag, **solved)


def _owner_declined(entry: CalendarEntry, there: Ours) -> bool:
    """Whether the owner said no over there; where the booking itself says so (``my_rsvp``), we wrote it."""
    if there.owner_answer != "declined":
        return False
    booking = newest(entry.booking_id)
    return booking is not None and booking.my_rsvp != "declined"


def _flag(entry: CalendarEntry, conflict: str, **columns: Any) -> None:
    """Once, and not where the booking is like that already: then a worker was killed before it noted so."""
    booking = newest(entry.booking_id)
    if booking is None:
        return
    if _agrees(booking, conflict, columns):
        if entry.conflict in {
            Conflict.MOVED,
            Conflict.DELETED,
        }:  # they followed: it is over once ours is written
            CalendarEntry.objects.filter(pk=entry.pk).update(conflict=conflict, **columns)
            enqueue_now(booking.pk)
        return
    if entry.conflict != conflict:
        columns["noticed_at"] = database_clock.now()
    CalendarEntry.objects.filter(pk=entry.pk).update(conflict=conflict, **columns)


def _agrees(booking: Booking, conflict: str, columns: dict[str, Any]) -> bool:
    if conflict == Conflict.DELETED:
        return not booking.needs_time
    return conflict == Conflict.MOVED and (booking.start, booking.end) == (
        columns["their_start"],
        columns["their_end"],
    )


def keep_ours(entry: CalendarEntry) -> None:
    """Let the booking stand over there as it stands here."""
    columns: dict[str, Any] = {"conflict": "", "digest": ""}
    if entry.conflict == Conflict.MOVED:
        columns["etag"] = entry.their_etag
    if entry.conflict == Conflict.DELETED:
        columns["removed_at"] = database_clock.now()
    CalendarEntry.objects.filter(pk=entry.pk).update(**columns)
    enqueue_now(entry.booking_id)


def take_theirs(entry: CalendarEntry, *, by: Actor) -> Booking:
    """Let the booking be as it is over there: moved, or called off.

    Raises what ``reschedule`` and ``act`` raise; nothing is changed then.
    """
    booking = newest(entry.booking_id)
    if booking is None:
        raise ActionNotAvailable
    if entry.conflict == Conflict.MOVED:
        booking = reschedule(booking, by=by, start=entry.their_start, end=entry.their_end)
        columns = {"etag": entry.their_etag, "start": entry.their_start, "end": entry.their_end}
    else:
        booking = act(booking, _calling_off(available_actions(booking, by)).name, by=by)
        columns = {}
    CalendarEntry.objects.filter(pk=entry.pk).update(conflict="", **columns)
    enqueue_now(booking.pk)
    return booking


def _calling_off(actions: Iterable[Action]) -> Action:
    """The action that gives the time back; raises ``ActionNotAvailable`` where its graph knows none."""
    for action in actions:
        if action.target.mail_to_customer in CALLED_OFF and not action.target.occupies:
            return action
    raise ActionNotAvailable
