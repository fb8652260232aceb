"""What a time costs, as pages and programs say it."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.money import money


def price_in_words(amount: Decimal | None, currency: str) -> str:
    """The amount with its currency, or that it costs nothing; empty where nobody said what it costs."""
    if amount is None:
        return ""
    return money(amount, currency) if amount else _("free of charge")


def least_price_in_words(asked: Iterable[tuple[Decimal | None, str]]) -> str:
    """The price that all of these have, or from what on, each with its currency; empty where none has one."""
    prices = sorted({(price, currency) for price, currency in asked if price is not None})
    if len(prices) < 2:
        return price_in_words(*prices[0]) if prices else ""
    return _("from %(price)s") % {"price": money(*prices[0])}
