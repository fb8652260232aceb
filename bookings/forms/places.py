"""How many seats of a session are wanted at once."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from bookings.forms import values
from bookings.forms.findings import Findings
from bookings.forms.resolve import Resolved

DEAREST = Decimal(10**9)
"""What a booking costs is less, or it could not be stored."""


def read_places(resolved: Resolved, given: Mapping[str, Any], findings: Findings) -> int:
    """``places``, one where nothing is said; what takes no seat of a session has no more.  What is wrong is noted."""
    wanted: int = findings.take("places", given.get("places"), values.seats, 1)
    takes_seats = resolved.flow.version.claims_seat if resolved.flow else resolved.session is not None
    if wanted > 1 and not takes_seats:
        findings.wrong("places", _("Only seats of a session are taken several at once."))
    elif resolved.session and wanted > (resolved.session.max_seats or 0):
        findings.wrong("places", _("The session has fewer places than that."))
    return wanted


def price_of_all(price: Decimal | None, places: int) -> Decimal | None:
    """What so many places cost together, one of them at ``price``; None where nobody said."""
    return None if price is None else price * places


def check_price(price: Decimal | None, places: int, findings: Findings) -> None:
    """Note where so many places would cost more than can be stored."""
    together = price_of_all(price, places)
    if together is not None and together >= DEAREST:
        findings.wrong("places", _("So many places cost more than can be written down."))
