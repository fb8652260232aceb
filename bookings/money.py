"""Prices in words, in the language that is active."""

from decimal import Decimal

from django.utils.formats import number_format
from django.utils.translation import pgettext

SIGNS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "ILS": "₪", "INR": "₹", "TRY": "₺"}


def money(amount: Decimal, currency: str) -> str:
    """`amount` of `currency` (ISO 4217): "18 €", "24.50 €", "99 CHF"; whole amounts have no decimals."""
    places = 0 if amount == amount.to_integral_value() else 2
    shown = pgettext("price", "%(amount)s %(currency)s") % {
        "amount": number_format(amount, places, force_grouping=True),
        "currency": SIGNS.get(currency, currency),
    }
    return shown.replace(" ", "\N{NO-BREAK SPACE}")
