"""``/find/``: one mail with the links of somebody's coming bookings, to the address that asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings import typed_text
from bookings.clocks import Clocks
from bookings.effects.leading_words import own_words
from bookings.effects.links import mailed_url
from bookings.effects.mail import Letter, compose, send
from bookings.effects.outbox import NoLongerTrue, Unreachable, enqueue
from bookings.effects.recipients import CUSTOMER, Recipient, first_zone, language_of, sendable
from bookings.effects.wording import Wording, led
from bookings.mailing import Mailing, mailing
from bookings.models import Booking, Customer, MailKind, MailWords, OutboxMessage, Site, State
from bookings.models.booking_queries import BookingQuerySet

MOST_LINKS = 30
WINDOW_SECONDS = 600


def ask_for_links(email: str, *, language: str, now: datetime) -> None:
    """Have the links mailed; nothing tells the asker whether there are any.

    Who asks twice within ten minutes gets one mail.
    """
    address = email.strip().lower()
    digest = salted_hmac("bookings.links", address, algorithm="sha256").hexdigest()[:32]
    window = int(now.timestamp()) // WINDOW_SECONDS
    payload = {"email": address, "language": language}
    enqueue("links", dedupe_key=f"links:{digest}:{window}", payload=payload, target=f"links:{digest}")


def deliver(message: OutboxMessage) -> None:
    """Send the mail, or nothing where no booking is to come.  The address is forgotten either way."""
    if mailing() is Mailing.OFF:
        raise Unreachable(gettext_noop("Mail is not set up: EMAIL_URL names no server."))
    email = message.payload.get("email", "")
    bookings = list(coming_to(email))
    if not bookings:
        _forget(message)
        raise NoLongerTrue(gettext_noop("No booking is to come."))
    send(_letter(message, email, bookings))
    _forget(message)


def _letter(message: OutboxMessage, email: str, bookings: list[Booking]) -> Letter:
    site, newest = Site.current(), bookings[-1]
    reader = Recipient(
        who=CUSTOMER,
        address=email,
        language=language_of(message.payload.get("language", ""), site.language),
        zone=first_zone(newest.customer.timezone, newest.resource.timezone, site.timezone),
        reply_to=sendable(site.email),
    )
    with translation.override(reader.language):
        rows = [(booking, mailed_url(booking)) for booking in bookings]
        return letter_with(rows, reader, site, own_words(MailKind.CUSTOMER_LINKS), message.dedupe_key)


def letter_with(
    bookings: Sequence[tuple[Booking, str]], reader: Recipient, site: Site, own: MailWords | None, key: str
) -> Letter:
    """The mail with the bookings, each with the URL of its page, in the active language."""
    words = Wording(
        heading=_("Your coming bookings"),
        sentences=(_("Each link opens one booking, to see, change or cancel it."),),
    )
    words = led(words, MailKind.CUSTOMER_LINKS, {"site": typed_text.line(site.name)}, own)
    rows = [(booking, _zone(booking, reader), url) for booking, url in bookings]
    return compose(reader, site, words, {"rows": rows}, key, template="links")


def _zone(booking: Booking, reader: Recipient) -> str:
    own = first_zone(booking.customer.timezone, reader.zone)
    return Clocks.for_customer(booking.project, place=first_zone(booking.resource.timezone), own=own).first


def coming_to(email: str) -> BookingQuerySet:
    """What the address still has before it, the soonest first; what was cancelled or moved is not among it."""
    bookings = Booking.objects.live().select_related("resource", "project", "customer", "state")
    coming = bookings.filter(end__gt=timezone.now(), customer__in=Customer.objects.addressed(email))
    lasting = State.objects.filter(leaving__isnull=False)
    return coming.filter(state__in=lasting).order_by("start")[:MOST_LINKS]


def _forget(message: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(payload={})
