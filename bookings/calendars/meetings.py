"""Links of video meetings that a connected calendar makes: asked for, waited for, noted, and told of.

Nobody is promised a link before it is there.  Mails that confirm wait for it, ten minutes at most; where it comes
later, a mail of its own brings it to whoever was told without.
"""

from __future__ import annotations

import hashlib
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext_noop

from bookings import database_clock
from bookings.calendars import inviting
from bookings.calendars.inviting import INVITERS, SHORTEST_WAIT, begun
from bookings.calendars.standing import calendars_of, newest
from bookings.effects.bookings_told import bookings_of
from bookings.effects.invitations import INVITING
from bookings.effects.outbox import NotYet, enqueue
from bookings.effects.wording import LINK
from bookings.lifecycle.together import TOGETHER
from bookings.models import Booking, Calendar, CalendarEntry, Meeting, OutboxMessage, Resource
from bookings.models.booking_queries import MEETING_PATIENCE
from bookings.validators import is_link

WAITS = gettext_noop("The calendar’s provider makes the link of its video meeting first.")


def deliver(message: OutboxMessage) -> None:
    """Send a mail of the outbox; one that confirms bookings waits for the links of their video meetings."""
    if message.payload.get("mail") in INVITING:
        for booking in bookings_of(message):
            await_link(booking)
    inviting.deliver(message)


def makes_meeting(booking: Booking, calendar: Calendar) -> bool:
    """Whether that calendar is the one to make the booking's video meeting: the first that can."""
    if booking.meeting != Meeting.CALENDAR or booking.deleted_at:
        return False
    able = next((one for one in calendars_of(booking) if one.provider in INVITERS), None)
    return able is not None and able.pk == calendar.pk


def gets_no_link(meeting: str, resource: Resource) -> bool:
    """Whether a resource's bookings get no link of the kind that is asked for."""
    if meeting == Meeting.CALENDAR:
        makers = Calendar.objects.taking_bookings().filter(resource=resource, provider__in=INVITERS)
        return not makers.exists()
    if meeting == Meeting.JITSI:
        return not settings.JITSI_URL
    return meeting == Meeting.FIXED and not resource.meeting_url


def await_link(booking: Booking) -> None:
    """Raise ``NotYet`` while a mail that confirms the booking may still bring its link."""
    held = booking.session or booking
    stands = booking.state.occupies and booking.state.settled
    if not stands or held.meeting != Meeting.CALENDAR or held.meeting_url:
        return
    able = next((one for one in calendars_of(held) if one.provider in INVITERS), None)
    if able is None:
        return
    waited = database_clock.now() - booking.state_entered_at
    if waited < MEETING_PATIENCE:
        raise NotYet(WAITS, _pause(waited))
    entry = begun(held, able)
    missed = CalendarEntry.objects.filter(pk=entry.pk, meeting_url="").update(link_missed=True)
    if not missed and waited < 2 * MEETING_PATIENCE:  # it came this moment
        raise NotYet(WAITS, SHORTEST_WAIT)


def check_made(booking: Booking) -> None:
    """Raise ``NotYet`` where the calendar is to be asked again for the meeting’s link; reading tells it later."""
    waited = database_clock.now() - booking.state_entered_at
    if waited < MEETING_PATIENCE:
        raise NotYet(WAITS, _pause(waited))


def _pause(waited: timedelta) -> timedelta:
    return max(SHORTEST_WAIT, min(waited / 2, MEETING_PATIENCE - waited))


def note_link(entry: CalendarEntry, url: str) -> None:
    """Let the booking say its link, and tell those who were told without it or of another; nothing else is believed."""
    booking = newest(entry.booking_id)
    if not is_link(url) or booking is None or not makes_meeting(booking, entry.calendar):
        return
    with transaction.atomic():
        row = CalendarEntry.objects.select_for_update(no_key=True, of=["self"]).get(pk=entry.pk)
        missed = row.link_missed
        CalendarEntry.objects.filter(pk=row.pk).update(meeting_url=url, link_missed=False)
        changed = Booking.objects.filter(pk=booking.pk).exclude(meeting_url=url).update(meeting_url=url)
        if missed or changed:
            _tell(booking, url, all_of_them=missed)


def forget_link(booking: Booking) -> None:
    """Its event is gone, and the meeting with it."""
    Booking.objects.filter(pk=booking.pk, meeting=Meeting.CALENDAR).update(meeting_url="")


def _tell(booking: Booking, url: str, *, all_of_them: bool) -> None:
    """Another mail to whoever had one that confirmed the booking as it stands, or is just being sent one.

    Where that told of a whole series the other tells of this date alone.
    """
    told = {booking.pk, *booking.seats.visible().occupying().values_list("pk", flat=True)}
    mails = OutboxMessage.objects.filter(
        booking_id__in=told | _kin(booking), kind="mail", payload__mail__in=sorted(INVITING)
    )
    if not all_of_them:
        mails = mails.filter(outcome=OutboxMessage.Outcome.SENT)
    digest = hashlib.sha256(url.encode()).hexdigest()[:12]
    last = {
        (pk, mail.payload["to"]): mail for mail in mails.order_by("pk") for pk in told & set(_told_of(mail))
    }
    for (pk, _to), mail in last.items():
        payload = {name: value for name, value in mail.payload.items() if name != TOGETHER}
        enqueue(
            "mail",
            dedupe_key=f"link:{mail.pk}:{digest}",
            payload=payload | {LINK: True},
            booking_id=pk,
            target=mail.target,
        )


def _kin(booking: Booking) -> set[UUID]:
    """The dates of its series, and seats of them: one mail tells of several, and is the first one's."""
    if booking.series_id is None:
        return set()
    theirs = Q(series=booking.series_id) | Q(session__series=booking.series_id)
    return set(Booking.objects.filter(theirs).values_list("pk", flat=True))


def _told_of(mail: OutboxMessage) -> list[UUID]:
    if mail.booking_id is None:
        return []
    return [UUID(one) for one in mail.payload.get(TOGETHER, ())] or [mail.booking_id]
