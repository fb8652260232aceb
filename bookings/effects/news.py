"""What a mail is about: one booking, what happened to it, and who reads of it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.text import Truncator

from bookings import times, typed_text
from bookings.clocks import Clocks
from bookings.effects.recipients import CUSTOMER, PARTICIPANTS, Recipient, first_zone
from bookings.models import Booking, HistoryEntry, Mail, MailKind, Site
from bookings.price_words import price_in_words

LONGEST_VALUE = 80


@dataclass(frozen=True, kw_only=True)
class News:
    """What a mail is about."""

    mail: str
    booking: Booking
    recipient: Recipient
    site: Site
    entry: HistoryEntry | None = None
    others: Sequence[Booking] = ()
    """Further dates that the same mail tells of, later ones."""

    @property
    def to_customer(self) -> bool:
        return self.recipient.who == CUSTOMER

    @property
    def to_participant(self) -> bool:
        return self.recipient.who == PARTICIPANTS

    @property
    def thing(self) -> str:
        """What was booked, in a few words."""
        return self.booking.what or str(self.booking.project or self.booking.resource)

    @cached_property
    def clocks(self) -> Clocks:
        """The zones in which the booking's time is shown: those of the pages, for the owner the place's alone."""
        place = first_zone(self.booking.resource.timezone, self.site.timezone)
        if not self.to_customer:
            return Clocks(place)
        return Clocks.for_customer(self.booking.project, place=place, own=self.recipient.zone)

    @property
    def time(self) -> str:
        """The day and the clock; the zone is named where the reader lives by another."""
        start, zone = self.booking.start, self.clocks.first
        said = times.moment_in_full if self.clocks.differ_at(start) else times.day_and_clock
        return said(start, zone)

    @property
    def values(self) -> dict[str, str]:
        """What the placeholders stand for, each in one line."""
        booking = self.booking
        customer = getattr(booking, "customer", None)
        return {
            "name": _short(customer.name if customer else ""),
            "what": _short(self.thing),
            "time": self.time,
            "with": _short(booking.resource.name),
            "where": _short(booking.where),
            "price": price_in_words(booking.price, booking.currency),
            "reference": booking.reference,
            "site": _short(self.site.name),
        }

    @property
    def kind(self) -> MailKind:
        """Which of the mails whose words staff may choose; raises ``ValueError`` for one that there is not."""
        if self.mail == Mail.BOOKED and self.undone:
            return MailKind.of(self.recipient.who, "booked_again")
        if self.mail == Mail.DECLINED and self.by_clock:
            return MailKind.of(self.recipient.who, Mail.EXPIRED)
        return MailKind.of(self.recipient.who, self.mail)

    @property
    def deadline(self) -> str:
        """By when an answer or a payment is due, in the recipient's zone; empty without one, or when it is past."""
        due = self.booking.due_at
        if due is None or self.booking.state.settled or due <= timezone.now():
            return ""
        return self.moment(due)

    def moment(self, instant: datetime) -> str:
        """``instant`` in the recipient's zone, the zone named."""
        return times.moment_in_full(instant, self.recipient.zone)

    @property
    def undone(self) -> bool:
        """Whether the booking stands again after its cancellation was taken back."""
        return bool(self.entry and self.entry.reason == "undone")

    @property
    def was_refused(self) -> bool:
        """Whether it tells a customer that a request came to nothing, so that another time may be wanted."""
        return self.to_customer and self.mail in {Mail.DECLINED, Mail.EXPIRED}

    @property
    def by_clock(self) -> bool:
        return bool(self.entry and self.entry.actor == HistoryEntry.Actor.CLOCK)

    @property
    def by_customer(self) -> bool:
        return bool(self.entry and self.entry.for_customer)


def _short(text: str) -> str:
    """In one line, so that what follows it in a subject is never cut off."""
    return Truncator(typed_text.line(text)).chars(LONGEST_VALUE, truncate="…")
