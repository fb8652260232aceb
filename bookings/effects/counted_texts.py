"""The text messages of a day: each counts once, however often it is tried, and none that the gateway refused."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_noop

from bookings import limits
from bookings.effects import sms_gateway, staff_notices
from bookings.effects.outbox import GivenUp, NoLongerTrue
from bookings.effects.recipients import first_zone
from bookings.models import OutboxMessage, Site, TextCount
from bookings.models.text_counts import ALL

USED_UP = gettext_noop("The day’s text messages are used up.")
COUNTED = "counted"
"""Where a message keeps the day, like ``2033-03-14``, as one of whose texts it counts."""


def may_send(message: OutboxMessage, number: str, site: Site) -> bool:
    """Whether the text may go: it counts already, or one more may today, to this number too.

    Managers hear once that none may.  Raises ``NoLongerTrue``.
    """
    day = timezone.localdate(timezone=ZoneInfo(first_zone(site.timezone)))
    with transaction.atomic():
        held = _held(message)
        if held is None:
            raise NoLongerTrue(gettext_noop("The booking is gone."))
        if COUNTED in held.payload:
            return True
        if not TextCount.objects.take(day, _digest(number), limits.TEXTS_PER_NUMBER.value):
            return False
        if TextCount.objects.take(day, ALL, limits.TEXTS_A_DAY.value):
            _write(held, held.payload | {COUNTED: str(day)})
            return True
        TextCount.objects.give_back(day, _digest(number))
    staff_notices.tell("texts_used_up", key=f"texts:{day}", about=str(limits.TEXTS_A_DAY.value))
    return False


def send(message: OutboxMessage, number: str, text: str) -> None:
    """Hand a text that may go to the gateway; what it refuses for good was not sent, and counts no more."""
    try:
        sms_gateway.send(number, text)
    except GivenUp:
        _give_back(message, number)
        raise


def _give_back(message: OutboxMessage, number: str) -> None:
    with transaction.atomic():
        held = _held(message)
        day = held.payload.get(COUNTED) if held else None
        if held and day:
            for who in (_digest(number), ALL):
                TextCount.objects.give_back(day, who)
            _write(held, {name: said for name, said in held.payload.items() if name != COUNTED})


def _held(message: OutboxMessage) -> OutboxMessage | None:
    """The row, locked: another worker may have the message too, whose lease ended."""
    return OutboxMessage.objects.select_for_update().filter(pk=message.pk).first()


def _write(held: OutboxMessage, payload: dict[str, object]) -> None:
    OutboxMessage.objects.filter(pk=held.pk).update(payload=payload)


def _digest(number: str) -> str:
    return salted_hmac("bookings.texts", number, algorithm="sha256").hexdigest()
