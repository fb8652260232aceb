"""Amounts of money as people write them, with or without the currency: "1.250,50 €", "CHF 35.-", "1'250"."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal

from babel.numbers import get_currency_symbol
from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import to_locale

from bookings.money import digits_of

_WRITTEN = re.compile(r"([^\d\-,']*?)(\d[\d.,'\s]*)(?:-{1,2}|[\u2013\u2014])?([^\d\-,']*)")
_GROUPED = re.compile(r"\d+|[1-9]\d{0,2}(?P<mark>[.,])(?:\d{2,3}(?P=mark))*\d{3}")
_ARABIC_MARKS = str.maketrans({"\u066b": ".", "\u066c": "'"})


def read(text: str, currency: str) -> Decimal:
    """The amount that people mean: "1.250" is a thousand and more, but where the currency has three decimals.

    Raises ``ValidationError``, also for the sign of another currency.
    """
    found = _WRITTEN.fullmatch(unicodedata.normalize("NFKC", text).translate(_ARABIC_MARKS).strip())
    if found is None or not all(_may_stand_beside(words, currency) for words in found.group(1, 3)):
        raise _no_price()
    whole, decimals = _parted(re.sub(r"[\s']", "", found[2]).rstrip(".,"), currency)
    if not _GROUPED.fullmatch(whole):
        raise _no_price()
    return Decimal(f"{re.sub('[.,]', '', whole)}.{decimals or 0}")


def _parted(figures: str, currency: str) -> tuple[str, str]:
    """What stands before and after the mark of the decimals, which is the last one unless it parts thousands."""
    marks = re.findall(r"[.,]", figures)
    if not marks:
        return figures, ""
    whole, mark, decimals = figures.rpartition(marks[-1])
    parts_thousands = len(decimals) == 3 and digits_of(currency) != 3 and len(set(marks)) == 1
    return (figures, "") if marks.count(mark) > 1 or parts_thousands else (whole, decimals)


def _may_stand_beside(words: str, currency: str) -> bool:
    """Whether these are letters, which name the currency, or its own sign."""
    signs = {one for one in words if not (one.isalpha() or one.isspace() or one == ".")}
    own = (get_currency_symbol(currency, to_locale(code)) for code, _name in settings.LANGUAGES)
    return signs <= set("".join(own))


def _no_price() -> ValidationError:
    return ValidationError(_("Write the price as a number, like 35 or 35.50."))
