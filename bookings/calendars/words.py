"""What a booking says of itself in a calendar elsewhere: as much as its project lets others see."""

from __future__ import annotations

from collections.abc import Iterator

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from bookings import typed_text
from bookings.calendars.provider import Guest, ToWrite
from bookings.effects.recipients import language_of
from bookings.models import Booking, Calendar, CalendarWords, Meeting, Project, Resource, Site

ANSWERS = {"accepted", "declined", "tentative", "needsAction"}
LONGEST_TITLE = 300


def to_write(
    booking: Booking, calendar: Calendar, key: str, *, guests: bool, invite: bool, meeting: bool
) -> ToWrite:
    """The event of a booking as it is to stand in a calendar; of an erased one nothing but its time.

    ``guests`` puts its participants among the event's where the project lets others see whom it is for, ``invite``
    has the provider mail them, so that they stand there in any case.  ``meeting`` has the provider make a video
    meeting, whose link it puts there itself.
    """
    with translation.override(language_of(Site.current().language)):
        words = (
            CalendarWords.NAMES if booking.project is None else CalendarWords(booking.project.calendar_words)
        )
        if booking.deleted_at:
            words, guests = CalendarWords.NOTHING, False
        link = "" if meeting or words == CalendarWords.NOTHING else booking.meeting_link
        return ToWrite(
            key=key,
            start=booking.start,
            end=booking.end,
            title=_title(booking, words),
            description="\n".join(filter(None, (link, *_lines(booking, words)))),
            where="" if words == CalendarWords.NOTHING else typed_text.line(booking.where) or link,
            sequence=booking.sequence,
            zone=calendar.resource.timezone,
            guests=_guests(booking, calendar)
            if guests and (invite or words != CalendarWords.NOTHING)
            else (),
            invite=invite,
            meeting=meeting,
        )


def what_events_say(resource: Resource) -> list[str]:
    """In words, as each of its projects has it; without a project as it is usual."""
    rows = Project.objects.live().filter(resources=resource).values_list("calendar_words", flat=True)
    chosen = set(rows) or {CalendarWords.NAMES}
    return [str(one.label) for one in CalendarWords if one in chosen]


def meeting_cure(meeting: str) -> str:
    """What gives a booking that has none the link of its video meeting."""
    return {
        Meeting.CALENDAR: _(
            "Connect a Google or Microsoft 365 calendar that takes its bookings, or tell a link yourself."
        ),
        Meeting.JITSI: _("Set JITSI_URL for bookings to come, and tell the customer a link yourself."),
        Meeting.FIXED: _("Enter the link of its video meetings at the resource."),
    }[Meeting(meeting)]


def _title(booking: Booking, words: CalendarWords) -> str:
    if words == CalendarWords.NOTHING:
        return _("Booked")
    thing = booking.what or str(booking.project or booking.resource)
    customer = getattr(booking, "customer", None)
    return typed_text.line(f"{thing} – {customer.name}" if customer else thing)[:LONGEST_TITLE]


def _lines(booking: Booking, words: CalendarWords) -> Iterator[str]:
    if booking.max_seats:
        yield _("Seats taken: %(taken)s of %(all)s") % {
            "taken": booking.seats_taken,
            "all": booking.max_seats,
        }
        if words != CalendarWords.NOTHING:
            yield from _who_comes(booking)
    if words == CalendarWords.ALL:
        yield from _everything(booking)
    if not booking.deleted_at:
        yield booking.reference
        yield f"{settings.SITE_URL}/admin/bookings/booking/{booking.pk}/change/"


def _who_comes(session: Booking) -> Iterator[str]:
    seats = session.seats.visible().occupying().select_related("customer").order_by("created_at")
    yield from (seat.customer.name for seat in seats[:100] if getattr(seat, "customer", None))


def _everything(booking: Booking) -> Iterator[str]:
    customer = getattr(booking, "customer", None)
    if customer:
        yield from filter(None, (customer.phone, customer.email))
    if booking.description:
        yield booking.description


def _guests(booking: Booking, calendar: Calendar) -> tuple[Guest, ...]:
    """Nobody is added to those whom the request named; the owner's answer counts where the owner is among them."""
    owner = calendar.resource.email.lower()
    own = booking.my_rsvp if booking.my_rsvp in ANSWERS else "accepted"
    addresses = [one for one in booking.participants if isinstance(one, str)]
    return tuple(
        Guest(one, answer=own if owner and one.lower() == owner else "needsAction") for one in addresses
    )
