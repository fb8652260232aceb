"""``/find/`` by telephone: one text message with the link of the next booking of whoever asks with the number."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Now
from django.utils import timezone, translation
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from bookings import bites, database_clock, limits, texting, times
from bookings.effects import counted_texts, sms_words
from bookings.effects.links import manage_url
from bookings.effects.outbox import NoLongerTrue, enqueue
from bookings.effects.recipients import first_zone, language_of
from bookings.models import Booking, Customer, OutboxMessage, RequestCount, Site, State
from bookings.rate_limits import HOUR

KIND = "link_text"
WINDOW_SECONDS = 600
ASKED = "text_links:"


def ask_for_link(phone: str, *, language: str, asked_from: str, now: datetime) -> None:
    """Have the link sent; nothing tells the asker whether there is any, or whether it was asked too often.

    Who asks twice within ten minutes gets one.  ``asked_from`` is the digest of a network address, or empty.
    """
    number = texting.in_full(phone, Site.current().country)
    if not number or not _may_ask(asked_from):
        return
    digest = salted_hmac("bookings.links", number, algorithm="sha256").hexdigest()[:32]
    window = int(now.timestamp()) // WINDOW_SECONDS
    payload = {"phone": number, "language": language}
    enqueue(KIND, dedupe_key=f"{KIND}:{digest}:{window}", payload=payload, target=f"{KIND}:{digest}")


def _may_ask(asked_from: str) -> bool:
    limit = limits.TEXT_LINKS_PER_ADDRESS
    if not (limit.value and asked_from):
        return True
    lately = RequestCount.objects.filter(who=ASKED + asked_from, window__gt=Now() - HOUR)
    if limit.passed_by(sum(lately.values_list("count", flat=True)) + 1):
        bites.note(limit.setting)
        return False
    RequestCount.objects.add(ASKED + asked_from, database_clock.now().replace(second=0, microsecond=0), 1)
    return True


def deliver(message: OutboxMessage) -> None:
    """Send the text, or nothing where no booking is to come.  The number is forgotten once it is done."""
    number, site = message.payload.get("phone", ""), Site.current()
    booking = coming_to(number)
    if booking is None or not counted_texts.may_send(message, number, site):
        _forget(message)
        raise NoLongerTrue(
            gettext_noop("No booking is to come.") if booking is None else counted_texts.USED_UP
        )
    with translation.override(language_of(message.payload.get("language", ""), site.language)):
        zone = first_zone(booking.resource.timezone)
        said = _("Your booking: %s") % times.brief_day_and_clock(booking.start, zone)
        counted_texts.send(message, number, sms_words.fitting(said, "", manage_url(booking)))
    _forget(message)


def coming_to(number: str) -> Booking | None:
    """The next booking of the number, which is in E.164."""
    mine = Customer.objects.filter(phone_e164=number).exclude(phone_e164="")
    bookings = Booking.objects.live().select_related("resource")
    coming = bookings.filter(end__gt=timezone.now(), customer__in=mine, continued_by=None)
    return coming.filter(state__in=State.objects.filter(leaving__isnull=False)).order_by("start").first()


def _forget(message: OutboxMessage) -> None:
    OutboxMessage.objects.filter(pk=message.pk).update(payload={})
