"""What each mail says, in the language that is active: one function for each thing that happens.

``Wording`` holds plain text; the templates lay it out beside the booking's facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from bookings import times, typed_text
from bookings.clocks import Clocks
from bookings.effects.recipients import CUSTOMER, Recipient, first_zone
from bookings.lifecycle.notices import LEFT
from bookings.models import Booking, HistoryEntry, Mail, Site

LONGEST_THING = 80


@dataclass(frozen=True, kw_only=True)
class Wording:
    subject: str
    heading: str
    sentences: tuple[str, ...] = ()
    link: str = ""
    """What the link to the booking's page says; empty: the usual words."""


@dataclass(frozen=True, kw_only=True)
class News:
    """What a mail is about."""

    mail: str
    booking: Booking
    recipient: Recipient
    site: Site
    entry: HistoryEntry | None = None

    @property
    def to_customer(self) -> bool:
        return self.recipient.who == CUSTOMER

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
    def thing_and_time(self) -> str:
        """For a subject: the time is never cut off, and its zone is named where the reader lives by another."""
        start, zone = self.booking.start, self.clocks.first
        said = times.moment_in_full if self.clocks.differ_at(start) else times.day_and_clock
        thing = Truncator(typed_text.line(self.thing)).chars(LONGEST_THING, truncate="…")
        return _("%(thing)s, %(time)s") % {"thing": thing, "time": said(start, zone)}

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
        return bool(self.entry and self.entry.actor == HistoryEntry.Actor.CUSTOMER)


def wording(news: News) -> Wording:
    """The words of ``news``; raises ``KeyError`` for a mail that has none."""
    return _WORDS[news.mail](news)


def _booked(news: News) -> Wording:
    if news.undone:
        return Wording(
            subject=_("Booked again: %s") % news.thing_and_time,
            heading=_("The booking stands again"),
            sentences=(_("The cancellation was taken back, and the time is as it was."),),
        )
    if not news.to_customer:
        return Wording(subject=_("New booking: %s") % news.thing_and_time, heading=_("A new booking"))
    return Wording(
        subject=_("Booked: %s") % news.thing_and_time,
        heading=_("Your place is booked") if news.booking.session_id else _("Your time is booked"),
        sentences=_changes(news),
    )


def _requested(news: News) -> Wording:
    if not news.to_customer:
        return Wording(
            subject=_("Please answer: %s") % news.thing_and_time,
            heading=_("A request waits for your answer"),
            sentences=_if(news.deadline, _("Without an answer it ends on %s.")),
            link=_("Accept or decline"),
        )
    keeps = (
        _("The time stays yours until it is answered.")
        if news.booking.state.occupies
        else _("The time is not kept for you until the request is accepted.")
    )
    return Wording(
        subject=_("Request sent: %s") % news.thing_and_time,
        heading=_("Request sent, not confirmed yet"),
        sentences=(
            keeps,
            _("You get an e-mail either way."),
            *_if(news.deadline, _("You get an answer by %s; without one the request ends.")),
        ),
        link=_("See or withdraw the request"),
    )


def _to_pay(news: News) -> Wording:
    if not news.to_customer:
        return Wording(
            subject=_("Waiting for payment: %s") % news.thing_and_time,
            heading=_("A booking waits for its payment"),
            sentences=_if(news.deadline, _("Without a payment it ends on %s.")),
        )
    by = _if(news.deadline, _("Please pay by %s. After that the time goes back to others."))
    payable = news.booking.has_trial_payment or (news.booking.project and news.booking.project.pay_url)
    return Wording(
        subject=_("Please pay: %s") % news.thing_and_time,
        heading=_("Not booked until it is paid"),
        sentences=by if payable else (*by, _("It cannot be paid online. Please get in touch with us.")),
        link=_("Pay, see or cancel the booking") if payable else _("See or cancel the booking"),
    )


def _declined(news: News) -> Wording:
    if news.by_clock:
        return _expired(news)
    sentences = (_("Nothing is booked, and nothing is to be paid."),) if news.to_customer else ()
    return Wording(
        subject=_("Declined: %s") % news.thing_and_time,
        heading=_("Your request was declined") if news.to_customer else _("The request was declined"),
        sentences=sentences,
    )


def _cancelled(news: News) -> Wording:
    if news.to_customer:
        heading = _("Your booking is cancelled")
        who = _("You cancelled it yourself.") if news.by_customer else _("It was cancelled for you.")
    else:
        heading = _("A booking was cancelled")
        who = _("The customer cancelled it.") if news.by_customer else _("It was cancelled.")
    return Wording(subject=_("Cancelled: %s") % news.thing_and_time, heading=heading, sentences=(who,))


def _expired(news: News) -> Wording:
    return Wording(
        subject=_("Ended: %s") % news.thing_and_time,
        heading=_("Your request has ended") if news.to_customer else _("A request has ended"),
        sentences=(_("Its time ran out before it was answered or paid. Nothing is booked."),),
    )


def _moved(news: News) -> Wording:
    before = news.booking.continues
    was = (
        (_("It was %s before.") % _slot(news, before),)
        if before and (before.start, before.end) != (news.booking.start, news.booking.end)
        else ()
    )
    settled = news.booking.state.settled
    waits = () if settled else (_("It is still not confirmed: the new time waits for an answer too."),)
    return Wording(
        subject=_("New time: %s") % news.thing_and_time,
        heading=_("Your booking has a new time") if news.to_customer else _("A booking has a new time"),
        sentences=(*was, *waits, *(_changes(news) if news.to_customer and settled else ())),
    )


def _left(news: News) -> Wording:
    return Wording(
        subject=_("With somebody else now: %s") % news.thing_and_time,
        heading=_("This booking moved to somebody else"),
        sentences=(_("Your time is free again, and there is nothing for you to do."),),
    )


def reminder(news: News, *, subject: str, after: bool) -> Wording:
    """The words of a reminder; ``subject`` is staff's own, or empty."""
    if after:
        return Wording(
            subject=subject or _("About your booking: %s") % news.thing_and_time,
            heading=subject or _("About your booking"),
        )
    return Wording(
        subject=subject or _("Reminder: %s") % news.thing_and_time,
        heading=subject or _("A reminder of your booking"),
        sentences=_changes(news) if news.to_customer else (),
    )


def _changes(news: News) -> tuple[str, ...]:
    until = news.booking.change_until
    if until is None or until <= timezone.now():
        return ()
    if news.booking.waives_cut_off:
        return (_("It was moved for you, so you can change or cancel it until it begins."),)
    return (_("You can change or cancel it until %s.") % news.moment(until),)


def _slot(news: News, booking: Booking) -> str:
    zone = news.clocks.first
    return _("%(day)s, %(times)s") % {
        "day": times.day(booking.start, zone),
        "times": times.clock_range(booking.start, booking.end, zone),
    }


def _if(value: str, sentence: str) -> tuple[str, ...]:
    return (sentence % value,) if value else ()


_WORDS: dict[str, Callable[[News], Wording]] = {
    Mail.BOOKED: _booked,
    Mail.REQUESTED: _requested,
    Mail.TO_PAY: _to_pay,
    Mail.DECLINED: _declined,
    Mail.CANCELLED: _cancelled,
    Mail.EXPIRED: _expired,
    Mail.MOVED: _moved,
    LEFT: _left,
}
