"""What a time costs, as pages say it."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.money import money


def price_in_words(amount: Decimal | None, currency: str) -> str:
    """The amount with its currency, or that it costs nothing; empty where nobody said what it costs."""
    if amount is None:
        return ""
    return money(amount, currency) if amount else _("free of charge")
