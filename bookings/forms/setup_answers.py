"""What the first questions were answered with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from bookings.typed_hours import Opening


@dataclass(frozen=True, kw_only=True)
class Answers:
    """What was answered, checked."""

    name: str
    language: str
    country: str
    """Two letters, or empty where it was never asked."""
    address: str
    phone: str
    email: str
    hours: tuple[Opening, ...]
    people: tuple[str, ...]
    service: str
    length: timedelta
    price: Decimal | None
    timezone: str
    currency: str
    week_start: str
    """One of ``Site.WeekStart``; empty: as usual in the country."""
    imprint_url: str
    privacy_url: str
    meeting: str
    """Of ``Meeting``, or ``none``; empty: as it is."""
    meeting_url: str
    """The link of all whom ``people`` names, where that is ``fixed``; empty: each has its own already."""
    backup_key: str
    """Public, for which backups are encrypted; empty: they hold no secrets."""
    login: str = ""
    """Empty where whoever answers is logged in."""
    password: str = ""
    """Empty: it stays as it is."""
