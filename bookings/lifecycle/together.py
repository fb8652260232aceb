"""One mail for several bookings that one verb changed, in place of one for each."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection
from typing import Any

from django.db.models import Q

from bookings.models import Booking, Customer, OutboxMessage

TOGETHER = "together"
"""In a mail's payload: the ids of all the bookings that it tells of, by their start."""


def last_message() -> int:
    """The number of the newest message; those that this transaction writes from now on have higher ones."""
    return OutboxMessage.objects.order_by("-pk").values_list("pk", flat=True).first() or 0


def tell_together(ids: Collection[uuid.UUID], *, since: int) -> None:
    """Of the mails after number ``since`` about these bookings, or seats of them, leave each reader one a kind.

    In the verb's own transaction.  Who is known by no e-mail address keeps one message a booking, since a text message
    has no room for a list, and so do participants: who they are may differ from date to date.
    """
    bookings = {
        pk: (start, resource)
        for pk, start, resource in Booking.objects.filter(Q(pk__in=ids) | Q(session__in=ids)).values_list(
            "pk", "start", "resource_id"
        )
    }
    mails = OutboxMessage.objects.waiting().filter(kind="mail", booking_id__in=bookings, pk__gt=since)
    found = Customer.objects.filter(booking__in=bookings).values_list("booking_id", "email", "name")
    readers = {pk: (email.casefold(), name.casefold()) for pk, email, name in found if email}
    groups: defaultdict[tuple[Any, ...], list[OutboxMessage]] = defaultdict(list)
    for mail in mails.order_by("pk"):
        assert mail.booking_id  # noqa: S101  # it was looked for by it
        payload = mail.payload
        by_whom = {"customer": readers.get(mail.booking_id), "owner": bookings[mail.booking_id][1]}
        reader = by_whom.get(payload["to"])
        if reader:
            groups[payload["to"], payload["mail"], payload["state_id"], reader].append(mail)
    for group in groups.values():
        if len(group) > 1:
            _join(sorted(group, key=lambda mail: bookings[mail.booking_id or uuid.UUID(int=0)][0]))


def _join(mails: list[OutboxMessage]) -> None:
    first, *others = mails
    first.payload |= {TOGETHER: [str(mail.booking_id) for mail in mails]}
    first.save(update_fields=["payload"])
    OutboxMessage.objects.filter(pk__in=[mail.pk for mail in others]).delete()
