"""A booking's event as iCalendar text for a calendar that keeps what is put into it (RFC 4791)."""

from __future__ import annotations

from datetime import UTC, datetime

from icalendar import STATUS, TRANSP, Calendar, Event, vCalAddress

from bookings import typed_text
from bookings.calendars.provider import Guest, ToWrite
from bookings.effects.invitations import in_utc

PRODUCT = "-//Booking site//Calendars//EN"
_ANSWERS = {"accepted": "ACCEPTED", "declined": "DECLINED", "tentative": "TENTATIVE"}


def event_text(event: ToWrite, *, organizer: str) -> bytes:
    """Without a METHOD, which stored events may not carry.  Without an organiser nobody can be a guest."""
    found = Event.new(
        uid=event.key,
        sequence=event.sequence,
        stamp=datetime.now(UTC).replace(microsecond=0),
        start=in_utc(event.start),
        end=in_utc(event.end),
        summary=typed_text.line(event.title),
        description=typed_text.lines(event.description) or None,
        location=typed_text.line(event.where) or None,
        status=STATUS.CONFIRMED,
        transparency=TRANSP.OPAQUE,
    )
    if organizer and event.guests:
        found.organizer = vCalAddress(f"mailto:{organizer}")
        found.attendees = [_guest(one, event) for one in event.guests]
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add_component(found)
    return bytes(calendar.to_ical())


def says_the_same(text: bytes, event: ToWrite) -> bool:
    """Whether a stored text is this very event: time, title and sequence."""
    try:
        found = Calendar.from_ical(text).events[0]
        return (
            found.start == event.start.replace(microsecond=0)
            and found.end == event.end.replace(microsecond=0)
            and found.sequence == event.sequence
            and found.get("SUMMARY") == typed_text.line(event.title)
        )
    except (ValueError, IndexError, KeyError):  # a stranger may have written into it
        return False


def _guest(guest: Guest, event: ToWrite) -> vCalAddress:
    """Without ``invite`` the server is told to mail nobody (RFC 6638, 7.1)."""
    person = vCalAddress(f"mailto:{guest.email}")
    if guest.name:
        person.params["CN"] = typed_text.line(guest.name.replace('"', " "))
    person.params["ROLE"] = "REQ-PARTICIPANT"
    person.params["PARTSTAT"] = _ANSWERS.get(guest.answer, "NEEDS-ACTION")
    if not event.invite:
        person.params["SCHEDULE-AGENT"] = "CLIENT"
    return person
