"""What each mail says, in the language that is active: one function for each thing that happens.

``Wording`` holds plain text; the templates lay it out beside the booking's facts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from django.utils import timezone
from django.utils.translation import gettext as _

from bookings import times
from bookings.effects.leading_words import opening_of, subject_of
from bookings.effects.news import News
from bookings.lifecycle.notices import LEFT
from bookings.models import Booking, Mail, MailKind, MailWords

LINK = "link"
"""Marks the message that brings the link of a video meeting to whoever was told without it."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    subject: str = ""
    heading: str
    opening: tuple[str, ...] = ()
    """The paragraphs that come first, which staff may write."""
    sentences: tuple[str, ...] = ()
    """What follows from how the booking stands."""
    link: str = ""
    """What the link to the booking's page says; empty: the usual words."""

    @property
    def paragraphs(self) -> tuple[str, ...]:
        return (*self.opening, *self.sentences)


def wording(news: News, own: MailWords | None = None) -> Wording:
    """The words of ``news``, in staff's ``own`` where those say anything; raises ``KeyError`` for an unknown mail."""
    return led(_WORDS[news.mail](news), news.kind, news.values, own)


def to_participant(news: News) -> Wording:
    """What somebody reads whom the booking's request named beside the customer."""
    subject, heading = {
        Mail.BOOKED: (_("Invitation: %s"), _("You are invited")),
        Mail.MOVED: (_("New time: %s"), _("It has a new time")),
    }.get(Mail(news.mail), (_("Cancelled: %s"), _("It was cancelled")))
    told = _("%(thing)s, %(time)s") % {"thing": news.values["what"], "time": news.time}
    return Wording(subject=subject % told, heading=heading)


def link_came(news: News) -> Wording:
    """What is read where the link came after the mail that confirmed."""
    told = _("%(thing)s, %(time)s") % {"thing": news.values["what"], "time": news.time}
    return Wording(
        subject=_("Link of your video meeting: %s") % told, heading=_("The link of your video meeting")
    )


def _booked(news: News) -> Wording:
    if news.undone:
        return Wording(
            heading=_("The booking stands again"),
            sentences=(_("The cancellation was taken back, and the time is as it was."),),
        )
    if not news.to_customer:
        return Wording(heading=_("A new booking"))
    return Wording(
        heading=_("Your place is booked") if news.booking.session_id else _("Your time is booked"),
        sentences=(*_by_agent(news), *_changes(news)),
    )


def _requested(news: News) -> Wording:
    if not news.to_customer:
        return Wording(
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
        heading=_("Request sent, not confirmed yet"),
        sentences=(
            *_by_agent(news),
            keeps,
            _("You get an e-mail either way."),
            *_if(news.deadline, _("You get an answer by %s; without one the request ends.")),
        ),
        link=_("See or withdraw the request"),
    )


def _to_pay(news: News) -> Wording:
    if not news.to_customer:
        return Wording(
            heading=_("A booking waits for its payment"),
            sentences=_if(news.deadline, _("Without a payment it ends on %s.")),
        )
    by = (
        *_by_agent(news),
        *_if(news.deadline, _("Please pay by %s. After that the time goes back to others.")),
    )
    payable = news.booking.has_trial_payment or (news.booking.project and news.booking.project.pay_url)
    return Wording(
        heading=_("Not booked until it is paid"),
        sentences=by if payable else (*by, _("It cannot be paid online. Please get in touch with us.")),
        link=_("Pay, see or cancel the booking") if payable else _("See or cancel the booking"),
    )


def _declined(news: News) -> Wording:
    if news.by_clock:
        return _expired(news)
    sentences = (_("Nothing is booked, and nothing is to be paid."),) if news.to_customer else ()
    return Wording(
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
    return Wording(heading=heading, sentences=(who,))


def _expired(news: News) -> Wording:
    return Wording(
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
        heading=_("Your booking has a new time") if news.to_customer else _("A booking has a new time"),
        sentences=(*_by_agent(news), *was, *waits, *(_changes(news) if news.to_customer and settled else ())),
    )


def _left(news: News) -> Wording:
    return Wording(
        heading=_("This booking moved to somebody else"),
        sentences=(_("Your time is free again, and there is nothing for you to do."),),
    )


def reminder(news: News, own: MailWords | None = None, *, subject: str, after: bool) -> Wording:
    """The words of a reminder; ``subject`` is that of this one reminder, which counts before all others, or empty."""
    ours = _("About your booking") if after else _("A reminder of your booking")
    changes = _changes(news) if news.to_customer and not after else ()
    words = Wording(subject=subject, heading=subject or ours, sentences=changes)
    return led(words, reminder_kind(news.recipient.who, after=after), news.values, own)


def reminder_kind(who: str, *, after: bool) -> MailKind:
    return MailKind.of(who, "afterwards" if after else "reminder")


def led(words: Wording, kind: MailKind, values: dict[str, str], own: MailWords | None) -> Wording:
    """The words with subject and opening before them."""
    subject = words.subject or subject_of(kind, values, own)
    return replace(words, subject=subject, opening=opening_of(kind, values, own))


def _changes(news: News) -> tuple[str, ...]:
    until = news.booking.change_until
    if until is None or until <= timezone.now():
        return ()
    if news.booking.waives_cut_off:
        return (_("It was moved for you, so you can change or cancel it until it begins."),)
    return (_("You can change or cancel it until %s.") % news.moment(until),)


def _by_agent(news: News) -> tuple[str, ...]:
    """Told to the customer alone: that an assistant did it, and until when that is undone by the link."""
    until = news.booking.agent_undo_until
    if until is None or not news.to_customer:
        return ()
    moved = news.mail == Mail.MOVED
    said = _("An assistant moved this for you.") if moved else _("An assistant booked this for you.")
    if until <= timezone.now():
        return (said,)
    undo = (
        _("If you did not want that, you can cancel it by the link below until %s.")
        if moved
        else _("If you did not want that, undo it by the link below until %s.")
    )
    return (said, undo % news.moment(until))


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
