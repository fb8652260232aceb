"""Prices in words, in the language that is active."""

from decimal import Decimal

from babel import Locale
from babel.numbers import format_currency, get_currency_precision, get_currency_symbol
from django.utils.translation import get_language, to_locale

_BRITISH = "en_GB"  # like the days: English without a country is not that of the United States


def money(amount: Decimal, currency: str) -> str:
    """`amount` of `currency` (ISO 4217): "€18", "€24.50", "KWD 1.250", in German "18 €".

    Whole amounts have no decimals.
    """
    name = to_locale(get_language() or "en")
    locale = Locale.parse(_BRITISH if name == "en" else name)
    is_whole = amount == amount.to_integral_value()
    pattern = locale.currency_formats["standard"].pattern.replace(".00", "" if is_whole else ".00")
    if get_currency_symbol(currency, locale)[-1:].isalpha():
        pattern = pattern.replace("¤#", "¤\N{NO-BREAK SPACE}#")
    return format_currency(amount, currency, format=pattern, locale=locale, currency_digits=not is_whole)


def digits_of(currency: str) -> int:
    """How many decimals amounts of that currency have: 2 of EUR, 3 of KWD, none of JPY."""
    return get_currency_precision(currency)
