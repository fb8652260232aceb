"""What one person may book online; staff and server keys book for anybody."""

from __future__ import annotations

from django.conf import settings
from django.db.models.functions import Now

from bookings import limits
from bookings.errors import PleasePhone
from bookings.lifecycle.actors import Actor
from bookings.models import Booking, Customer


def check_person(customer: Customer | None, by: Actor) -> None:
    """Raise ``PleasePhone`` where an e-mail address has as many bookings to come as it may unproven.

    It is proven once somebody opened a link in a mail to it; where no mail is sent, nobody could.
    """
    limit = limits.BOOKINGS_PER_EMAIL
    if not (by.bound_by_rules and limit.value and settings.MAIL_IS_SET_UP and customer and customer.email):
        return
    same = Customer.objects.filter(email__iexact=customer.email)
    coming = Booking.objects.visible().filter(customer__in=same, end__gt=Now(), continued_by=None)
    live = coming.exclude(state__leaving=None)
    if (
        limit.passed_by(live.distinct().count() + 1)
        and not same.filter(mail_opened_at__isnull=False).exists()
    ):
        raise PleasePhone(limit=limit.setting)
