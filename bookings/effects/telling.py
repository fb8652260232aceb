"""How a customer is told: by mail, or by text message who gave no address, and who asked for it before a visit."""

from __future__ import annotations

from django.utils import translation
from django.utils.translation import gettext_noop

from bookings import database_clock, texting
from bookings.effects import counted_texts, mail, relevance, sms_words
from bookings.effects.news import News
from bookings.effects.outbox import NoLongerTrue, Unaddressed, enqueue
from bookings.effects.recipients import (
    COMPANION,
    CUSTOMER,
    OWNER,
    PARTICIPANTS,
    Recipient,
    first_zone,
    language_of,
    participants,
    recipient,
    sendable,
)
from bookings.lifecycle.notices import LEFT
from bookings.models import Booking, Customer, HistoryEntry, OutboxMessage, Site

BY_TEXT = gettext_noop("It goes by text message.")
BY_MAIL = gettext_noop("It goes by mail: the day’s text messages are used up.")
KIND = "sms"


def deliver(message: OutboxMessage, stands_elsewhere: mail.Elsewhere = mail.nowhere) -> None:
    """Send a mail of the outbox, or hand it on where it goes by text message or to several.

    ``stands_elsewhere`` says to whom a connected calendar brings the booking.
    """
    if message.payload["to"] == PARTICIPANTS:
        _tell_participants(message, stands_elsewhere)
        return
    if message.payload["to"] == CUSTOMER and "instead" not in message.payload and _goes_by_text(message):
        enqueue(
            KIND,
            dedupe_key=f"{KIND}:{message.dedupe_key}",
            payload=message.payload,
            booking_id=message.booking_id,
            target=message.target,
        )
        raise NoLongerTrue(BY_TEXT)
    if message.payload["to"] == OWNER:
        _tell_companions(message)
    mail.deliver(message, stands_elsewhere)


def _tell_participants(message: OutboxMessage, stands_elsewhere: mail.Elsewhere) -> None:
    """Invite whom the request named, unless the calendar's provider does; who is told anyway is told once."""
    booking = relevance.booking_of(message)
    relevance.check_state(booking, message)
    words = participants(booking)
    told = {
        booking.owner_email.casefold(),
        booking.customer.email.casefold() if hasattr(booking, "customer") else "",
    }
    named = [word for word, address in words.items() if address.casefold() not in told]
    if not named:
        raise NoLongerTrue(gettext_noop("Nobody else was named."))
    if stands_elsewhere(booking, recipient(booking, named[0], Site.current()), PARTICIPANTS):
        raise NoLongerTrue(gettext_noop("The calendar’s provider invites them."))
    for word in named:
        enqueue(
            "mail",
            dedupe_key=f"{message.dedupe_key}:{word.rpartition(':')[2]}",
            payload=message.payload | {"to": word},
            booking_id=booking.pk,
            target=message.target,
        )


def _tell_companions(message: OutboxMessage) -> None:
    """Have everybody else whose time the booking takes told the same, each once at each address."""
    booking = (
        Booking.objects.filter(pk__in=[message.booking_id]).select_related("resource", "project").first()
    )
    if booking is None or message.payload.get("mail") == LEFT:
        return
    told = {booking.owner_email.lower()} if booking.resource.sends_mail else set()
    for beside in (
        booking.companions.filter(sends_mail=True, deleted_at=None).exclude(email="").order_by("pk")
    ):
        if beside.email.lower() not in told:
            told.add(beside.email.lower())
            enqueue(
                "mail",
                dedupe_key=f"{message.dedupe_key}:{beside.pk}",
                payload=message.payload | {"to": f"{COMPANION}{beside.pk}"},
                booking_id=booking.pk,
                target=message.target,
            )
    if not booking.resource.sends_mail:
        raise NoLongerTrue(gettext_noop("The resource gets no mails."))


def _goes_by_text(message: OutboxMessage) -> bool:
    if not texting.is_set_up():
        return False
    customer = Customer.objects.filter(booking__in=[message.booking_id]).first()
    if customer is None or not texting.reaches(customer):
        return False
    return not sendable(customer.email) or "reminder" in message.payload


def deliver_text(message: OutboxMessage) -> None:
    """Send a text message, as true as it is now; what has an address goes by mail where the day's are used up."""
    booking, site = relevance.booking_of(message), Site.current()
    customer = getattr(booking, "customer", None)
    number = texting.number_of(customer, site.country) if customer and texting.reaches(customer) else ""
    if not number:
        raise Unaddressed(gettext_noop("No number is known to which a text message could go."))
    news = _news(message, booking, site, number)
    if not booking.customer.phone_e164:  # so that it is found by its number, too
        Customer.objects.filter(booking=booking, phone_e164="").update(phone_e164=number)
    if not counted_texts.may_send(message, number, site):
        _otherwise(message, booking)
    with translation.override(news.recipient.language):
        counted_texts.send(message, number, sms_words.text(news))


def _news(message: OutboxMessage, booking: Booking, site: Site, number: str) -> News:
    """What is told; raises ``NoLongerTrue``."""
    payload, now = message.payload, database_clock.now()
    if "reminder" in payload:
        relevance.reminder_of(booking, payload["reminder"], now)
    else:
        relevance.check_state(booking, message)
        relevance.check_not_over(booking, now)
    entry = HistoryEntry.objects.filter(pk=payload.get("history")).first()
    reader = Recipient(
        who=CUSTOMER,
        address=number,
        language=language_of(booking.customer.language, booking.language, site.language),
        zone=first_zone(booking.customer.timezone, booking.resource.timezone, site.timezone),
        reply_to="",
    )
    return News(mail=payload.get("mail", ""), booking=booking, recipient=reader, site=site, entry=entry)


def _otherwise(message: OutboxMessage, booking: Booking) -> None:
    if not sendable(booking.customer.email):
        raise Unaddressed(counted_texts.USED_UP)
    enqueue(
        "mail",
        dedupe_key=f"mail:{message.dedupe_key}",
        payload=message.payload | {"instead": True},
        booking_id=message.booking_id,
        target=message.target,
    )
    raise NoLongerTrue(BY_MAIL)
