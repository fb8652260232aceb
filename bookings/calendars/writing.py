"""Bookings in calendars elsewhere: written by the outbox, so that each stands there once, as it is now.

The id is noted first, then the provider is called, then what came of it is noted.  A worker that is killed anywhere
leaves a note by which the next one finds what was written.  No message says what to write: each is only a reason to
look at the booking.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, replace
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.calendars import leftovers, meetings
from bookings.calendars.errors import CalendarError, ChangedThere, NotAllowed, SignedOut
from bookings.calendars.event_keys import key_of
from bookings.calendars.inviting import begun, has_guests, invites
from bookings.calendars.kinds import provider_of
from bookings.calendars.provider import Provider, ToWrite, Written
from bookings.calendars.standing import calendars_of, newest, was_called_off
from bookings.calendars.words import to_write
from bookings.effects.outbox import NoLongerTrue, NotNow
from bookings.models import Booking, Calendar, CalendarEntry, Connection, OutboxMessage

LEASE = timedelta(minutes=3)  # longer than the few calls of one writing may take
NOWHERE = gettext_noop("No connected calendar takes it.")
BUSY = gettext_noop("Another worker is writing it.")
NOTHING_LEFT = gettext_noop("Nothing of it is to be removed.")


def deliver(message: OutboxMessage) -> None:
    """Let a booking stand in its calendars as it is now, and nowhere else.  Raises ``NotNow`` where one fails."""
    if leftovers.LEFTOVER in message.payload:
        _take_leftover(message)
        return
    booking = newest(message.booking_id)
    if booking is None:
        raise NoLongerTrue(gettext_noop("The booking is gone."))
    wanted = {calendar.pk: calendar for calendar in calendars_of(booking)}
    entries = _entries(booking)
    if not wanted and not entries:
        raise NoLongerTrue(NOWHERE)
    failed: CalendarError | None = None
    lacks_link = False
    for calendar in _each(wanted, entries):
        try:
            stands = calendar.pk in wanted
            lacks_link |= _settle(booking, calendar, entries.get(calendar.pk), stands=stands)
        except CalendarError as error:
            _note(calendar, error)
            failed = failed or error
    if failed is not None:
        raise _not_now(failed)
    if lacks_link:
        meetings.check_made(booking)


def _not_now(error: CalendarError) -> NotNow:
    return NotNow(error.text, retry_after=timedelta(seconds=error.again_in) if error.again_in else None)


def _take_leftover(message: OutboxMessage) -> None:
    entry = leftovers.entry_of(message)
    if entry is None:
        raise NoLongerTrue(NOTHING_LEFT)
    booking, key = newest(entry.booking_id), message.payload[leftovers.LEFTOVER]
    tell = booking is not None and booking.invite and not entry.silent
    try:
        _provider(entry.calendar).remove(entry.calendar.provider_id, key, None, tell=tell)
    except CalendarError as error:
        _note(entry.calendar, error)
        raise _not_now(error) from error


def _provider(calendar: Calendar) -> Provider:
    assert calendar.connection is not None  # noqa: S101  # it lies elsewhere
    return provider_of(calendar.connection)


def _entries(booking: Booking) -> dict[UUID, CalendarEntry]:
    rows = CalendarEntry.objects.filter(uid=booking.uid).select_related("calendar__connection__resource")
    return {row.calendar_id: row for row in rows}


def _each(wanted: Mapping[UUID, Calendar], entries: Mapping[UUID, CalendarEntry]) -> list[Calendar]:
    """Where it is to stand first, so that a booking that changes its calendar is never in none."""
    left = [
        row.calendar for row in entries.values() if row.calendar_id not in wanted and row.removed_at is None
    ]
    return [*wanted.values(), *left]


def _settle(booking: Booking, calendar: Calendar, entry: CalendarEntry | None, *, stands: bool) -> bool:
    """Write it or take it away; answers whether the link of its meeting may still come."""
    if entry is None:
        entry = begun(booking, calendar)
    if not _lease(entry):
        raise NotNow(BUSY)
    try:
        entry.refresh_from_db(
            fields=[
                "event",
                "etag",
                "count",
                "key",
                "removed_at",
                "conflict",
                "digest",
                "sequence",
                "silent",
                "meeting_url",
                "their_start",
                "their_end",
                "their_etag",
            ]
        )
        _end_agreed(booking, entry)
        lacks_link = False
        if stands and not entry.conflict:
            lacks_link = _write(booking, calendar, entry)
        elif not stands:
            _take_away(booking, calendar, entry)
    except Exception:
        _save(entry)
        raise
    _save(entry)
    return lacks_link


def _end_agreed(booking: Booking, entry: CalendarEntry) -> None:
    """Both may have come to the same time by themselves: there is nothing to decide, and ours is written over it."""
    both = entry.conflict == CalendarEntry.Conflict.MOVED and (booking.start, booking.end) == (
        entry.their_start,
        entry.their_end,
    )
    if both:
        entry.conflict, entry.etag, entry.digest = "", entry.their_etag, ""
        entry.save(update_fields=["conflict", "etag", "digest"])


def _lease(entry: CalendarEntry) -> bool:
    """One worker at a time, so that what an older look saw is never written over what a newer one did."""
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    rows = CalendarEntry.objects.filter(free, pk=entry.pk)
    return bool(rows.update(lease_until=Now() + LEASE))


def _save(entry: CalendarEntry, **columns: Any) -> None:
    """Note what is true now, and give the entry back."""
    CalendarEntry.objects.filter(pk=entry.pk).update(lease_until=None, **columns)


def _write(booking: Booking, calendar: Calendar, entry: CalendarEntry) -> bool:
    """Write what differs; answers whether the provider was asked for a meeting whose link has not come."""
    if entry.removed_at is not None:
        _begin_anew(booking, entry)
    guests, invite = has_guests(booking, calendar), invites(booking, entry)
    meeting = meetings.makes_meeting(booking, calendar)
    event = to_write(booking, calendar, entry.key, guests=guests, invite=invite, meeting=meeting)
    digest = digest_of(event)
    if entry.event and entry.digest == digest and not (meeting and not entry.meeting_url):
        CalendarEntry.objects.filter(pk=entry.pk).update(booking=booking, sequence=booking.sequence)
        meetings.note_link(entry, entry.meeting_url)
        return False
    known = Written(entry.event, entry.etag, entry.meeting_url) if entry.event else None
    written, refused = _written(_provider(calendar), calendar, event, known)
    CalendarEntry.objects.filter(pk=entry.pk).update(
        booking=booking,
        event=written.event,
        etag=written.etag,
        sequence=booking.sequence,
        start=booking.start,
        end=booking.end,
        digest=digest,
        written_at=database_clock.now(),
    )
    meetings.note_link(entry, written.meeting_url)
    return meeting and not written.meeting_url and not refused


def _written(
    provider: Provider, calendar: Calendar, event: ToWrite, known: Written | None
) -> tuple[Written, bool]:
    """What came of it, and whether the provider takes the event only without a meeting."""
    try:
        return provider.write(calendar.provider_id, event, known), False
    except NotAllowed:
        if not event.meeting:
            raise
        return provider.write(calendar.provider_id, replace(event, meeting=False), known), True


def _begin_anew(booking: Booking, entry: CalendarEntry) -> None:
    """Another id, noted before it is used: one that was deleted is not free again everywhere."""
    entry.count += 1
    entry.key, entry.event, entry.etag, entry.digest = key_of(booking.reference, entry.count), "", "", ""
    entry.removed_at, entry.meeting_url = None, ""
    entry.save(update_fields=["count", "key", "event", "etag", "digest", "removed_at", "meeting_url"])


def digest_of(event: ToWrite) -> str:
    """What tells one writing from another; a sequence alone changes nothing that anybody sees."""
    told = asdict(event) | {"sequence": 0}
    return hashlib.sha256(json.dumps(told, default=str, sort_keys=True).encode()).hexdigest()


def _take_away(booking: Booking, calendar: Calendar, entry: CalendarEntry) -> None:
    """Remove what does not stand; what has begun stays as it was, and of an erased person only the time."""
    belongs_here = booking.needs_time  # it stands, but in another calendar
    has_begun = entry.start is not None and entry.start <= database_clock.now()
    if not belongs_here and has_begun and not was_called_off(booking):
        if booking.deleted_at and entry.removed_at is None:
            _write(booking, calendar, entry)
        return
    if entry.removed_at is not None:
        return
    known = Written(entry.event, entry.etag) if entry.event else None
    tell = booking.invite and not entry.silent
    if not _provider(calendar).remove(calendar.provider_id, entry.key, known, tell=tell):
        # Gone already, it says; whether that is so is looked at soon, and not tomorrow.
        Calendar.objects.filter(pk=calendar.pk).update(read_whole_at=None)
    CalendarEntry.objects.filter(pk=entry.pk).update(
        removed_at=database_clock.now(), conflict="", booking=booking, meeting_url=""
    )
    if not booking.needs_time:
        meetings.forget_link(booking)


def _note(calendar: Calendar, error: CalendarError) -> None:
    """Let the connection say what is wrong; what somebody changed over there is looked at now.

    All of that calendar: the change itself may have been read when it was none, since the booking was like that then.
    """
    rows = Connection.objects.filter(pk__in=[calendar.connection_id]).exclude(state=Connection.State.LEAVING)
    if isinstance(error, ChangedThere):
        Calendar.objects.filter(pk=calendar.pk).update(read_whole_at=None)
        rows.update(next_due_at=Now())
    elif isinstance(error, SignedOut):
        rows.update(state=Connection.State.SIGNED_OUT, last_error=error.text)
    else:
        rows.update(state=Connection.State.FAILS, last_error=error.text)
