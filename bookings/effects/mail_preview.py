"""A mail as it would be, made of a booking that is there: to look at, or as a test to whoever asks for one."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.utils import translation

from bookings.effects.link_mail import letter_with
from bookings.effects.mail import Letter, compose
from bookings.effects.mail_card import card_of
from bookings.effects.news import News
from bookings.effects.recipients import CUSTOMER, Recipient, first_zone
from bookings.effects.wording import Wording, reminder, wording
from bookings.models import Booking, GraphVersion, HistoryEntry, Mail, MailKind, MailWords, Site, State

_REMINDERS = {"reminder", "afterwards"}


def sample(kind: MailKind) -> Booking | None:
    """The newest booking of which a mail of ``kind`` tells, else the newest of all that have a customer.

    The latter stands, as far as it is looked at, where such a mail would be sent: it is not to be saved.
    """
    bookings = Booking.objects.live().in_full().filter(customer__isnull=False).order_by("-created_at")
    told = Mail.BOOKED if kind.what in {"booked_again", "links", *_REMINDERS} else kind.what
    mail = "mail_to_customer" if kind.who == CUSTOMER else "mail_to_owner"
    fitting, newest = bookings.filter(**{f"state__{mail}": told}).first(), bookings.first()
    if fitting or newest is None:
        return fitting
    telling = State.objects.filter(**{mail: told})
    in_force = telling.filter(version__status=GraphVersion.Status.PUBLISHED)
    newest.state = telling.filter(version=newest.version).first() or in_force.first() or newest.state
    return newest


def preview(words: MailWords, booking: Booking, address: str) -> Letter:
    """The mail to ``address``, whose links lead to the site's first page: those of the booking are not the reader's."""
    kind, site = MailKind(words.kind), Site.current()
    with translation.override(words.language):
        reader = Recipient(
            who=kind.who,
            address=address,
            language=words.language,
            zone=first_zone(
                booking.customer.timezone if kind.who == CUSTOMER else "",
                booking.resource.timezone,
                site.timezone,
            ),
            reply_to="",
        )
        key = f"preview {uuid.uuid4()}"
        if kind == MailKind.CUSTOMER_LINKS:
            return letter_with([(booking, settings.SITE_URL)], reader, site, words, key)
        news = News(mail=kind.what, booking=booking, recipient=reader, site=site)
        said = _wording(news, kind, words)
        card = card_of(news, said, url=settings.SITE_URL, said=(), has_entry=False)
        return compose(reader, site, said, {"card": card}, key)


def _wording(news: News, kind: MailKind, own: MailWords) -> Wording:
    if kind.what in _REMINDERS:
        return reminder(news, own, subject="", after=kind.what == "afterwards")
    if kind.what == "booked_again":
        undone = HistoryEntry(reason="undone")
        again = News(
            mail=Mail.BOOKED, booking=news.booking, recipient=news.recipient, site=news.site, entry=undone
        )
        return wording(again, own)
    return wording(news, own)
