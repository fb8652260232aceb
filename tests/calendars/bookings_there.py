"""A booking as it is to be written, and the times at which both stand-ins are tried."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from bookings.calendars.errors import SignedOut
from bookings.calendars.provider import Guest, ToWrite

START = datetime(2027, 3, 1, tzinfo=UTC)
END = START + timedelta(days=548)
NINE = datetime(2027, 3, 15, 8, tzinfo=UTC)  # in Berlin
HOUR = timedelta(hours=1)
KEY = "booking-abcd2345-1"
OWNER, CUSTOMER = "anna@example.org", "carl@example.com"


@dataclass
class OneToken:
    """An account that is open, until it is shut."""

    access: str
    others: list[str]

    def token(self) -> str:
        return self.access

    def renewed(self) -> str:
        if not self.others:
            raise SignedOut("Connect again.")
        self.access = self.others.pop()
        return self.access


def a_booking(*, guests: Sequence[Guest] = (), invite: bool = False, **more: Any) -> ToWrite:
    event = ToWrite(
        key=KEY,
        start=NINE,
        end=NINE + HOUR,
        title="Carl: Haircut",
        description="Phone first.",
        where="Room 2",
        sequence=0,
        zone="Europe/Berlin",
        guests=guests,
        invite=invite,
    )
    return replace(event, **more)


def moved(event: ToWrite, by: timedelta = timedelta(days=1)) -> ToWrite:
    return replace(event, start=event.start + by, end=event.end + by, sequence=event.sequence + 1)
