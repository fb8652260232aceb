"""Mails to customers and owners: text and HTML in the reader's language and zone, with an invitation."""

from __future__ import annotations

import hashlib
import re
import smtplib
from email.utils import formataddr, parseaddr
from enum import Enum
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_noop

from bookings import typed_text
from bookings.effects import invitations, relevance
from bookings.effects.deadlines import OVER, Deadline, deadline
from bookings.effects.links import manage_url, newest, owner_url
from bookings.effects.outbox import GivenUp, NotNow, Unreachable
from bookings.effects.recipients import Recipient, recipient
from bookings.effects.wording import News, Wording, reminder, wording
from bookings.forms.questions import answers_of
from bookings.lifecycle.notices import LEFT, message_in
from bookings.models import HistoryEntry, OutboxMessage, Remark, Resource, Site

LONGEST_SUBJECT = 160
KINDS = ("mail", "links")
LONGEST_SENDING_SECONDS = 20.0  # less than a worker is given to end


class Way(Enum):
    """What becomes of mail: the one answer that pages, desk and doctor give."""

    SERVER = "a server sends it"
    FILES = "it is written to files and reaches nobody: a trial, or the demo"
    NONE = "it waits until a server is named"


def way_of_mail() -> Way:
    """What becomes of mail on this site, as it is now."""
    if settings.MAIL_IS_SET_UP:
        return Way.SERVER
    in_files = settings.TEST_MODE or Resource.objects.filter(meta__demo=True).exists()
    return Way.FILES if in_files else Way.NONE


def goes_out() -> bool:
    """Whether mail may leave the outbox: to a server, or into the files of a trial or of the demo."""
    return way_of_mail() is not Way.NONE


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


def deliver(message: OutboxMessage) -> None:
    """Send the mail of an outbox message, unless it is not true any more."""
    if not goes_out():
        raise Unreachable(gettext_noop("Mail is not set up: EMAIL_URL names no server."))
    send(letter_of(message))


def letter_of(message: OutboxMessage) -> Letter:
    """The mail that an outbox message asks for, as true as it is now; raises ``NoLongerTrue``."""
    booking, payload = relevance.booking_of(message), message.payload
    site = Site.current()
    reader = recipient(booking, payload["to"], site)
    entry = HistoryEntry.objects.filter(pk=payload.get("history")).first()
    key = f"{booking.pk} {message.dedupe_key}"  # rows are numbered anew where a site is set up anew
    news = News(mail=payload.get("mail", ""), booking=booking, recipient=reader, site=site, entry=entry)
    with translation.override(reader.language):
        words = _reminding(news, payload["reminder"]) if "reminder" in payload else _telling(news, message)
        context = context_of(news, payload.get("remark"), payload.get("note"))
        letter = compose(reader, site, words, context, key)
    if news.mail:
        _invite(letter, news)
    return letter


def _telling(news: News, message: OutboxMessage) -> Wording:
    if news.mail == LEFT:
        relevance.check_left(news.booking, newest(news.booking))
    else:
        relevance.check_state(news.booking, message)
    relevance.check_not_over(news.booking, timezone.now())
    return wording(news)


def _reminding(news: News, index: int) -> Wording:
    chosen = relevance.reminder_of(news.booking, index, timezone.now())
    subject = str(chosen.get("settings", {}).get("subject") or "")
    return reminder(news, subject=typed_text.line(subject), after=relevance.is_after(chosen))


def compose(
    reader: Recipient,
    site: Site,
    words: Wording,
    context: dict[str, Any],
    key: str,
    template: str = "booking",
) -> Letter:
    """A mail from templates/mail/, its id made from ``key`` so that one sent twice is known as one."""
    whole = {"words": words, "site": site, "reader": reader, **context}
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


def context_of(news: News, remark_id: int | None, note_id: int | None = None) -> dict[str, Any]:
    """What the templates show beside the words.

    The note is what the action's request, else the booking's, put into this mail.
    """
    booking = news.booking
    said = Remark.objects.in_bulk([pk for pk in (remark_id, note_id) if pk])
    remark, note = said.get(remark_id), said.get(note_id)
    of_booking = message_in(booking.notifications, news.recipient.who, news.mail) if news.mail else ""
    customer = getattr(booking, "customer", None)
    return {
        "booking": booking,
        "customer": customer,
        "answers": answers_of(booking),
        "name": typed_text.line(customer.name) if customer else "",
        "phone": typed_text.line(customer.phone) if customer else "",
        "thing": news.thing,
        "to_customer": news.to_customer,
        "zone": news.clocks.first,
        "other_zone": news.clocks.other if news.clocks.differ_at(booking.start) else "",
        "remark": remark.words if remark else "",
        "note": note.words if note else of_booking,
        "url": manage_url(booking) if news.to_customer else owner_url(booking),
    }


def _invite(letter: Letter, news: News) -> None:
    method = invitations.method_of(news.booking, news.mail, news.recipient, news.entry)
    if method is None:
        return
    if news.mail == LEFT:  # a calendar takes only what comes after all that it knows
        news.booking.sequence = newest(news.booking).sequence
    content = invitations.invitation(news.booking, method, to=news.recipient, site=news.site)
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
