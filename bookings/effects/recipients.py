"""Whom a mail goes to: the address, and the language and time zone in which the person reads it."""

from __future__ import annotations

from dataclasses import dataclass
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import get_supported_language_variant, gettext_noop

from bookings import typed_text
from bookings.effects.outbox import Unaddressed
from bookings.models import Booking, Site
from bookings.people_keys import GUEST, guest_word

CUSTOMER, OWNER = "customer", "owner"
COMPANION = "companion:"
"""Begins the word for another whose time a booking takes, which ends in the resource's id."""
PARTICIPANTS = "participants"
"""All whom the request named; each of them has a word that begins with ``GUEST``."""


@dataclass(frozen=True, kw_only=True)
class Recipient:
    who: str
    """``customer``, ``owner`` or ``participants``: one of those."""
    address: str
    language: str
    """One of ``settings.LANGUAGES``."""
    zone: str
    """The name of a time zone that exists."""
    reply_to: str
    """Where an answer reaches a person, or empty."""


def recipient(booking: Booking, who: str, site: Site) -> Recipient:
    """Whom to write to about ``booking``; raises ``Unaddressed`` where there is no address (any more)."""
    customer = getattr(booking, "customer", None)
    owner_email = sendable(booking.owner_email or site.email)
    customer_email = sendable(customer.email if customer else "")
    if who.startswith(GUEST):
        return Recipient(
            who=PARTICIPANTS,
            address=_known(participants(booking).get(who, "")),
            language=language_of(booking.language, site.language),
            zone=first_zone(booking.resource.timezone, site.timezone),
            reply_to=owner_email,
        )
    if who.startswith(COMPANION):
        beside = booking.companions.filter(pk=who.removeprefix(COMPANION), deleted_at=None).first()
        return Recipient(
            who=OWNER,
            address=_known(sendable(beside.email) if beside else ""),
            language=language_of(site.language),
            zone=first_zone(beside.timezone if beside else "", site.timezone),
            reply_to=customer_email,
        )
    if who == OWNER:
        return Recipient(
            who=OWNER,
            address=_known(owner_email),
            language=language_of(site.language),
            zone=first_zone(booking.resource.timezone, site.timezone),
            reply_to=customer_email,
        )
    return Recipient(
        who=CUSTOMER,
        address=_known(customer_email),
        language=language_of(customer.language if customer else "", booking.language, site.language),
        zone=first_zone(customer.timezone if customer else "", booking.resource.timezone, site.timezone),
        reply_to=owner_email,
    )


def participants(booking: Booking) -> dict[str, str]:
    """The addresses that a request named, each once, by the word under which one is written to."""
    typed = (one.strip() for one in booking.participants if isinstance(one, str))
    found: dict[str, str] = {}
    for address in filter(None, map(sendable, typed)):
        found.setdefault(guest_word(address), address)
    return found


def language_of(*wishes: str) -> str:
    """The first of ``wishes`` that the site speaks, else the site's default."""
    for wish in filter(None, wishes):
        try:
            return get_supported_language_variant(wish)
        except LookupError:
            continue
    return settings.LANGUAGE_CODE


def first_zone(*names: str) -> str:
    """The first of ``names`` that this machine knows as a time zone, else UTC."""
    for name in filter(None, names):
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError, OSError):
            continue
    return "UTC"


def sendable(address: str) -> str:
    """The address as servers take it; empty where none would."""
    try:
        return typed_text.sendable(address)
    except ValidationError:
        return ""


def _known(address: str) -> str:
    if not address:
        raise Unaddressed(gettext_noop("No address is known."))
    return address
