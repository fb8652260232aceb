"""Who brings a booking into the calendars of its guests: the provider, or our own mail; never both, never neither.

The provider is waited for ten minutes.  Then our mail carries the invitation, and the provider mails nobody for good.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.calendars.event_keys import key_of
from bookings.calendars.marks import is_among
from bookings.calendars.standing import calendars_of
from bookings.effects import telling
from bookings.effects.outbox import NotYet
from bookings.effects.recipients import COMPANION, CUSTOMER, OWNER, PARTICIPANTS, Recipient
from bookings.models import Booking, Calendar, CalendarEntry, Connection, OutboxMessage

INVITERS = frozenset({Connection.Kind.GOOGLE, Connection.Kind.MICROSOFT})
"""Those that are sure to mail guests; whether a CalDAV server does nobody can tell, so there our mail invites."""
PATIENCE = timedelta(minutes=10)
SHORTEST_WAIT = timedelta(seconds=5)
WAITS = gettext_noop("The calendar’s provider is to invite first.")


def deliver(message: OutboxMessage) -> None:
    """Send a mail of the outbox, without an entry for the reader's calendar where a provider brings it there."""
    telling.deliver(message, stands_elsewhere)


def stands_elsewhere(booking: Booking, reader: Recipient, to: str) -> bool:
    """Whether a connected calendar brings the booking to ``reader``; ``to`` is the message's word for them.

    Raises ``NotYet`` while the provider may still take it.
    """
    if reader.who == OWNER:
        return _stands_with(booking, to)
    if to == CUSTOMER and not is_among(reader.address, booking.participants):
        return False
    return to in {CUSTOMER, PARTICIPANTS} and _provider_invites(booking)


def _stands_with(booking: Booking, to: str) -> bool:
    """An owner's connected calendar has it, unless our mails brought it there before that was connected."""
    whose = UUID(to.removeprefix(COMPANION)) if to.startswith(COMPANION) else booking.resource_id
    for calendar in calendars_of(booking):
        if calendar.resource_id == whose:
            return not begun(booking, calendar).booked_before
    rows = CalendarEntry.objects.filter(uid=booking.uid, calendar__resource=whose)
    return rows.filter(booked_before=False).exists()


def _provider_invites(booking: Booking) -> bool:
    if not booking.invite:
        return False
    calendar = inviting_calendar(booking)
    if calendar is None:
        return _has_invited(booking)
    entry = begun(booking, calendar)
    if entry.silent:
        return False
    if entry.event and entry.removed_at is None:
        return True
    since = max(booking.state_entered_at, booking.created_at)  # it may wait since before it was moved here
    waited = database_clock.now() - since
    if waited < PATIENCE:
        raise NotYet(WAITS, max(SHORTEST_WAIT, min(waited / 2, PATIENCE - waited)))
    # A worker that is writing it holds the lease, and so has read ``silent`` already.
    free = Q(lease_until=None) | Q(lease_until__lte=Now())
    untaken = CalendarEntry.objects.filter(free, Q(event="") | Q(removed_at__isnull=False), pk=entry.pk)
    if not untaken.update(silent=True):
        raise NotYet(WAITS, SHORTEST_WAIT)
    return False


def _has_invited(booking: Booking) -> bool:
    """Of one that stands nowhere any more, and so is told off by whoever invited."""
    rows = CalendarEntry.objects.filter(uid=booking.uid, calendar__provider__in=INVITERS)
    silent = dict(rows.values_list("calendar__resource", "silent"))
    return not silent.get(booking.resource_id, next(iter(silent.values()), True))


def begun(booking: Booking, calendar: Calendar) -> CalendarEntry:
    """The note that a booking is to stand in a calendar, begun where there is none.

    Of what was booked before the calendar was connected our own mails told everybody, so that is written silently.
    """
    assert calendar.connection is not None  # noqa: S101  # it lies elsewhere
    before = booking.state_entered_at < calendar.connection.created_at
    return CalendarEntry.objects.get_or_create(
        uid=booking.uid,
        calendar=calendar,
        defaults={
            "booking": booking,
            "key": key_of(booking.reference, 1),
            "booked_before": before,
            "silent": before,
        },
    )[0]


def inviting_calendar(booking: Booking) -> Calendar | None:
    """The one of its calendars whose provider is asked to invite, or none."""
    return _first_inviter(calendars_of(booking)) if booking.invite else None


def _first_inviter(calendars: Iterable[Calendar]) -> Calendar | None:
    return next((one for one in calendars if one.provider in INVITERS), None)


def invites(booking: Booking, entry: CalendarEntry) -> bool:
    """Whether the provider of an entry's calendar mails the guests of what is written there."""
    if entry.silent:
        return False
    calendar = inviting_calendar(booking)
    return calendar is not None and calendar.pk == entry.calendar_id


def has_guests(booking: Booking, calendar: Calendar) -> bool:
    """Whether participants stand in a calendar's event: nobody is invited to the same time by two."""
    chosen = inviting_calendar(booking)
    return chosen is None or chosen.pk == calendar.pk or calendar.provider not in INVITERS
