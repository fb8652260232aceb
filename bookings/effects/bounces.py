"""Mails that came back: a server's report (RFC 3464) marks the address, so that staff ask for another one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.message import Message
from email.policy import default
from email.utils import parseaddr
from uuid import UUID

from bookings import typed_text
from bookings.effects.mail import message_id
from bookings.models import Customer, OutboxMessage

LONGEST_WORDS = 200


@dataclass(frozen=True, kw_only=True)
class Bounce:
    """A mail that a server gave up: to which address, its Message-ID, and the server's words in a line."""

    address: str
    message_id: str
    words: str


def bounce_in(report: bytes) -> Bounce | None:
    """The mail that ``report`` says will never arrive; None where it says nothing of the kind."""
    whole = message_from_bytes(report, policy=default)
    parts = list(whole.walk())
    failed = next((block for block in _recipients(parts) if _word(block, "Action").lower() == "failed"), None)
    returned = next(_returned(parts), None)
    if failed is None or returned is None:
        return None
    words = _word(failed, "Diagnostic-Code").partition(";")[2] or _word(failed, "Status")
    return Bounce(
        address=parseaddr(_word(returned, "To"))[1],
        message_id=_word(returned, "Message-ID"),
        words=typed_text.line(words)[:LONGEST_WORDS],
    )


def _recipients(parts: Sequence[Message]) -> Iterator[Message]:
    """What the report says of each recipient."""
    for part in parts:
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            yield from (
                (block for block in payload if isinstance(block, Message))
                if isinstance(payload, list)
                else ()
            )


def _returned(parts: Sequence[Message]) -> Iterator[Message]:
    """The mail that came back, or its head."""
    for part in parts:
        kind, payload = part.get_content_type(), part.get_payload()
        if kind == "message/rfc822" and isinstance(payload, list) and isinstance(payload[0], Message):
            yield payload[0]
        elif kind == "text/rfc822-headers" and isinstance(payload, str):
            yield message_from_string(payload, policy=default)


def _word(message: Message, header: str) -> str:
    return typed_text.line(str(message.get(header, "")))


def note(bounce: Bounce) -> int:
    """Mark the address at each customer who has it; tell at how many.

    At none where the mail that came back was none of ours, so that nobody marks another's address by a made-up report.
    """
    customers = Customer.objects.addressed(bounce.address)
    if not bounce.address or not _is_ours(bounce, list(customers.values_list("booking_id", flat=True))):
        return 0
    return mark(bounce.address, bounce.words)


def mark(address: str, words: str) -> int:
    """Mark the address at each customer who has it, with the ``words`` of who gave up; tell at how many."""
    words = typed_text.line(words)[:LONGEST_WORDS]
    return Customer.objects.addressed(address).update(returned_email=address, returned_words=words)


def _is_ours(bounce: Bounce, bookings: list[UUID]) -> bool:
    """Whether the mail was sent about one of these bookings."""
    sent = OutboxMessage.objects.filter(kind="mail", booking_id__in=bookings, payload__to="customer")
    keys = sent.values_list("booking_id", "dedupe_key")
    return any(message_id(f"{booking} {key}") == bounce.message_id for booking, key in keys)
