"""Mails to customers and owners: text and HTML in the reader's language and zone, with an invitation."""

from __future__ import annotations

import hashlib
import re
import smtplib
from collections.abc import Callable, Sequence
from email.utils import formataddr, parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext_noop

from bookings import database_clock, typed_text
from bookings.effects import invitations, relevance
from bookings.effects.alternatives import alternatives
from bookings.effects.bookings_told import bookings_of, check_holds
from bookings.effects.call_deadlines import OVER, Deadline, deadline
from bookings.effects.leading_words import own_words
from bookings.effects.links import mailed_url, newest, owner_url
from bookings.effects.mail_card import card_of, plain_card
from bookings.effects.news import News
from bookings.effects.outbox import GivenUp, NoLongerTrue, NotNow, Unreachable
from bookings.effects.recipients import Recipient, recipient
from bookings.effects.wording import (
    LINK,
    Wording,
    link_came,
    reminder,
    reminder_kind,
    to_participant,
    wording,
)
from bookings.lifecycle.notices import LEFT, message_in
from bookings.mailing import Mailing, mailing
from bookings.models import Booking, HistoryEntry, OutboxMessage, Remark, Site

Elsewhere = Callable[[Booking, Recipient, str], bool]
"""Whether a connected calendar brings a booking to a reader, whom the message calls so; may raise ``NotYet``."""
LONGEST_SUBJECT = 160
KINDS = ("mail", "links", "staff_link")
LONGEST_SENDING_SECONDS = 20.0  # less than a worker is given to end


def waiting_mails() -> int:
    """How many mails wait in the outbox."""
    return OutboxMessage.objects.waiting().filter(kind__in=KINDS).count()


class Letter(EmailMultiAlternatives):
    """A mail whose calendar part, if any, names its method, without which no program sees an invitation."""

    method: invitations.Method | None = None

    def message(self, **options: Any) -> Any:
        whole = super().message(**options)
        for part in whole.walk() if self.method else ():
            if part.get_content_type() == "text/calendar":
                part.set_param("method", str(self.method))
        return whole


def nowhere(_booking: Booking, _reader: Recipient, _to: str) -> bool:
    """No calendar is connected."""
    return False


def deliver(message: OutboxMessage, stands_elsewhere: Elsewhere = nowhere) -> None:
    """Send the mail of an outbox message, unless it is not true any more.

    It brings the booking into the reader's calendar, unless it ``stands_elsewhere``.
    """
    if mailing() is Mailing.OFF:
        raise Unreachable(gettext_noop("Mail is not set up: EMAIL_URL names no server."))
    send(letter_of(message, stands_elsewhere))


def letter_of(message: OutboxMessage, stands_elsewhere: Elsewhere = nowhere) -> Letter:
    """The mail that an outbox message asks for, as true as it is now; raises ``NoLongerTrue`` and ``NotYet``."""
    payload = message.payload
    booking, *others = bookings_of(message)
    site = Site.current()
    reader = recipient(booking, payload["to"], site)
    entry = HistoryEntry.objects.filter(pk=payload.get("history")).first()
    key = f"{booking.pk} {message.dedupe_key}"  # rows are numbered anew where a site is set up anew
    news = News(
        mail=payload.get("mail", ""), booking=booking, recipient=reader, site=site, entry=entry, others=others
    )
    with translation.override(reader.language):
        words = _reminding(news, payload["reminder"]) if "reminder" in payload else _telling(news, message)
        method = invitations.method_of(booking, news.mail, reader, entry) if news.mail else None
        dates = [
            one for one in (booking, *others) if method and not stands_elsewhere(one, reader, payload["to"])
        ]
        method = method if dates else None
        context = context_of(news, words, method, [payload.get("remark"), payload.get("note")])
        letter = compose(reader, site, words, context, key)
    _invite(letter, news, method, dates)
    return letter


def _telling(news: News, message: OutboxMessage) -> Wording:
    check_holds(news.booking, message)
    if message.payload.get(LINK):
        if not news.booking.meeting_link:
            raise NoLongerTrue(gettext_noop("It has no link of a video meeting any more."))
        return link_came(news)
    if news.to_participant:
        return to_participant(news)
    return wording(news, own_words(news.kind))


def _reminding(news: News, index: int) -> Wording:
    chosen = relevance.reminder_of(news.booking, index, database_clock.now())
    subject = str(chosen.get("settings", {}).get("subject") or "")
    after = relevance.is_after(chosen)
    own = own_words(reminder_kind(news.recipient.who, after=after))
    return reminder(news, own, subject=typed_text.line(subject), after=after)


def compose(
    reader: Recipient,
    site: Site,
    words: Wording,
    context: dict[str, Any],
    key: str,
    template: str = "booking",
) -> Letter:
    """A mail from templates/mail/, its id made from ``key`` so that one sent twice is known as one.

    ``context`` holds its ``card``, if it is about a booking.
    """
    whole = {"words": words, "site": site, "card": plain_card(site, words), **context}
    _sender_name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    letter = Letter(
        subject=typed_text.line(words.subject)[:LONGEST_SUBJECT],
        body=re.sub(r"\n{3,}", "\n\n", render_to_string(f"mail/{template}.txt", whole)).strip() + "\n",
        from_email=formataddr((typed_text.line(site.name), sender)),
        to=[reader.address],
        reply_to=[reader.reply_to] if reader.reply_to else None,
        headers={"Message-ID": message_id(key), "Auto-Submitted": "auto-generated"},
    )
    letter.attach_alternative(render_to_string(f"mail/{template}.html", whole).strip(), "text/html")
    return letter


def message_id(key: str) -> str:
    """The same for every attempt to send one message."""
    _name, sender = parseaddr(settings.DEFAULT_FROM_EMAIL)
    digest = hashlib.sha256(f"{settings.SITE_URL} {key}".encode()).hexdigest()[:32]
    return f"<{digest}@{sender.rpartition('@')[2] or 'localhost'}>"


def context_of(
    news: News, words: Wording, method: invitations.Method | None, remarks: Sequence[int | None]
) -> dict[str, Any]:
    """What the templates show beside the words; ``remarks`` are the messages that were written to the reader."""
    booking, now = news.booking, database_clock.now()
    card = card_of(
        news,
        words,
        url=mailed_url(booking) if news.to_customer else owner_url(booking),
        said=_said(news, remarks),
        has_entry=method in {invitations.Method.REQUEST, invitations.Method.PUBLISH},
    )
    others = alternatives(booking, now, zone=news.clocks.first) if news.was_refused else []
    return {"card": card, "alternatives": others}


def _said(news: News, remarks: Sequence[int | None]) -> tuple[str, ...]:
    """What people wrote: to the action, then for this mail, by the action's request or else by the booking's."""
    found = Remark.objects.in_bulk([pk for pk in remarks if pk])
    remark, note = (found[pk].words if pk in found else "" for pk in remarks)
    if not note and news.mail:
        note = message_in(news.booking.notifications, news.recipient.who, news.mail)
    return tuple(filter(None, (remark, note)))


def _invite(
    letter: Letter, news: News, method: invitations.Method | None, bookings: Sequence[Booking]
) -> None:
    if method is None:
        return
    if news.mail == LEFT:  # a calendar takes only what comes after all that it knows
        for booking in bookings:
            booking.sequence = newest(booking).sequence
    contents = [
        invitations.invitation(booking, method, to=news.recipient, site=news.site) for booking in bookings
    ]
    if news.others:  # one calendar part can invite to one date alone
        for number, content in enumerate(contents, 1):
            letter.attach(f"invite-{number}.ics", content, "application/ics")
        return
    (content,) = contents
    letter.method = method
    letter.attach_alternative(content.decode(), "text/calendar")
    letter.attach("invite.ics", content, "application/ics")


def send(letter: Letter) -> None:
    """Hand a mail to the server; raises ``GivenUp``, ``NotNow`` or ``Unreachable`` with the server's own words."""
    with deadline(LONGEST_SENDING_SECONDS) as within:
        try:
            letter.send()
        except smtplib.SMTPRecipientsRefused as error:
            raise _refused(*next(iter(error.recipients.values()))) from error
        except smtplib.SMTPDataError as error:
            raise _refused(error.smtp_code, error.smtp_error) from error
        except smtplib.SMTPResponseException as error:
            raise Unreachable(said(error.smtp_code, error.smtp_error)) from error
        except OSError as error:
            raise _unanswered(error, within) from error
        except ValueError as error:
            raise GivenUp(f"This is no address that mail can be sent to: {type(error).__name__}") from error


def _unanswered(error: OSError, within: Deadline) -> NotNow:
    """A server that cannot be reached takes no mail at all; one that falls silent may take the next."""
    fell_silent = isinstance(error, (TimeoutError, smtplib.SMTPServerDisconnected)) and within.has_connection
    return NotNow(OVER) if within.is_over or fell_silent else Unreachable(str(error))


def said(code: int, words: bytes | str) -> str:
    """A server's answer in one line."""
    text = words.decode(errors="replace") if isinstance(words, bytes) else words
    return f"{code} {typed_text.line(text)}"


def _refused(code: int, words: bytes | str) -> GivenUp | NotNow:
    return GivenUp(said(code, words)) if code >= 500 else NotNow(said(code, words))
