"""What one person may book online; staff and server keys book for anybody."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.db.models.functions import Now

from bookings import limits
from bookings.errors import PleaseCall, PleasePhone
from bookings.lifecycle.actors import KEY, Actor
from bookings.models import Block, Booking, Customer, Site
from bookings.people_keys import email_key, phone_key


def check_blocked(customer: Customer | None, by: Actor, draft: Booking) -> None:
    """Raise ``PleasePhone`` where the e-mail address or telephone number is that of a person who is blocked.

    A server key is told so (``PleaseCall``); staff and owners book for whom they like.
    """
    if customer is None or not (by.bound_by_rules or by.kind == KEY):
        return
    phone = customer.phone_e164
    if customer.phone and not phone:  # as it is dialled in the house's country
        phone = phone_key(customer.phone, Site.current().country)
    values = [value for value in (email_key(customer.email), phone) if value]
    found = Block.objects.filter(person__addresses__value__in=values).order_by("pk").first()
    if found is None:
        return
    attempt = Attempt(found.pk, str(draft.project or draft.what or draft.resource or ""))
    raise (PleasePhone if by.bound_by_rules or by.by_agent else PleaseCall)(attempt=attempt)


@dataclass(frozen=True)
class Attempt:
    """That somebody tried to book ``what`` who is blocked: by ``block`` (its id)."""

    block: int
    what: str


def check_person(customer: Customer | None, by: Actor) -> None:
    """Raise ``PleasePhone`` where an e-mail address has as many bookings to come as it may unproven.

    It is proven once somebody opened a link in a mail to it; where no mail is sent, nobody could.
    """
    limit = limits.BOOKINGS_PER_EMAIL
    if not (by.bound_by_rules and limit.value and settings.MAIL_IS_SET_UP and customer and customer.email):
        return
    same = Customer.objects.addressed(customer.email)
    coming = Booking.objects.live().filter(customer__in=same, end__gt=Now(), continued_by=None)
    live = coming.exclude(state__leaving=None)
    if (
        limit.passed_by(live.distinct().count() + 1)
        and not same.filter(mail_opened_at__isnull=False).exists()
    ):
        raise PleasePhone(limit=limit.setting)
