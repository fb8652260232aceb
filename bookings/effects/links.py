"""Signed links: a token names a booking and a purpose and is worth nothing once the booking's nonce is renewed.

Nothing readable is stored.  A booking that moved keeps its old links: they name the old booking, which knows what
continues it.
"""

from __future__ import annotations

from enum import StrEnum
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import Exists, OuterRef
from django.db.models.functions import Now

from bookings import sql
from bookings.effects import packed_ids
from bookings.lifecycle.locks import Locks
from bookings.lifecycle.retries import verb
from bookings.models import Booking, Customer
from bookings.models.bookings import new_nonce, renewed_form

_SEPARATOR = "."
MAILED = "mailed"
"""The parameter that only links in mails have."""
_CHAIN = """
    WITH RECURSIVE chain (id, step) AS (
        SELECT id, 0 FROM bookings_booking WHERE id = %s
        UNION ALL
        SELECT b.id, chain.step + 1 FROM bookings_booking b JOIN chain ON b.continues_id = chain.id
    ) SELECT id FROM chain ORDER BY step
"""


class Purpose(StrEnum):
    """Whose page a link opens; the value is the token's first letter."""

    MANAGE = "b"
    OWNER = "o"
    ACTION = "a"
    """One action of one booking, which is part of what is signed."""


class LinkInvalid(Exception):
    """The token is not ours, was renewed, or its booking is gone."""


def manage_token(booking: Booking) -> str:
    """The customer's token: see, change, cancel."""
    return _token(booking, Purpose.MANAGE)


def owner_token(booking: Booking) -> str:
    """The owner's token: accept, decline, cancel.  Never stands in anything that a customer gets.

    It is worth nothing once the owner has another address: whoever had the old one may have left.
    """
    return _token(booking, Purpose.OWNER)


def action_token(booking: Booking, action: str) -> str:
    """The token of a page that asks for one action, and is worth no more than that action's signature."""
    return _named(booking, Purpose.ACTION) + action_signature(booking, action)


def manage_url(booking: Booking) -> str:
    return f"{settings.SITE_URL}/b/{manage_token(booking)}/"


def mailed_url(booking: Booking) -> str:
    """The same address as it stands in mails to the customer: opening it tells that they arrive."""
    return f"{manage_url(booking)}?{MAILED}={_signer(MAILED).signature(_signed(booking))}"


def note_opened(booking: Booking, signature: str) -> None:
    """Note that somebody opened a link of a mail to the customer, if the signature is that of such a link."""
    if _is_signed(MAILED, _signed(booking), signature):
        Customer.objects.filter(booking=booking, mail_opened_at=None).update(mail_opened_at=Now())


def owner_url(booking: Booking) -> str:
    return f"{settings.SITE_URL}/o/{owner_token(booking)}/"


def read_token(token: str, action: str = "") -> tuple[Booking, Purpose]:
    """The booking (with everything a page shows) and the purpose; raises ``LinkInvalid``.

    ``action`` is the one that the address names, without which a token for an action opens nothing.
    """
    try:
        purpose, booking_id = Purpose(token[:1]), packed_ids.unpack(token[1:])
        signature = token[1 + packed_ids.LENGTH :]
        continued = Exists(Booking.objects.filter(continues=OuterRef("pk")))
        booking = Booking.objects.live().in_full().annotate(is_continued=continued).get(pk=booking_id)
        salt = _action_salt(action) if purpose is Purpose.ACTION else purpose
    except (ValueError, Booking.DoesNotExist) as error:
        raise LinkInvalid from error
    # What release 0.1 mailed to owners names no address, and opens what it opened.
    if not any(_is_signed(salt, one, signature) for one in (_signed(booking, purpose), _signed(booking))):
        raise LinkInvalid
    return booking, purpose


def action_signature(booking: Booking, action: str) -> str:
    """The signature of a link that plays one action of one booking, once its page was answered."""
    return _signer(_action_salt(action)).signature(_signed(booking))


def is_action_signature(booking: Booking, action: str, signature: str) -> bool:
    """Whether ``signature`` was made for this booking and action."""
    return _is_signed(_action_salt(action), _signed(booking), signature)


@verb
def renew(booking: Booking) -> None:
    """Make every link of the booking, of what it continues and of what continues it, worthless.

    So is the address of the form that booked it, which would lead to the new one.
    """
    chain = [booking.pk, *_before(booking), *_after(booking)]
    Locks.on(bookings=chain).take()
    Booking.objects.filter(pk__in=chain).update(nonce=new_nonce())
    for row in Booking.objects.filter(pk__in=chain):
        if row.form_token and not row.has_renewed_form:
            Booking.objects.filter(pk=row.pk).update(form_token=renewed_form(row.form_token))
    booking.refresh_from_db(fields=["nonce"])


def newest(booking: Booking) -> Booking:
    """The booking that stands now in place of one that moved, or the booking itself; raises ``LinkInvalid``.

    That is where what continues it was deleted: then nobody is to be shown anything of either.
    """
    if not getattr(booking, "is_continued", True):
        return booking
    *_, last = (booking.pk, *_after(booking))
    found = Booking.objects.visible().in_full().filter(pk=last).first() if last != booking.pk else booking
    if found is None:
        raise LinkInvalid
    return found


def _before(booking: Booking) -> list[UUID]:
    chain: list[UUID] = []
    pk = booking.continues_id
    while pk:
        chain.append(pk)
        pk = Booking.objects.values_list("continues", flat=True).get(pk=pk)
    return chain


def _after(booking: Booking) -> list[UUID]:
    """What continues it, one after the other, in one query however often it moved."""
    first = sql.stored(Booking, "pk", booking.pk)
    return [row.pk for row in Booking.objects.raw(_CHAIN, [first]) if row.pk != booking.pk]


def _token(booking: Booking, purpose: Purpose) -> str:
    return _named(booking, purpose) + _signer(purpose).signature(_signed(booking, purpose))


def _named(booking: Booking, purpose: Purpose) -> str:
    """The readable part of a token: what it is for, and the booking's id."""
    return purpose + packed_ids.pack(booking.pk)


def _signed(booking: Booking, purpose: Purpose | None = None) -> str:
    whose = [booking.owner_email.lower()] if purpose is Purpose.OWNER else []
    return _SEPARATOR.join([str(booking.pk), booking.nonce, *whose])


def _is_signed(purpose: str, signed: str, signature: str) -> bool:
    """Whether we made it, also by a former key that is still named.  Takes the same time for any wrong one."""
    try:
        _signer(purpose).unsign(f"{signed}{_SEPARATOR}{signature}")
    except (BadSignature, ValueError):  # a lone surrogate is no text that could be compared
        return False
    return True


def _action_salt(action: str) -> str:
    return f"action.{action}"


def _signer(purpose: str) -> Signer:
    """The purpose is the salt, so that no signature serves two."""
    return Signer(salt=f"bookings.links.{purpose}", sep=_SEPARATOR)
