"""Subject and opening of each mail: ours, with placeholders, or what staff wrote in their place."""

from __future__ import annotations

import re
from collections.abc import Mapping

from django.utils.translation import get_language, gettext_noop
from django.utils.translation import gettext as _

from bookings.effects.placeholders import filled
from bookings.effects.recipients import CUSTOMER
from bookings.models import MailKind, MailWords

_SUBJECTS = {
    MailKind.CUSTOMER_BOOKED: gettext_noop("Booked: %s"),
    MailKind.CUSTOMER_BOOKED_AGAIN: gettext_noop("Booked again: %s"),
    MailKind.CUSTOMER_REQUESTED: gettext_noop("Request sent: %s"),
    MailKind.CUSTOMER_TO_PAY: gettext_noop("Please pay: %s"),
    MailKind.CUSTOMER_DECLINED: gettext_noop("Declined: %s"),
    MailKind.CUSTOMER_EXPIRED: gettext_noop("Ended: %s"),
    MailKind.CUSTOMER_MOVED: gettext_noop("New time: %s"),
    MailKind.CUSTOMER_CANCELLED: gettext_noop("Cancelled: %s"),
    MailKind.CUSTOMER_REMINDER: gettext_noop("Reminder: %s"),
    MailKind.CUSTOMER_AFTERWARDS: gettext_noop("About your booking: %s"),
    MailKind.OWNER_BOOKED: gettext_noop("New booking: %s"),
    MailKind.OWNER_BOOKED_AGAIN: gettext_noop("Booked again: %s"),
    MailKind.OWNER_REQUESTED: gettext_noop("Please answer: %s"),
    MailKind.OWNER_TO_PAY: gettext_noop("Waiting for payment: %s"),
    MailKind.OWNER_DECLINED: gettext_noop("Declined: %s"),
    MailKind.OWNER_EXPIRED: gettext_noop("Ended: %s"),
    MailKind.OWNER_MOVED: gettext_noop("New time: %s"),
    MailKind.OWNER_LEFT: gettext_noop("With somebody else now: %s"),
    MailKind.OWNER_CANCELLED: gettext_noop("Cancelled: %s"),
    MailKind.OWNER_REMINDER: gettext_noop("Reminder: %s"),
    MailKind.OWNER_AFTERWARDS: gettext_noop("About your booking: %s"),
}


def our_subject(kind: MailKind) -> str:
    """In the active language, with placeholders."""
    if kind == MailKind.CUSTOMER_LINKS:
        return _("Your bookings at %s") % "{site}"
    return _(_SUBJECTS[kind]) % (_("%(thing)s, %(time)s") % {"thing": "{what}", "time": "{time}"})


def our_opening(kind: MailKind) -> str:
    """In the active language, with placeholders; empty where a mail begins with what happened."""
    greets = kind.who == CUSTOMER and kind != MailKind.CUSTOMER_LINKS
    return _("Hello %(name)s,") % {"name": "{name}"} if greets else ""


def own_words(kind: MailKind) -> MailWords | None:
    """What staff let it say in the active language, or else, for en-us, in en; None for nothing.  One query."""
    language = get_language() or ""
    keys = [MailWords.key_of(kind, one) for one in (language, language.partition("-")[0])]
    found = MailWords.objects.exclude(subject="", opening="").in_bulk(keys)
    return found.get(keys[0]) or found.get(keys[1])


def subject_of(kind: MailKind, values: Mapping[str, str], own: MailWords | None) -> str:
    return filled((own.subject if own else "") or our_subject(kind), values)


def opening_of(kind: MailKind, values: Mapping[str, str], own: MailWords | None) -> tuple[str, ...]:
    """The paragraphs; nobody without a name is greeted."""
    ours = our_opening(kind) if values.get("name") else ""
    text = filled((own.opening if own else "") or ours, values)
    return tuple(part.strip() for part in re.split(r"\n\s*\n", text) if part.strip())
