"""Bookings as iCalendar: a file to download, and invitations that update and vanish in the reader's calendar.

The UID is the booking's for life, also after moves; SEQUENCE rises with every change.
"""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parseaddr
from enum import StrEnum

from django.conf import settings
from django.utils.translation import gettext as _
from icalendar import STATUS, TRANSP, Calendar, Event, vCalAddress, vUri

from bookings import typed_text
from bookings.effects.links import manage_url, owner_url
from bookings.effects.recipients import CUSTOMER, OWNER, PARTICIPANTS, Recipient
from bookings.models import Booking, HistoryEntry, Mail, Site, State

PRODUCT = "-//Booking site//Bookings//EN"
INVITING = frozenset({Mail.BOOKED, Mail.MOVED})


class Method(StrEnum):
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"
    PUBLISH = "PUBLISH"


def method_of(booking: Booking, mail: str, reader: Recipient, entry: HistoryEntry | None) -> Method | None:
    """What the mail does to the reader's calendar; None leaves it alone.

    Only what was invited is cancelled: a request that was declined never stood in a calendar.  The site is the
    organiser and the reader the attendee; where both have one address, nobody is invited.
    """
    if mail in INVITING:
        method = Method.REQUEST if booking.state.settled else None
    else:
        method = Method.CANCEL if _was_invited(booking, reader, entry) else None
    if method and reader.address.casefold() == organiser().casefold():
        return Method.PUBLISH
    return method


def _was_invited(booking: Booking, reader: Recipient, entry: HistoryEntry | None) -> bool:
    if booking.state.occupies or entry is None:
        return False
    before = State.objects.filter(version=booking.version_id, name=entry.source).first()
    told = before and (before.mail_to_owner if reader.who == OWNER else before.mail_to_customer)
    return bool(before and before.settled and told in INVITING)


def organiser() -> str:
    """The address that all invitations come from: the one that mails are sent from."""
    return parseaddr(settings.DEFAULT_FROM_EMAIL)[1]


def invitation(booking: Booking, method: Method, *, to: Recipient, site: Site) -> bytes:
    """The .ics for a mail that does ``method`` in the reader's calendar."""
    event = _event(booking, to=to.who)
    if method != Method.PUBLISH:
        event.organizer = _person(organiser(), site.name)
        event.attendees = [_attendee(booking, to)]
    return _calendar(event, method)


def calendar_file(booking: Booking) -> bytes:
    """The .ics that a customer downloads and adds to a calendar by hand."""
    return _calendar(_event(booking, to=CUSTOMER), Method.PUBLISH)


def _event(booking: Booking, *, to: str) -> Event:
    cancelled, link = not booking.state.occupies, booking.meeting_link
    confirmed = STATUS.CONFIRMED if booking.state.settled else STATUS.TENTATIVE
    event = Event.new(
        uid=str(booking.uid),
        sequence=booking.sequence,
        stamp=in_utc(booking.updated_at),
        start=in_utc(booking.start),
        end=in_utc(booking.end),
        summary=_summary(booking, to),
        location=typed_text.line(booking.where) or link or None,
        description=_description(booking, to),
        status=STATUS.CANCELLED if cancelled else confirmed,
        transparency=TRANSP.TRANSPARENT if cancelled else TRANSP.OPAQUE,
    )
    add_meeting(event, link)
    if to != PARTICIPANTS:
        event.add("URL", owner_url(booking) if to == OWNER else manage_url(booking))
    return event


def add_meeting(event: Event, link: str) -> None:
    """The address of its video meeting (RFC 7986), where there is one."""
    if link:
        video = {"VALUE": "URI", "FEATURE": ["AUDIO", "VIDEO"], "LABEL": _("Video meeting")}
        event.add("CONFERENCE", vUri(link, params=video))


def _calendar(event: Event, method: Method) -> bytes:
    calendar = Calendar()
    calendar.add("PRODID", PRODUCT)
    calendar.add("VERSION", "2.0")
    calendar.add("METHOD", method)
    calendar.add_component(event)
    return bytes(calendar.to_ical())


def in_utc(moment: datetime) -> datetime:
    """In whole seconds of UTC, which no program can misread.

    A zone that is written out would have to be written as a rule for ever: Outlook reads nothing of it but DTSTART,
    RRULE and the offsets (MS-STANOICAL 2.2.47).
    """
    return moment.astimezone(UTC).replace(microsecond=0)


def _summary(booking: Booking, to: str) -> str:
    thing = booking.what or str(booking.project or booking.resource)
    customer = getattr(booking, "customer", None)
    return typed_text.line(f"{thing} – {customer.name}" if to == OWNER and customer else thing)


def _description(booking: Booking, to: str) -> str:
    """What the customer wrote, and what opens the booking, is no business of those whom a request named beside."""
    if to == PARTICIPANTS:
        return "\n".join(filter(None, [booking.meeting_link, booking.reference]))
    link = owner_url(booking) if to == OWNER else manage_url(booking)
    places = _("Places: %(count)s") % {"count": booking.places} if booking.places > 1 else ""
    told = filter(None, [booking.meeting_link, booking.description, places, booking.reference, link])
    return typed_text.lines("\n".join(told))


def _attendee(booking: Booking, to: Recipient) -> vCalAddress:
    customer = getattr(booking, "customer", None)
    name = booking.resource.name if to.who == OWNER or customer is None else customer.name
    attendee = _person(to.address, to.address if to.who == PARTICIPANTS else name)
    attendee.params["ROLE"] = "REQ-PARTICIPANT"
    attendee.params["PARTSTAT"] = "ACCEPTED"
    attendee.params["RSVP"] = "FALSE"
    return attendee


def _person(address: str, name: str) -> vCalAddress:
    person = vCalAddress(f"mailto:{address}")
    # Quotes and control characters cannot stand in a parameter, however they are escaped.
    person.params["CN"] = typed_text.line(name.replace('"', " "))
    return person
